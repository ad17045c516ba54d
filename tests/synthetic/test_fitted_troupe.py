"""The fitted voice speaks as the takes' emotions do, and as none of the performers."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from tests.synthetic.synthetic_stage import corpus_of, recorded

from yesand.synthetic.making import manners
from yesand.synthetic.making.generator import Corpus, Made, Refusal, Wanted
from yesand.synthetic.making.manners import MEASURES, Voicing
from yesand.synthetic.making.troupe import Troupe, fitted

PITCH, LEVEL = MEASURES.index("pitch"), MEASURES.index("level")


@pytest.fixture(scope="module")
def troupe(tmp_path_factory: pytest.TempPathFactory) -> Corpus:
    return corpus_of(recorded(tmp_path_factory.mktemp("troupe"), performers=4))


@pytest.fixture(scope="module")
def voicings(troupe: Corpus) -> dict[str, Voicing]:
    found = fitted(troupe)
    return {emotion: one for emotion, one in found.items() if isinstance(one, Voicing)}


def test_what_the_troupe_does_with_an_emotion_is_found_in_its_takes(
    voicings: dict[str, Voicing],
) -> None:
    # As the cast is told to (takes.troupe.cast): joy is high, anger loud, sadness quiet.
    high = {emotion: one.mean[PITCH] for emotion, one in voicings.items()}
    loud = {emotion: one.mean[LEVEL] for emotion, one in voicings.items()}
    assert high["happy"] > high["neutral"] + 1.5 and high["happy"] > high["sad"] + 2
    assert max(loud, key=lambda e: loud[e]) == "angry"
    assert min(loud, key=lambda e: loud[e]) == "sad"


def test_what_it_says_differs_by_emotion_as_the_takes_do(
    troupe: Corpus, voicings: dict[str, Voicing]
) -> None:
    made = list(Troupe().make(troupe, Wanted(2)))
    rows: dict[str, list[float]] = {}
    for one in made:
        assert isinstance(one, Made)
        rows.setdefault(one.emotion, []).append(manners.measured(one.samples)[LEVEL])
    means = {emotion: np.mean(levels) for emotion, levels in rows.items()}
    assert means["angry"] > means["neutral"] > means["sad"]
    wanted = voicings["angry"].mean[LEVEL] - voicings["sad"].mean[LEVEL]
    assert means["angry"] - means["sad"] == pytest.approx(wanted, rel=0.5)


def test_the_performers_voices_are_not_in_it(troupe: Corpus) -> None:
    rows = np.array([[float(n), 0, 0, 0, 0, 0, 0, 0] for n, _ in enumerate(troupe.takes)])
    emotions = [take.emotion for take in troupe.takes]
    who = [take.performer for take in troupe.takes]
    moved = rows + np.array([[7.0 * ord(p[-1])] * 8 for p in who])
    plain, shifted = (manners.voicings(r, emotions, who) for r in (rows, moved))
    for emotion in plain:
        one, other = plain[emotion], shifted[emotion]
        assert isinstance(one, Voicing) and isinstance(other, Voicing)
        np.testing.assert_allclose(one.mean, other.mean, atol=1e-9)
        np.testing.assert_allclose(one.spread, other.spread, atol=1e-9)


def test_an_emotion_of_too_few_performers_is_refused(troupe: Corpus) -> None:
    few = tuple(
        replace(take, emotion="fear") if take.emotion == "sad" and take.performer < "Sample_03"
        else take
        for take in troupe.takes
    )  # fmt: skip
    found = list(Troupe().make(Corpus(few), Wanted(1, 1, "fear")))
    assert len(found) == 4 and all(isinstance(one, Refusal) for one in found)
    assert isinstance(found[0], Refusal) and "2 performers are too few" in found[0].reason


def test_each_place_has_the_same_sound_whatever_else_is_asked(troupe: Corpus) -> None:
    some = {m.place: m for m in Troupe().make(troupe, Wanted(2, 1, "sad")) if isinstance(m, Made)}
    more = {m.place: m for m in Troupe().make(troupe, Wanted(2, 2, "sad")) if isinstance(m, Made)}
    assert some and len(more) == 2 * len(some)
    assert all(np.array_equal(some[p].samples, more[p].samples) for p in some)
