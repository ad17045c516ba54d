"""What each seat does on its own pages: told as a person would."""

from __future__ import annotations

import hashlib
import io
import json
import re
import tarfile
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from stage import Stage, deliver

from yesand.agreements import receipt
from yesand.agreements.models import Withdrawal
from yesand.corpus.exporting.services import hand_out, make
from yesand.corpus.manifest import of_bytes
from yesand.corpus.models import Export, Manifest
from yesand.kernel.canonical import parse
from yesand.kernel.errors import CheckFailed
from yesand.oversight.checking.services import alone
from yesand.oversight.models import Check, Finding, Obligation
from yesand.people.models import Performer, Token
from yesand.provenance.models import Entry
from yesand.provenance.proof import Proof
from yesand.provenance.services import key_of
from yesand.royalties.models import Delivery
from yesand.site.templatetags.writing import paid
from yesand.training import digest
from yesand.training.models import Decommission, Deployment, TrainedModel

WANTED = {
    "licensee": "house-lab",
    "purpose": "emotion-recognition",
    "use_class": "recognition",
    "action": "train",
    "modality": "voice",
    "material": "features",
    "territory": "DE",
    "commercial": "on",
}


def page(client: Client, name: str, *args: object, **query: str) -> str:
    found = client.get(reverse(name, args=args), query)
    assert found.status_code == 200
    return found.content.decode()


def test_a_performer_sees_who_trained_on_them_and_what_it_means(as_: dict[str, Client]) -> None:
    home = page(as_["ada"], "me")
    assert "late-train-1" in home and "in service" in home
    told = home.replace("\N{NO-BREAK SPACE}", " ")
    assert "about 52.0 % is yours" in told and "between 43.0 % and 61.0 %" in told
    assert "No model has learned from you" in page(as_["dora"], "me")


def test_a_balance_agrees_with_its_statement(stage: Stage, as_: dict[str, Client]) -> None:
    shown = page(as_["ada"], "balance")
    payable = stage.statement.payable
    assert paid(payable.micro, payable.currency) in shown
    assert reverse("statement", args=[stage.statement.digest]) in shown
    assert "2026-10: " in page(as_["ada"], "me")  # the small picture, told


def test_a_balance_says_which_model_brought_what_and_how_much_it_relies_on_one(
    stage: Stage, as_: dict[str, Client]
) -> None:
    shown = page(as_["ada"], "balance")
    assert 'class="fill-0"' in shown and reverse("model", args=[stage.model.digest]) in shown
    table = shown.split("<summary>As a table</summary>")[1].split("</table>")[0]
    assert table.count("<tr>") == 13 and "late-train-1" in table
    assert "Share over time, by model" in shown
    assert 'class="fill-' not in page(as_["dora"], "balance")


def test_a_receipt_is_checked_with_nothing_else(stage: Stage, as_: dict[str, Client]) -> None:
    sent = as_["ada"].get(reverse("agreement_receipt", args=[stage.agreement.digest]))
    told, key = parse(sent.content), key_of(stage.house.place)
    assert receipt.check(told, key).agreement == stage.agreement.digest
    told["entry"]["salt"] = "00" * 32
    with pytest.raises(CheckFailed):
        receipt.check(told, key)


def test_withdrawing_in_two_tabs_is_one_withdrawal(stage: Stage, as_: dict[str, Client]) -> None:
    address = reverse("withdrawal_preview")
    shown = re.search(r'name="seen" value="(\w+)"', page(as_["ada"], "withdrawal_preview"))
    assert shown is not None
    form = {"how": "whole", "seen": shown[1], "reason": "I have thought again."}
    first, second = (as_["ada"].post(address, form) for _ in range(2))
    made = Withdrawal.objects.get()
    for answer in (first, second):
        assert answer.headers["Location"] == reverse("withdrawal", args=[made.digest])
    done = as_["ada"].get(second.headers["Location"]).content.decode()
    assert "nothing was done twice" in done and "retrain or retire" in done
    assert Obligation.objects.filter(withdrawal=made).count() == 7


def test_a_stale_form_withdraws_nothing(stage: Stage, as_: dict[str, Client]) -> None:
    form = {"how": "whole", "seen": "0" * 64}
    answer = as_["ada"].post(reverse("withdrawal_preview"), form)
    assert answer.status_code == 409 and b"Something has changed" in answer.content
    assert not Withdrawal.objects.exists()


def test_a_withdrawal_can_be_narrowed(as_: dict[str, Client]) -> None:
    shown = page(as_["ada"], "withdrawal_preview", how="part", purposes="health")
    assert "No corpus holds anything of it" in shown
    nothing = page(as_["ada"], "withdrawal_preview", how="part")
    assert "Tick what you take back" in nothing


def test_a_licensee_sees_what_would_be_permitted_and_why_not_the_rest(
    as_: dict[str, Client],
) -> None:
    shown = page(as_["lab"], "corpus_request", **WANTED)
    assert "Sign a manifest of 12 takes" in shown and "a quality finding rejects" in shown
    denied = page(as_["lab"], "corpus_request", **{**WANTED, "purpose": "workplace"})
    assert "Nothing would be permitted" in denied


def test_a_licensee_asks_and_takes_exactly_what_was_permitted(
    stage: Stage, as_: dict[str, Client]
) -> None:
    before = Manifest.objects.count()
    answer = as_["other"].post(reverse("corpus_request"), {**WANTED, "licensee": "other-lab"})
    assert Manifest.objects.count() == before + 1
    name = answer.headers["Location"].strip("/").split("/")[-1]
    row = Manifest.objects.get(digest=name)
    export = hand_out(stage.house.place, row, make(stage.house.place, row, "tar"), None)
    sent = as_["other"].get(reverse("export_data", args=[export.digest]))
    data, signer = io.BytesIO(b"".join(sent.streaming_content)), stage.house.place.signer  # type: ignore[attr-defined]
    with tarfile.open(fileobj=data) as archive:
        file = archive.extractfile("manifest.json")
        assert file is not None
        manifest = of_bytes(file.read(), {signer.id: signer.public})
        features = {n.split("/")[1] for n in archive.getnames() if n.startswith("features/")}
    assert features == {f"{take.sha256}.npy" for take in manifest.takes}
    assert Export.objects.get().manifest_id == name == manifest.digest


def test_a_model_trained_elsewhere_is_registered_put_in_service_and_ended(
    stage: Stage, as_: dict[str, Client]
) -> None:
    statement = digest.statement("elsewhere", {"weights.bin": "ab" * 32, "config.json": "cd" * 32})
    upload = SimpleUploadedFile("model.sig", json.dumps(statement).encode())
    form = {"manifest": stage.manifest.digest, "name": "elsewhere", "statement": upload}
    assert as_["lab"].post(reverse("model_register"), form).status_code == 302
    model = TrainedModel.objects.get(name="elsewhere")
    service = {
        "model": model.digest,
        "licensee": "house-lab",
        "name": "day-line",
        "since": "2026-11-01",
    }
    assert as_["lab"].post(reverse("deployments"), service).status_code == 302
    assert Deployment.objects.get(name="day-line").model == model
    assert "day-line" in page(as_["lab"], "me")
    for _ in range(2):
        as_["lab"].post(reverse("deployment_end", args=["day-line"]))
    assert Decommission.objects.get().deployment_id == "day-line"


def test_a_statement_that_is_none_is_told_and_loses_nothing(
    stage: Stage, as_: dict[str, Client]
) -> None:
    upload = SimpleUploadedFile("model.sig", b'{"weights": 1}')
    form = {"manifest": stage.manifest.digest, "name": "kept-name", "statement": upload}
    answer = as_["lab"].post(reverse("model_register"), form)
    assert b"Not a model-signing statement" in answer.content and b"kept-name" in answer.content


def test_usage_is_taken_once_and_only_of_ones_own(
    stage: Stage, as_: dict[str, Client], tmp_path: Path
) -> None:
    path = deliver(tmp_path / "more.jsonl")
    told = path.read_text().replace("night-line", "someone-elses")
    own = path.read_text().splitlines()[0].replace('"e0"', '"new"')
    body = (told + own + "\n").encode()
    for _ in range(2):
        file = SimpleUploadedFile("usage.jsonl", body)
        sent = {"licensee": "house-lab", "events": file}
        assert as_["lab"].post(reverse("usage"), sent).status_code == 302
    made = Delivery.objects.get()
    assert (made.accepted, made.bad_rows) == (1, 60)
    assert "not a deployment of yours" in page(as_["lab"], "delivery", made.digest)
    apart = as_["lab"].get(reverse("delivery_quarantine", args=[made.digest]))
    assert b"".join(apart.streaming_content).count(b"\n") == 60  # type: ignore[attr-defined]


def test_an_auditor_notes_a_finding_that_the_producer_reads(
    stage: Stage, as_: dict[str, Client]
) -> None:
    about = f"take:{stage.take.sha256}"
    form = {"about": about, "severity": "fault", "text": "Clipped <b>twice</b>."}
    assert as_["auditor"].post(reverse("finding_new"), form).status_code == 302
    assert Finding.objects.get().about == about
    shown = page(as_["producer"], "take", stage.take.sha256)
    assert "Clipped &lt;b&gt;twice" in shown and "Note a finding" not in shown
    assert "Clipped" not in page(as_["ada"], "take", stage.take.sha256)
    wrong = as_["auditor"].post(reverse("finding_new"), {**form, "about": "take:none"})
    assert b"No such record" in wrong.content


def test_a_check_is_run_from_its_page_and_kept(as_: dict[str, Client]) -> None:
    shown = as_["auditor"].post(reverse("checks"), follow=True).content.decode()
    assert Check.objects.get().held and "It holds. That took" in shown
    assert "every tile, the root and the signature hold" in page(as_["producer"], "checks")


def test_an_entrys_proof_holds_for_a_stranger(stage: Stage, as_: dict[str, Client]) -> None:
    entry, key = Entry.objects.get(index=3), key_of(stage.house.place)
    shown = page(as_["auditor"], "entry", 3)
    assert "holds" in shown and str(key) in shown
    proof = Proof.parse(as_["auditor"].get(reverse("entry_proof", args=[3])).content)
    assert proof.verify(proof.extra, key.name, key.public).size > 3
    assert proof.extra == entry.leaf()


def test_the_log_is_shown_to_have_only_grown(as_: dict[str, Client]) -> None:
    assert "begins the log of 20" in page(as_["auditor"], "log_consistency", old="7", new="20")
    for told in ({"old": "9", "new": "3"}, {"old": "0"}, {"new": "99999999"}):
        assert "Choose two sizes" in page(as_["auditor"], "log_consistency", **told)


def test_the_public_register_names_only_those_who_wish_it(as_: dict[str, Client]) -> None:
    Performer.objects.filter(handle="Ben").update(credited=False)
    shown = page(as_["nobody"], "register")
    assert "Ada Actor, Cleo Actor" in shown and "Ben" not in shown
    assert "and 1 performer who is not named" in shown


def test_whoever_watches_is_told_whether_all_is_well(stage: Stage, as_: dict[str, Client]) -> None:
    told = as_["nobody"].get(reverse("health")).json()
    assert told["ok"] and told["database"]["ok"] and told["log"]["unpublished"] == 0
    (stage.house.place.log / "checkpoint").write_bytes(b"forged\n")
    broken = as_["nobody"].get(reverse("health"))
    assert broken.status_code == 503 and not broken.json()["log"]["ok"]


def test_the_api_is_explained_operation_by_operation(as_: dict[str, Client]) -> None:
    shown = page(as_["nobody"], "api_docs")
    assert "/api/corpora/rehearsal" in shown and "curl -X POST" in shown and "usage:write" in shown


def test_two_checks_do_not_run_at_once(stage: Stage, as_: dict[str, Client]) -> None:
    with alone(stage.house.place):
        shown = as_["auditor"].post(reverse("checks"), follow=True).content.decode()
    assert "A check is under way" in shown and not Check.objects.exists()
    as_["producer"].post(reverse("checks"))
    assert Check.objects.get().held


def test_a_token_delivers_usage_and_gets_the_same_answer_again(stage: Stage) -> None:
    Token.objects.create(
        user=stage.users["lab"],
        name="gateway",
        digest=hashlib.sha256(b"secret").hexdigest(),
        scopes=["usage:write"],
        created_at=stage.house.place.clock.now(),
    )
    event = {
        "specversion": "1.0",
        "id": "first",
        "source": "https://lab.example/own",
        "type": "org.yes-and.usage.v1",
        "time": "2026-10-03T20:15:00Z",
        "subject": "night-line",
        "data": {"unit": "request", "quantity": 1},
    }
    answers = [
        Client()
        .post(
            "/api/usage",
            json.dumps([event]),
            content_type="application/cloudevents-batch+json",
            headers={"authorization": "Bearer secret"},
        )
        .json()
        for _ in range(2)
    ]
    assert answers[0] == answers[1] and answers[0]["accepted"] == 1
    refused = Client().get("/api/corpora", headers={"authorization": "Bearer secret"})
    assert refused.status_code == 403
    assert refused.headers["Content-Type"] == "application/problem+json"
