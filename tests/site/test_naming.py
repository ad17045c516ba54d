"""By which names a report speaks of performers to whom."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from stage import Stage

from yesand.people.models import Performer
from yesand.people.sight import Sight
from yesand.reliance.naming.services import names, numbered

#: As people call themselves; on the stage, handles are what the house calls them.
CREDITS = {"Ada": "Augusta King", "Ben": "Benoît M.", "Cleo": "Kleopatra P."}


@pytest.fixture(autouse=True)
def credited(stage: Stage) -> None:
    """Ada is named; Ben does not wish it; Cleo has given no name to be credited by."""
    for handle, credit in CREDITS.items():
        Performer.objects.filter(handle=handle).update(
            credit_name="" if handle == "Cleo" else credit, credited=handle != "Ben"
        )


def shown(client: Client, stage: Stage) -> list[str]:
    """The report's page, its chart and its model's page, as one person gets them."""
    addresses = [
        reverse("report", args=[stage.report.digest]),
        reverse("report_chart", args=[stage.report.digest]),
        reverse("model", args=[stage.model.digest]),
    ]
    return [client.get(address).content.decode() for address in addresses]


def test_a_licensee_reads_credit_names_and_numbers_but_no_handle(
    stage: Stage, as_: dict[str, Client]
) -> None:
    for page in shown(as_["lab"], stage):
        assert "Augusta King" in page and "Performer 2" in page and "Performer 3" in page
        assert not any(word in page for word in ("Ada", "Ben", "Cleo"))


def test_a_performer_reads_their_own_name_and_no_other(
    stage: Stage, as_: dict[str, Client]
) -> None:
    for page in shown(as_["ben"], stage)[:2]:
        assert "Benoît M." in page
        assert not any(word in page for word in ("Augusta", "Cleo", "Performer 3"))


@pytest.mark.parametrize("role", ["producer", "auditor"])
def test_the_house_and_auditors_read_handles(
    role: str, stage: Stage, as_: dict[str, Client]
) -> None:
    for page in shown(as_[role], stage):
        assert all(handle in page for handle in CREDITS) and "Augusta" not in page


def test_terms_that_promise_no_credit_give_none(stage: Stage, as_: dict[str, Client]) -> None:
    sight = Sight.of(stage.users["lab"])
    assert names(stage.report, sight)["Ada"] == "Augusta King"
    Performer.objects.filter(handle="Ada").update(credited=False)
    assert names(stage.report, sight)["Ada"] == "Performer 1"


def test_numbers_stay_when_somebody_is_named_later(stage: Stage) -> None:
    before = numbered(stage.report)
    Performer.objects.filter(handle="Ben").update(credited=True)
    assert numbered(stage.report) == before == {"Ada": 1, "Ben": 2, "Cleo": 3}
    assert names(stage.report, Sight.of(stage.users["lab"]))["Cleo"] == "Performer 3"


def test_namesakes_keep_a_share_each(stage: Stage, as_: dict[str, Client]) -> None:
    Performer.objects.update(credit_name="Jo", credited=True)
    told = names(stage.report, Sight.of(stage.users["lab"]))
    assert list(told.values()) == ["Jo", "Jo (2)", "Jo (3)"]


def test_the_api_names_as_the_page_does(stage: Stage, as_: dict[str, Client]) -> None:
    answer = as_["lab"].get(f"/api/reports/{stage.report.digest}").json()
    assert [s["performer"] for s in answer["shares"]] == [
        "Augusta King",
        "Performer 2",
        "Performer 3",
    ]
    assert "Cleo" not in str(answer)
