"""The benchmarks' one shape: their last line, their record, their page."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from benchmarks import __main__ as bench
from benchmarks import page, results
from benchmarks.harness import Result, Unavailable, figure

GATE = Result("gate", "A gate.", 0.62, "s", "cedarpy", 583.0)


def module(run: Callable[[], object], monkeypatch: pytest.MonkeyPatch) -> str:
    made = ModuleType("benchmarks.probe")
    made.run = run  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "benchmarks.probe", made)
    return "probe"


def test_the_last_line_has_the_promised_shape() -> None:
    assert GATE.line() == "gate 0.62 s | peer 583 s (cedarpy) | ratio 940"


def test_a_rate_is_better_when_it_is_higher() -> None:
    rate = Result("features", "", 1536.0, "x", "librosa", 836.0, higher_is_better=True)
    assert rate.line() == "features 1,536 x | peer 836 x (librosa) | ratio 1.84"


@pytest.mark.parametrize(
    ("value", "text"), [(0.000123, "0.000123"), (12.0, "12"), (999.4, "999"), (12345.6, "12,346")]
)
def test_a_figure_has_three_digits(value: float, text: str) -> None:
    assert figure(value) == text


def test_a_record_holds_all_that_is_needed_to_judge_it(tmp_path: Path) -> None:
    record = json.loads(results.keep("gate", GATE, tmp_path).read_text())
    promised = (
        "value unit peer peer_value ratio what peak_memory_bytes machine command date versions"
    )
    assert set(promised.split()) <= set(record)
    assert record["command"] == "make bench NAME=gate"
    assert record["peak_memory_bytes"] > 2**20
    assert record["machine"]["cores"] >= 1 and record["versions"]["python"]


def test_a_benchmark_prints_its_line_last(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(bench, "keep", lambda name, result: results.keep(name, result, tmp_path))
    assert bench.main(["--alone", module(lambda: GATE, monkeypatch)]) == bench.MEASURED
    assert capsys.readouterr().out.splitlines()[-1] == GATE.line()


def test_what_is_missing_is_said_in_a_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_peer() -> None:
        import no_such_peer  # type: ignore[import-not-found]  # noqa: F401

    def no_data() -> None:
        raise Unavailable("no recordings of ravdess")

    for run in (no_peer, no_data):
        assert bench.main(["--alone", module(run, monkeypatch)]) == bench.UNAVAILABLE
    said = capsys.readouterr().out
    assert said.count("\n") == 2
    assert "no_such_peer" in said and "no recordings of ravdess" in said


def test_an_unknown_benchmark_is_answered_with_those_that_exist(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert bench.main(["gatee"]) == bench.UNKNOWN
    assert "No benchmark gatee" in capsys.readouterr().out


def test_every_benchmark_says_what_it_measures() -> None:
    for name in bench.benchmarks():
        assert len(page.about(name)) > 40, f"benchmarks/{name}.py needs a docstring"


def test_the_performance_page_shows_the_kept_results() -> None:
    if not results.kept():
        pytest.skip("nothing has been measured yet: make bench")
    assert page.PAGE.read_text("utf-8") == page.page(), "run `make bench` and commit the page"
