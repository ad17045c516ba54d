"""Spaces are data; a mapping says what it loses, and labels outside a space are refused."""

from __future__ import annotations

import json
import math
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesand.affect.spaces import (
    Categories,
    Relabelling,
    Rescaling,
    categories,
    dimensions,
    mapping,
    mappings,
    read,
    space,
    spaces,
)
from yesand.kernel.errors import BadInput, NotFound
from yesand.takes.layouts.cremad import _EMOTIONS as CREMAD
from yesand.takes.layouts.emodb import _EMOTIONS as EMODB
from yesand.takes.layouts.ravdess import _EMOTIONS as RAVDESS


def test_the_spaces_have_as_many_labels_as_their_papers() -> None:
    sizes = {s.name: len(s.labels) for s in spaces().values() if isinstance(s, Categories)}
    assert sizes == {
        "cowen-keltner": 27,
        "crema-d": 6,
        "ekman": 7,
        "emodb": 7,
        "gemep": 18,
        "ravdess": 8,
    }
    assert all(len(set(s.labels)) == sizes[s.name] for s in map(categories, sizes))


@pytest.mark.parametrize(
    ("corpus", "labels"),
    [("ravdess", RAVDESS), ("crema-d", CREMAD.values()), ("emodb", EMODB.values())],
)
def test_a_corpus_is_imported_in_its_own_space(corpus: str, labels: list[str]) -> None:
    assert set(categories(corpus).labels) == set(labels)


def test_two_versions_of_a_space_stand_side_by_side() -> None:
    told = {"name": "moods", "title": "Moods", "source": "us", "note": ""}
    first = {**told, "version": 1, "labels": ["glad"]}
    tenth = {**told, "version": 10, "labels": ["glad", "low"]}
    second = {**told, "version": 2, "labels": ["low"]}
    kept = read([tenth, first, second])
    assert list(kept) == ["moods@1", "moods@2", "moods@10"]
    assert space("moods@1", kept) is kept["moods@1"] and space("moods", kept) is kept["moods@10"]
    with pytest.raises(NotFound, match=r"'moods@3'.*moods@1, moods@2, moods@10"):
        space("moods@3", kept)
    with pytest.raises(BadInput, match="Two spaces are called moods@2"):
        read([second, tenth, second])


def test_a_mapping_is_of_versions() -> None:
    assert {f"{m.source.name}@1" for m in mappings()} == {m.source.id for m in mappings()}
    told = files("yesand.affect.spaces").joinpath("mappings.json").read_text("utf-8")
    assert all(
        "@" in one[end] for one in json.loads(told) for end in ("source_space", "target_space")
    )


def test_a_label_outside_the_space_is_refused_with_what_was_meant() -> None:
    with pytest.raises(BadInput, match=r"'hapiness' is no emotion of the space crema-d@1") as told:
        categories("crema-d").checked("hapiness", where="row 3")
    assert told.value.where == "row 3" and "Did you mean happiness?" in told.value.remedy


@pytest.mark.parametrize("value", [0, 10, 4.5, math.nan, math.inf])
def test_a_manikin_has_nine_whole_points(value: float) -> None:
    with pytest.raises(BadInput, match="outside the space sam@1"):
        dimensions("sam").checked({"valence": value})


def test_an_unknown_axis_and_an_unknown_space_are_refused() -> None:
    with pytest.raises(BadInput, match="no axis"):
        dimensions("vad").checked({"potency": 0.0})
    for name in ("joyful", "sam@2"):
        with pytest.raises(NotFound, match="No emotion space"):
            space(name)
    with pytest.raises(BadInput, match="axes and no labels"):
        categories("sam")
    with pytest.raises(NotFound, match="No mapping from ekman@1 to gemep@1"):
        mapping("ekman", "gemep")


def test_the_loss_from_ravdess_to_the_seven_is_what_calm_told() -> None:
    loss = mapping("ravdess", "ekman").loss()
    # Eight equal labels tell 3 bits; two of them fall together: one bit for a quarter of all.
    assert loss.of_bits == pytest.approx(3) and loss.bits == pytest.approx(0.25)
    assert loss.collapsed == {"neutral": ("neutral", "calm")} and loss.outside == 0
    # In the corpus itself neutral is half as frequent: the loss follows what is really there.
    real = mapping("ravdess", "ekman").loss({"neutral": 96, "calm": 192, "sad": 192})
    assert real.bits == pytest.approx(0.6 * (math.log2(3) - 2 / 3))


def test_what_has_no_counterpart_is_told_as_a_share() -> None:
    assert mapping("emodb", "ekman").loss().outside == pytest.approx(1 / 7)
    assert mapping("crema-d", "ekman").loss().unreached == ("surprise",)
    carried, outside = mapping("emodb", "ekman").carry(
        {"boredom": 0.5, "anger": 0.25, "fear": 0.25}
    )
    assert carried == {"anger": 0.5, "fear": 0.5} and outside == 0.5
    assert mapping("emodb", "ekman").carry({"boredom": 1.0}) == ({}, 1.0)


@given(st.data())
def test_a_carried_distribution_adds_up_and_no_loss_exceeds_what_there_was(
    data: st.DataObject,
) -> None:
    one = data.draw(st.sampled_from(mappings()))
    weights = data.draw(
        st.dictionaries(st.sampled_from(one.source.labels), st.floats(0.01, 10), min_size=1)
    )
    loss = one.loss(weights)
    assert 0 <= loss.bits <= loss.of_bits + 1e-9 and 0 <= loss.outside <= 1 + 1e-9
    carried, outside = one.carry(weights)
    assert outside == pytest.approx(loss.outside, abs=1e-9)
    assert not carried or sum(carried.values()) == pytest.approx(1)


def test_a_mapping_must_speak_of_every_label() -> None:
    ours = mapping("emodb", "ekman")
    with pytest.raises(BadInput, match="what becomes of boredom"):
        Relabelling(
            ours.source, ours.target, "", {k: v for k, v in ours.to.items() if k != "boredom"}
        )


def test_manikins_go_over_exactly_and_come_back_to_the_nearest() -> None:
    there, back = (
        Rescaling(dimensions("sam"), dimensions("vad")),
        Rescaling(dimensions("vad"), dimensions("sam")),
    )
    assert [there.carry(v) for v in (1, 5, 6, 9)] == [-1, 0, 0.25, 1]
    assert there.largest_error == 0 and back.largest_error == pytest.approx(1 / 16)
    assert [back.carry(there.carry(v)) for v in range(1, 10)] == list(range(1, 10))
    errors = [abs(there.carry(back.carry(k / 500)) - k / 500) / 2 for k in range(-500, 501)]
    assert max(errors) <= back.largest_error + 1e-12
    rms = math.sqrt(sum(e * e for e in errors) / len(errors))
    assert rms == pytest.approx(back.typical_error, rel=0.02)
