"""The chart is well-formed, says what it shows, and takes any handle."""

from __future__ import annotations

from xml.etree import ElementTree

from hypothesis import given
from hypothesis import strategies as st

from yesand.reliance.chart import chart

SVG = "{http://www.w3.org/2000/svg}"
shares = st.tuples(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9)).map(
    lambda t: dict(zip(("low_ppb", "share_ppb", "high_ppb"), sorted(t), strict=True))
)
handles = st.text(st.characters(exclude_categories=["Cs", "Cc", "Cn"]), max_size=40)


@given(st.dictionaries(handles, shares, max_size=8))
def test_any_shares_make_a_well_formed_chart(given: dict[str, dict[str, int]]) -> None:
    root = ElementTree.fromstring(chart(given))
    assert len(root.findall(f".//{SVG}rect")) == len(given)
    for bar in root.findall(f".//{SVG}rect"):
        assert 0 <= float(bar.attrib["width"]) <= 640


def test_the_chart_says_in_words_what_it_shows() -> None:
    drawn = chart(
        {
            "tom": {"share_ppb": 250_000_000, "low_ppb": 100_000_000, "high_ppb": 400_000_000},
            "maya": {"share_ppb": 750_000_000, "low_ppb": 600_000_000, "high_ppb": 900_000_000},
        },
        "Who <voice> relies on",
    )
    assert "<title id=" in drawn and "Who &lt;voice&gt; relies on</title>" in drawn
    assert "maya: 75.0 % (between 60.0 and 90.0); tom: 25.0 %" in drawn


def test_the_chart_has_no_colour_or_script_of_its_own() -> None:
    drawn = chart({"a": {"share_ppb": 1, "low_ppb": 0, "high_ppb": 2}})
    assert "#" not in drawn.replace("http://www.w3.org", "") and "<script" not in drawn
    assert "style" not in drawn
