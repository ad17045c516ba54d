"""A form that is sent after the session has ended waits until it is known who sent it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

import yesand
from yesand.people import services as people
from yesand.people.models import Organisation, User

PASSWORD = "a line of one's own"


@pytest.fixture
def client(house: yesand.House) -> Client:
    people.account("pam", "producer", PASSWORD)
    return Client()


def test_it_is_kept_over_the_login_and_sent_by_one_click(client: Client) -> None:
    form = {"name": "North Lab", "slug": "north-lab", "kind": "licensee"}
    late = client.post(reverse("new_organisation"), form)
    resume = reverse("account_resume")
    assert (
        late.headers["Location"] == f"{reverse('account_login')}?next={resume.replace('/', '%2F')}"
    )
    asked = client.get(late.headers["Location"]).content.decode()
    assert "What you sent is kept" in asked
    told = {"login": "pam", "password": PASSWORD}
    back = client.post(late.headers["Location"], told)
    assert back.headers["Location"] == resume
    page = client.get(resume).content.decode()
    assert 'value="North Lab"' in page and f'action="{reverse("new_organisation")}"' in page
    assert not Organisation.objects.filter(slug="north-lab").exists()
    client.post(reverse("new_organisation"), form)
    assert Organisation.objects.filter(slug="north-lab").exists()


@pytest.mark.parametrize(
    ("form", "headers"),
    [
        ({"password": "secret"}, {}),
        ({"name": "x"}, {"HX-Request": "true"}),
        ({"name": "x"}, {"X-Requested-With": "fetch"}),
    ],
)
def test_no_secret_and_nothing_sent_by_a_script_is_kept(
    client: Client, form: dict[str, str], headers: dict[str, str]
) -> None:
    late = client.post(reverse("new_organisation"), form, headers=headers)
    assert "resume" not in late.headers["Location"]
    client.force_login(User.objects.get(username="pam"))
    assert client.get(reverse("account_resume")).status_code == 302
