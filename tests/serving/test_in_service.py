"""A predictor answers for a deployment in service, counts each answer, and stops when it must."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from served_model import AS_USE, Licensee, Served, awake, kept, samples

import yesand
from served_house import served
from yesand.cli import _run
from yesand.kernel.clock import Clock, SetClock
from yesand.kernel.errors import BadInput, CheckFailed, NotFound, YesAndError
from yesand.oversight.feed.line import NoAnswer
from yesand.royalties.metering.services import use_of
from yesand.royalties.spooling.collecting.services import collect
from yesand.serving import Bad, Predictor, Use, streaming
from yesand.serving.errors import NotPermitted, NotServing, Unmetered
from yesand.training.folder import Enrolment, load

pytestmark = pytest.mark.allow_hosts(["127.0.0.1"])
NOWHERE = "http://127.0.0.1:9"


@pytest.fixture
def predictor(licensee: Licensee, tmp_path: Path) -> Iterator[Predictor]:
    with licensee.predictor(tmp_path / "state") as opened:
        yield opened
        opened.meter.flush(10)


def test_it_answers_as_the_loaded_model_does_and_counts_it(
    predictor: Predictor, licensee: Licensee
) -> None:
    path = licensee.recording("Dora-uneasy-1")
    answer = predictor.predict(path, use=AS_USE)
    assert dict(answer.emotions) == pytest.approx(load(licensee.folder).hear(path), abs=1e-6)
    assert predictor.predict(samples(path), 16_000, use=AS_USE) == answer
    assert predictor.predict(path.read_bytes(), use=AS_USE) == answer
    told = kept(predictor.standing.state)
    assert len(told) == 3 and {event["subject"] for event in told} == {"coach"}
    assert told[0]["data"] == {
        "unit": "inference-second", "quantity": 1, "emotions": dict(answer.emotions),
    }  # fmt: skip


def test_what_is_refused_or_bad_is_not_counted(predictor: Predictor, licensee: Licensee) -> None:
    with pytest.raises(NotPermitted):
        predictor.predict(licensee.recording(), use=Use.parse({"purpose": "adult"}))
    with pytest.raises(BadInput, match="without a rate"):
        predictor.predict(np.zeros(9_000), use=AS_USE)
    good, bad = predictor.predict_all([licensee.recording(), b"nothing"], use=AS_USE)
    assert isinstance(bad, Bad) and not isinstance(good, Bad)
    with pytest.raises(BadInput):
        predictor.predict(licensee.recording(), use=AS_USE, threshold=1.1)
    assert len(kept(predictor.standing.state)) == 1


def test_many_are_answered_in_their_order_and_each_counts(
    predictor: Predictor, licensee: Licensee
) -> None:
    names = [
        f"{who}-{how}-{n}" for who in ("Alba", "Dora") for how in ("glad", "grave") for n in (0, 1)
    ]
    given: list[Any] = [licensee.recording(name) for name in names * 5]
    given[3], given[17], given[39] = b"nothing", licensee.root / "gone.wav", b""
    found = predictor.predict_all(given, use=AS_USE)
    told = ["bad" if isinstance(one, Bad) else one.top for one in found]
    wanted = [name.split("-")[1] for name in names * 5]
    wanted[3] = wanted[17] = wanted[39] = "bad"
    assert told == wanted and len(kept(predictor.standing.state)) == 37


def test_a_stream_is_one_event_in_real_time(predictor: Predictor, licensee: Licensee) -> None:
    sound = np.tile(samples(licensee.recording()), 4)
    with predictor.stream(16_000, use=AS_USE, every=0.5) as stream:
        running = [
            a for i in range(0, len(sound), 1_600) if (a := stream.feed(sound[i : i + 1_600]))
        ]
        end = stream.close()
    assert len(running) == 5 and end is not None and end.top == "glad"
    (event,) = kept(predictor.standing.state)
    assert event["data"]["quantity"] == 3 and event["data"]["realtime"] is True
    assert event["data"]["emotions"] == pytest.approx(dict(end.emotions))


def test_who_is_enrolled_is_heard_by_what_is_usual_for_them(
    licensee: Licensee, predictor: Predictor
) -> None:
    path = licensee.recording()
    usual = predictor.enrol([path, path.read_bytes()])
    assert usual.takes == 2 and kept(predictor.standing.state) == []
    answer = predictor.predict(path, use=AS_USE, enrolled=usual)
    told = load(licensee.folder).hear(path, Enrolment.by([path]))
    assert dict(answer.emotions) == pytest.approx(told, abs=1e-6)
    assert told != load(licensee.folder).hear(path)
    with pytest.raises(BadInput, match="recording"):
        predictor.enrol([path, b"nothing"])
    with pytest.raises(BadInput, match="without a take"):
        predictor.enrol([])


def test_calls_may_be_counted_too(licensee: Licensee, tmp_path: Path) -> None:
    units = ["request", "inference-second"]
    with licensee.predictor(tmp_path, units=units, threshold=1.0) as opened:
        assert opened.predict(licensee.recording(), use=AS_USE).why == "unsure"
        assert [event["data"]["unit"] for event in kept(tmp_path)] == units
    with pytest.raises(BadInput, match="character"):
        licensee.predictor(tmp_path, units=["character"])


def test_a_full_disk_gives_no_answer_away(predictor: Predictor, licensee: Licensee) -> None:
    predictor.meter._buffer.most = 10
    with pytest.raises(Unmetered, match="nothing is answered"):
        predictor.predict(licensee.recording(), use=AS_USE)


def test_a_full_disk_gives_no_answer_of_a_stream_away(predictor: Predictor) -> None:
    predictor.meter._buffer.most = 10
    stream = predictor.stream(16_000, use=AS_USE)
    with pytest.raises(Unmetered, match="nothing is answered"):
        stream.feed(0.1 * np.sin(np.arange(32_000) / 9))


def test_a_stream_is_one_call_however_many_pieces_it_is_counted_in(
    licensee: Licensee, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streaming, "PIECE", 1.0)
    with licensee.predictor(tmp_path, units=["request", "inference-second"]) as opened:
        with opened.stream(16_000, use=AS_USE) as stream:
            for _ in range(4):
                stream.feed(0.1 * np.sin(np.arange(16_000) / 9))
        told = [(e["data"]["unit"], e["data"]["quantity"]) for e in kept(opened.standing.state)]
    assert sorted(told) == [("inference-second", 1)] * 4 + [("request", 1)]


def test_it_needs_neither_a_house_nor_django(licensee: Licensee, tmp_path: Path) -> None:
    code = (
        "import sys; from yesand.serving import Bad, Predictor, Use\n"
        "folder, url, token, state, take = sys.argv[1:]\n"
        "use = Use.parse({'purpose': 'emotion-recognition', 'territory': 'DE',"
        " 'setting': 'elsewhere'})\n"
        "how = {'deployment': 'coach', 'house': url, 'token': token, 'state': state}\n"
        "with Predictor.open(folder, **how) as p:\n"
        "    print(p.predict(take, use=use).top)\n"
        "assert not {'django', 'ninja', 'gunicorn'} & set(sys.modules)"
    )
    told = [str(licensee.folder), licensee.url, licensee.token, str(tmp_path / "state")]
    ran = subprocess.run(
        [sys.executable, "-c", code, *told, str(licensee.recording())],
        env=licensee.environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0 and ran.stdout.strip() == "glad", ran.stderr


@pytest.mark.parametrize(
    ("how", "kind", "why"),
    [
        ({"deployment": ""}, NotServing, "Without a deployment"),
        ({"token": ""}, NotServing, "Without a deployment"),
        ({"deployment": "nobody"}, NotServing, "knows no such deployment of yours"),
        ({"token": "yesand_of-nobody"}, YesAndError, "401"),
        ({"house": NOWHERE}, NoAnswer, "does not answer"),
        ({"house": "http://house.example"}, BadInput, "in the clear"),
        ({"manifest": "gone.json"}, NotFound, "No such manifest"),
    ],
)
def test_without_a_deployment_in_service_it_does_not_open(
    licensee: Licensee, tmp_path: Path, how: dict[str, Any], kind: type[Exception], why: str
) -> None:
    with pytest.raises(kind, match=why):
        licensee.predictor(tmp_path, **how)
    assert not (tmp_path / "usage").exists()


def test_files_that_were_changed_do_not_serve(licensee: Licensee, tmp_path: Path) -> None:
    changed = tmp_path / "model"
    shutil.copytree(licensee.folder, changed)
    card = json.loads((changed / "card.json").read_text())
    (changed / "card.json").write_text(json.dumps({**card, "abstain_below": 0.0}))
    other = Licensee(tmp_path, licensee.url, licensee.token, licensee.manifest)
    with pytest.raises(YesAndError) as told:
        other.predictor(tmp_path / "state")
    assert isinstance(told.value, NotServing | CheckFailed), told.value


def test_what_was_remembered_is_checked_as_if_it_were_new(
    licensee: Licensee, tmp_path: Path
) -> None:
    licensee.predictor(tmp_path).close()
    path = tmp_path / "deployment.json"
    told = json.loads(path.read_text())
    signed = told["deployment"]["envelope"]["signatures"][0]
    signed["sig"] = signed["sig"][:-8] + "AAAAAA=="
    path.write_text(json.dumps(told))
    with pytest.raises(CheckFailed):
        licensee.predictor(tmp_path, house=NOWHERE)
    path.write_text("{}")
    with pytest.raises(BadInput, match="Move the file away"):
        licensee.predictor(tmp_path)


def test_a_silent_house_is_believed_for_a_week(licensee: Licensee, tmp_path: Path) -> None:
    clock = SetClock(Clock().now())
    licensee.predictor(tmp_path, clock=clock).close()
    with licensee.predictor(tmp_path, clock=clock, house=NOWHERE) as away:
        assert away.predict(licensee.recording(), use=AS_USE).top == "glad"
        assert "does not answer" in away.standing.fault
        clock.advance(days=8)
        with pytest.raises(NotServing, match="has not answered since"):
            away.predict(licensee.recording(), use=AS_USE)
        away.close(0)
    with pytest.raises(NotServing, match="has not answered since"):
        licensee.predictor(tmp_path, clock=clock, house=NOWHERE)
    clock.at = datetime(2026, 9, 1, tzinfo=UTC)
    with pytest.raises(NotServing, match="in service from"):
        licensee.predictor(tmp_path, clock=clock)


def test_a_withdrawal_stops_it_on_its_day_and_a_decommission_at_once(
    licensee: Licensee, tmp_path: Path
) -> None:
    clock = SetClock(Clock().now())
    house = yesand.open(licensee.root / "house")
    opened = licensee.predictor(tmp_path / "state", deployment="night-line", clock=clock)
    house.withdraw("Bert")
    opened.standing.refresh()
    assert opened.predict(licensee.recording(), use=AS_USE).top == "glad"
    retire = opened.check(AS_USE).retire_by()
    assert retire is not None and timedelta(179) < retire - clock.now() < timedelta(181)
    clock.at = retire
    with pytest.raises(NotServing, match="retrained or retired by"):
        opened.predict(licensee.recording(), use=AS_USE)
    clock.at = Clock().now()
    house.decommission("night-line")
    opened.standing.refresh()
    clock.at = Clock().now()
    with pytest.raises(NotServing, match="decommissioned on"):
        opened.predict(licensee.recording(), use=AS_USE)
    assert opened.meter.flush(20)
    opened.close()
    with pytest.raises(NotServing, match="decommissioned"):
        licensee.predictor(tmp_path / "another", deployment="night-line")
    collect(house.place)
    (used,) = use_of(house.place, "night-line")
    assert (used.unit, used.quantity) == ("inference-second", 1)
    house.close()


@pytest.mark.slow
def test_killed_it_resumes_and_every_answer_counts_once(staged: Path, tmp_path: Path) -> None:
    """The server is killed while the house is away; started again, all that it kept goes out."""
    root = tmp_path / "all"
    shutil.copytree(staged, root)
    told = json.loads((root / "told.json").read_text())
    with served(root / "house") as url:
        awake(url)
        mine = Licensee(root, url, told["token"], told["manifest"])
        data, server = mine.recording().read_bytes(), Served(mine)
        server.start()
        answered = sum(server.hear(data).status == 200 for _ in range(5))
    # Its house is gone now: what is answered can only wait here.
    answered += sum(server.hear(data).status == 200 for _ in range(7))
    assert answered == 12 and server.ask("GET", "/health").told["usage_waiting_bytes"] > 0
    server.kill()
    assert len(kept(root / "model.state")) >= 7
    house = yesand.open(root / "house")
    with served(root / "house") as url:
        awake(url)
        server = Served(Licensee(root, url, told["token"], told["manifest"]))
        server.start()
        try:
            assert server.hear(data).status == 200
            house.decommission("coach")
            deadline = time.monotonic() + 30
            while server.ask("GET", "/health").status == 200 and time.monotonic() < deadline:
                time.sleep(0.1)
            got = server.hear(data)
            assert got.status == 503 and "decommissioned" in got.told["title"]
        finally:
            server.stop()
    collect(house.place)
    (used,) = use_of(house.place, "coach")
    assert used.events == used.quantity == 13
    house.close()


@pytest.mark.parametrize(
    ("how", "secret", "why"),
    [
        (["--deployment", "nobody"], "x" * 20, "knows no such deployment"),
        (["--deployment", "coach", "--unit", "word"], "x" * 20, "Units word"),
        (["--deployment", "coach"], "short", "YESAND_SERVE_TOKEN"),
    ],
)
def test_the_command_refuses_in_a_line(
    licensee: Licensee,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    how: list[str],
    secret: str,
    why: str,
) -> None:
    monkeypatch.setenv("YESAND_TOKEN", licensee.token)
    monkeypatch.setenv("YESAND_SERVE_TOKEN", secret)
    told = ["serve-model", str(licensee.folder), licensee.url, "--state", str(tmp_path), *how]
    assert _run(told) in {1, 2}
    assert why in capsys.readouterr().err
