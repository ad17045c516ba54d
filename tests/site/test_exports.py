"""A licensee asks for a corpus, sees it being made, and fetches it, in parts if need be."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from stage import Stage

from yesand.corpus import held
from yesand.corpus.exporting.ordering.services import carry_out, order
from yesand.corpus.exporting.receipt import Receipt
from yesand.corpus.exporting.services import hand_out, make
from yesand.corpus.models import Export, Order
from yesand.people.security.services import make_token
from yesand.site.working import Worker

Work = Callable[[], int]


@pytest.fixture
def work(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> Work:
    """Do what the worker does, once."""
    monkeypatch.setenv("YESAND_HOUSE", str(stage.house.place.root))
    monkeypatch.setenv("YESAND_NOW", stage.house.place.clock.now().isoformat())
    return lambda: Worker(stage.house.place).run(once=True)


def text(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def body(answer: object) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_what_is_asked_for_is_made_by_the_worker_and_fetched(
    stage: Stage, as_: dict[str, Client], work: Work
) -> None:
    page = reverse("manifest", args=[stage.manifest.digest])
    form = {"format": "parquet"}
    for _ in range(2):  # pressed twice
        answer = as_["lab"].post(reverse("export_ask", args=[stage.manifest.digest]), form)
        assert answer.headers["Location"] == f"{page}#data"
    (wanted,) = Order.objects.all()
    part = reverse("export_order", args=[wanted.pk])
    waiting = as_["lab"].get(part).content.decode()
    assert "waits for its turn" in waiting and f'hx-get="{part}"' in waiting
    assert not Export.objects.exists()
    work()
    ready = as_["lab"].get(part).content.decode()
    export = Export.objects.get()
    assert reverse("export_data", args=[export.digest]) in ready and "hx-get" not in ready
    assert (export.by, export.format) == (stage.users["lab"], "parquet")
    shown = as_["lab"].get(page)
    assert "12 takes, permitted and logged." in shown.content.decode()
    assert shown.headers["Content-Usage"] == "train-ai=n"
    whole = as_["lab"].get(reverse("export_data", args=[export.digest]))
    assert whole.headers["Content-Usage"] == "train-ai=n"
    with tarfile.open(fileobj=io.BytesIO(body(whole))) as archive:
        file = archive.extractfile("export.json")
        assert file is not None
        told = Receipt.of_bytes(file.read()).check()
    assert told.entry == export.entry_id and told.told["takes"] == 12


def test_a_download_that_broke_off_goes_on_with_the_same_bytes(
    stage: Stage, as_: dict[str, Client]
) -> None:
    place, lab = stage.house.place, stage.users["lab"]
    carry_out(place, order(place, stage.manifest, "webdataset", lab).pk)
    address = reverse("export_data", args=[Export.objects.get().digest])
    first = as_["lab"].get(address)
    whole, tag = body(first), first.headers["ETag"]
    half = len(whole) // 2 + 77
    rest = as_["lab"].get(address, headers={"Range": f"bytes={half}-", "If-Range": tag})
    assert rest.status_code == 206 and body(rest) == whole[half:]
    assert rest.headers["Content-Range"] == f"bytes {half}-{len(whole) - 1}/{len(whole)}"
    other = as_["lab"].get(address, headers={"Range": f"bytes={half}-", "If-Range": '"x"'})
    assert other.status_code == 200 and body(other) == whole
    beyond = as_["lab"].get(address, headers={"Range": f"bytes={len(whole)}-"})
    assert beyond.status_code == 416


def test_what_was_withdrawn_is_neither_made_nor_fetched_again(
    stage: Stage, as_: dict[str, Client]
) -> None:
    place, lab = stage.house.place, stage.users["lab"]
    carry_out(place, order(place, stage.manifest, "tar", lab).pk)
    stage.house.withdraw("Ada")
    address = reverse("export_data", args=[Export.objects.get().digest])
    answer = as_["lab"].get(address)
    assert answer.status_code == 409 and b"no longer permitted" in answer.content
    wanted = order(place, stage.manifest, "parquet", lab)
    assert carry_out(place, wanted.pk) == "refused"
    assert (
        "no longer permitted"
        in as_["lab"].get(reverse("export_order", args=[wanted.pk])).content.decode()
    )
    assert Export.objects.count() == 1
    assert carry_out(place, wanted.pk) == "nothing to do"


def test_what_was_left_out_is_told_to_those_who_see_everybody(
    stage: Stage, as_: dict[str, Client]
) -> None:
    place, row = stage.house.place, stage.manifest
    hand_out(place, row, make(place, row, "tar"), None)
    page = reverse("manifest", args=[row.digest])
    shown = {who: "a quality finding rejects" in text(as_[who], page) for who in ("lab", "ada")}
    assert row.denied and shown == {"lab": True, "ada": False}


def test_an_unknown_format_is_told_kindly(stage: Stage, as_: dict[str, Client]) -> None:
    address = reverse("export_ask", args=[stage.manifest.digest])
    answer = as_["lab"].post(address, {"format": "zip"})
    assert answer.status_code == 400 and b"There are tar, croissant" in answer.content
    assert not Order.objects.exists()


def test_a_program_asks_waits_and_fetches(stage: Stage, work: Work) -> None:
    place = stage.house.place
    _, secret = make_token(
        place, stage.users["lab"], "fetch", ["corpus:read", "corpus:write"], None
    )
    client = Client(headers={"Authorization": f"Bearer {secret}"})
    home = f"/api/corpora/{stage.manifest.digest}"
    asked = client.post(f"{home}/exports", {"format": "croissant"}, content_type="application/json")
    assert asked.status_code == 202 and asked.json()["state"] == "waiting"
    work()
    told = client.get(f"/api/exports/orders/{asked.json()['id']}").json()
    assert (told["state"], told["done"]) == ("ready", 12)
    first = client.get(f"/api/exports/{told['export']}/data", headers={"Range": "bytes=0-511"})
    assert first.status_code == 206 and len(body(first)) == 512
    at_once = client.post(f"{home}/data?format=parquet")
    assert at_once.status_code == 200 and body(at_once)


def test_nothing_that_was_made_outlives_an_erasure(stage: Stage) -> None:
    place, lab = stage.house.place, stage.users["lab"]
    carry_out(place, order(place, stage.manifest, "tar", lab).pk)
    made = place.cache / "exports" / stage.manifest.digest
    assert made.exists()
    taken = held.held(stage.users["ada"])
    assert taken["exports"][0]["format"] == "tar" and not taken["orders"]
    held.erase(place, stage.users["ada"])
    assert not made.exists()
    held.erase(place, lab)
    assert not Order.objects.exists() and Export.objects.count() == 1
