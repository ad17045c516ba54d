"""Videos at the gate: what is seen is heard as well."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import numpy as np
import pytest

from yesand.agreements.change import changes
from yesand.agreements.decision import Request, Withdrawn
from yesand.agreements.standing import Standing
from yesand.agreements.templates import standard
from yesand.agreements.vocabulary import Modality, Purpose, UseClass
from yesand.corpus.gate import MODALITIES, Columns, evaluate

START = date(2026, 10, 1)


@pytest.mark.parametrize(
    ("named", "taken_back", "permitted", "why"),
    [
        ({"face"}, (), False, "voice is not named, so it is not licensed"),
        ({"voice"}, (), False, "face is not named, so it is not licensed"),
        ({"face", "voice"}, (), True, "voice is named"),
        ({"face", "voice"}, ("voice",), False, "the performer withdrew this on 2026-06-01"),
        ({"face", "voice"}, ("face",), False, "the performer withdrew this on 2026-06-01"),
    ],
)
def test_a_video_needs_leave_for_the_face_and_the_voice(
    named: set[str], taken_back: tuple[str, ...], permitted: bool, why: str
) -> None:
    at = datetime(2026, 10, 5, tzinfo=UTC)
    request = Request("house-lab", Purpose.EMOTION_RECOGNITION, UseClass.RECOGNITION, at,
                      modality=Modality.FACE, territory="DE", commercial=False)  # fmt: skip
    base = standard("recognition", START).terms
    own = base.model_copy(update={"modalities": frozenset(map(Modality, named))})
    withdrawn = tuple(
        Withdrawn(datetime(2026, 6, 1, tzinfo=UTC), modalities=frozenset({Modality(m)}))
        for m in taken_back
    )
    one = np.zeros(1, np.int64)
    columns = Columns(one, one, one, one + MODALITIES.index(Modality.FACE), ("a",), ["c" * 64])
    standing = Standing("a", own, own.digest, withdrawn)
    ruling = evaluate(columns, {"a": standing}, request)
    (decision,) = ruling.decisions
    assert bool(ruling.permit[0]) == decision.permit == permitted
    assert why in [clause.reason for clause in decision.clauses]
    spoken = evaluate(columns, {"a": standing}, replace(request, modality=Modality.VOICE))
    assert not spoken.permit[0]  # whatever is allowed: who asks for the voice gets no picture
    if not permitted and "face" in named and "face" not in taken_back:
        assert decision.clauses[0].reason == "a video holds the voice too, which is not permitted"
        said = [change.sentence for change in changes(decision.clauses, request)]
        assert not any("the channel" in sentence for sentence in said)
