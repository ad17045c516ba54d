"""The frame's links: one short row for each role, and the others on the person's own page."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from stage import Stage

from yesand.people.frame import ROLES
from yesand.people.rooms import links


@pytest.mark.parametrize("role", ROLES)
def test_a_role_has_six_links_at_most(role: str) -> None:
    shown = [str(link.address) for link in links() if link.shown_to(frozenset({role}))]
    assert shown[0] == "me"
    assert len(shown) <= 6, shown


def test_nobody_who_is_not_logged_in_is_shown_a_link_that_asks_them_to(
    as_: dict[str, Client],
) -> None:
    for link in links():
        if link.shown_to(frozenset()):
            assert as_["nobody"].get(reverse(link.address)).status_code == 200


@pytest.mark.parametrize("who", ["ada", "lab", "producer", "auditor"])
def test_every_link_leads_where_the_person_may_go(who: str, as_: dict[str, Client]) -> None:
    home = as_[who].get(reverse("me")).content.decode()
    roles = frozenset({{"ada": "performer", "lab": "licensee"}.get(who, who)})
    offered = [each for each in links() if each.shown_to(roles) or each.at_home_of(roles)]
    for link in offered:
        address = reverse(link.address)
        assert f'href="{address}"' in home
        assert as_[who].get(address).status_code == 200


def test_a_performer_can_withdraw_from_every_page_of_theirs(
    as_: dict[str, Client], stage: Stage
) -> None:
    link = f'href="{reverse("withdrawal_preview")}"'
    addresses = [reverse(name) for name in ("agreements", "takes", "balance", "models")]
    for address in [*addresses, reverse("agreement", args=[stage.agreement.digest])]:
        assert as_["ada"].get(address).content.decode().count(link) == 2, address  # and below it
        assert link not in as_["auditor"].get(address).content.decode()


@pytest.mark.parametrize(
    "name", ["account", "account_settings", "account_delegates", "account_export", "account_leave"]
)
def test_home_leads_to_all_that_one_may_do_with_the_account(
    name: str, as_: dict[str, Client]
) -> None:
    assert f'href="{reverse(name)}"' in as_["ada"].get(reverse("me")).content.decode()
