"""Videos that raters may be given."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from yesand.affect.permission.services import _allows
from yesand.agreements.decision import Withdrawn
from yesand.agreements.standing import Standing
from yesand.agreements.templates import standard
from yesand.agreements.vocabulary import Modality

NOW = datetime(2026, 10, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("named", "taken_back", "given"),
    [
        ({"face"}, None, False),
        ({"voice"}, None, False),
        ({"face", "voice"}, None, True),
        ({"face", "voice"}, "voice", False),
    ],
)
def test_a_rater_gets_a_video_where_both_its_channels_are_permitted(
    named: set[str], taken_back: str | None, given: bool
) -> None:
    base = standard("recognition", date(2026, 10, 1)).terms
    terms = base.model_copy(update={"modalities": frozenset(map(Modality, named))})
    gone = (Withdrawn(NOW, modalities=frozenset({Modality(taken_back)})),) if taken_back else ()
    standing = Standing("a", terms, terms.digest, gone)
    assert _allows(standing, "face", NOW) == given
    assert _allows(standing, "voice", NOW) == ("voice" in named and not taken_back)
