from __future__ import annotations

from collections import defaultdict
from pathlib import Path

import pytest
from tests.training.whistles import GROUNDS

from yesand.affect.learning import Recipe
from yesand.kernel.ids import digest_file
from yesand.training import runs
from yesand.training.examples import Example, Settings


@pytest.mark.data
@pytest.mark.slow
def test_two_real_emotions_are_told_apart_in_voices_never_met(data: Path, tmp_path: Path) -> None:
    """Calm against angry, eight actors: far above the half that chance gives."""
    acted = {"02": "calm", "05": "angry"}
    taken = defaultdict[str, list[Example]](list)
    for path in sorted((data / "ravdess").glob("Actor_0[1-8]/*.flac")):
        if emotion := acted.get(path.name.split("-")[2]):
            actor = path.parent.name
            taken[actor].append(Example(path, digest_file(path), actor, emotion, 3_500))
    examples = [example for takes in taken.values() for example in takes]
    quick = Settings(Recipe(epochs=4, least_steps=60))
    scores = runs.train(examples, GROUNDS, quick, tmp_path / "model").scores
    assert len(examples) == 128 and len(scores.by_performer) == 8
    assert scores.uar > 0.8 and scores.worst[1] > 0.5
