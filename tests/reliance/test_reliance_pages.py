"""What a report's page and its model's page show of a real report."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.test import Client
from reliance_factories import LABELS, frozen, registered

import yesand
from yesand.people.models import Seat, User
from yesand.reliance.models import Report
from yesand.reliance.report import signed
from yesand.reliance.services import estimate

pytestmark = pytest.mark.one_database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "model").mkdir()
    frozen(tmp_path / "model" / "frozen.npz", performers=6, folds=2)
    return tmp_path / "model"


@pytest.fixture
def producer(house: yesand.House) -> Client:
    user = User.objects.create(username="pam")
    Seat.objects.create(user=user, role=Seat.Role.PRODUCER)
    client = Client()
    client.force_login(user)
    return client


def read(client: Client, path: str) -> str:
    found = client.get(path)
    assert found.status_code == 200
    return found.content.decode()


def tabled(page: str, report: Report) -> None:
    """The page has a row a performer and a cell an emotion, as the report signs them."""
    table = page[page.index('class="confusion heat"') :]
    table = table[: table.index("</table>")]
    assert [table.count(f'scope="col">{label}<') for label in LABELS] == [1] * 4
    gain = sum(share["effect"] for share in report.shares.values())
    for handle, share in report.shares.items():
        row = next(r for r in table.split("<tr>") if f'scope="row">{handle}<' in r)
        cells = [float(cell) for cell in re.findall(r'<td class="c\d+">(-?[\d.]+)', row)]
        told = [share["emotions"][label] / gain * 100 for label in LABELS]
        assert cells == pytest.approx(told, abs=0.1)


def test_a_real_report_is_drawn_with_its_halves_and_told_by_emotion(
    house: yesand.House, folder: Path, producer: Client
) -> None:
    model = registered(house, folder)
    report = estimate(house.place, model, folder, resamples=10, utility="model", checks=4)
    page, held = read(producer, f"/reliance/{report.digest}/"), signed(report.envelope)["quality"]
    held = held["faithfulness"]
    assert page.count('<circle class="dot"') == held["subsets"] == len(held["points"]) == 8
    assert "What the model of everybody answers counts as right" in page
    tabled(page, report)
    on_model = read(producer, f"/models/{model.digest}/")
    assert "8 random halves of the performers were trained anew" in on_model
    assert f"foretold: {held['pearson']:.2f} (Pearson" in on_model
    assert ("foretells well" in on_model) is (held["pearson"] >= 0.9)
    tabled(on_model, report)


def test_a_report_that_was_not_held_against_retraining_says_so(
    house: yesand.House, folder: Path, producer: Client
) -> None:
    model = registered(house, folder)
    report = estimate(house.place, model, folder, resamples=10, checks=0)
    assert "was not held against retraining" in read(producer, f"/models/{model.digest}/")
    page = read(producer, f"/reliance/{report.digest}/")
    assert '<circle class="dot"' not in page and "What was acted counts as right" in page
