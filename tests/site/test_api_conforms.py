"""The API keeps to its own description, whatever it is told (Schemathesis)."""

from __future__ import annotations

import hashlib
import os
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from stage import Stage

from yesand.people.models import Token
from yesand.people.scopes import SCOPES

#: How many requests each operation gets, for each of the four.
EXAMPLES = 5
#: A request that fits its shape may still be refused with 422 for what it names or how it adds up.
LEFT_OUT = [schemathesis.checks.positive_data_acceptance]


def token(stage: Stage, who: str) -> str:
    """A token of a person's with every scope."""
    secret = f"token of {who}"
    Token.objects.create(
        user=stage.users[who],
        name="schemathesis",
        digest=hashlib.sha256(secret.encode()).hexdigest(),
        scopes=list(SCOPES),
        created_at=stage.house.place.clock.now(),
    )
    return secret


@pytest.fixture
def served(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The description, with the site in this very process."""
    monkeypatch.setitem(os.environ, "YESAND_HOUSE", str(stage.house.place.root))
    from yesand.site.wsgi import application

    return schemathesis.openapi.from_wsgi("/api/openapi.json", application)


DEEP = pytest.mark.deep


@pytest.mark.slow
@pytest.mark.parametrize(
    "who",
    [
        pytest.param("ada", marks=DEEP),
        "producer",
        pytest.param("lab", marks=DEEP),
        pytest.param("auditor", marks=DEEP),
    ],
)
def test_every_operation_answers_as_it_says_it_does(who: str, stage: Stage, served: Any) -> None:
    bearer = {"Authorization": f"Bearer {token(stage, who)}", "Accept-Encoding": "identity"}
    told = []
    for found in served.get_all_operations():
        operation = found.ok()
        try:
            _tried(operation, bearer)
        except Exception as fault:  # all of them are told, not the first alone
            told.append(f"{operation.label}: {fault}")
    assert not told, "\n\n".join(told)


def _tried(operation: Any, bearer: dict[str, str]) -> None:
    @given(case=operation.as_strategy())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def tried(case: Any) -> None:
        case.call_and_validate(headers=bearer, excluded_checks=LEFT_OUT)

    tried()
