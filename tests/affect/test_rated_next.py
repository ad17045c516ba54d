"""What to have rated next."""

from __future__ import annotations

from pathlib import Path

import pytest
from rating_files import table, taken

import yesand
from yesand.affect.asking.services import ask, next_takes
from yesand.affect.golden.services import set_gold
from yesand.kernel.errors import BadInput
from yesand.takes.models import Take


def test_the_next_takes_are_those_that_tell_most_and_say_nothing_of_the_actor(
    rated: yesand.House, tmp_path: Path
) -> None:
    said = ["anger", "anger", "anger", "anger", "anger"]
    rows = [f"Alba-angry,r{n},{label},,,,,," for n, label in enumerate(said)]
    rows += ["Alba-calm,r0,fear,,,,,,", "Alba-calm,r1,anger,,,,,,", "Bert-calm,r0,fear,,,,,,"]
    taken(rated, table(tmp_path / "r.csv", *rows), space="crema-d")
    sha = dict(Take.objects.values_list("original_name", "sha256"))
    asked = [one.take for one in next_takes("crema-d", "voice")]
    assert len(asked) == 8 and sha["Alba-angry.wav"] not in asked
    assert asked[-2:] == [sha["Bert-calm.wav"], sha["Alba-calm.wav"]]
    mine = [one.take for one in next_takes("crema-d", "voice", rater="r0")]
    assert len(mine) == 6 and sha["Bert-calm.wav"] not in mine
    assert sorted(mine) == sorted(one.take for one in next_takes("crema-d", "voice", rater="r1")
                                  if one.ratings == 0)  # fmt: skip
    for name in ("Cleo-calm.wav", "Alba-angry.wav"):
        set_gold(rated.place, Take.objects.get(original_name=name), "crema-d", "neutral")
    mixed = next_takes("crema-d", "voice", rater="new", gold_every=3, most=6)
    assert {mixed[2].take, mixed[5].take} == {sha["Cleo-calm.wav"], sha["Alba-angry.wav"]}
    assert len({one.take for one in mixed}) == 6
    for file in (tmp_path / "next.csv", tmp_path / "next.json"):
        ask(file, mixed, "crema-d", "voice")
        assert not any(w in file.read_text() for w in ("Alba", "calm", "angry", "neutral"))
    with pytest.raises(BadInput):
        next_takes("crema-d", "voice", most=0)
