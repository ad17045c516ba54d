"""A licensee follows the revocations over HTTP, from a second process, and believes nobody."""

from __future__ import annotations

import base64
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from test_revocations import lab, taken

import yesand
from served_house import between, served
from small_troupe import ask
from yesand.agreements.suspending.services import lift, suspend
from yesand.agreements.suspending.suspension import Reach
from yesand.corpus import services as corpus
from yesand.corpus.errors import Overtaken
from yesand.corpus.manifest import SignedManifest
from yesand.kernel.clock import SetClock
from yesand.kernel.errors import BadInput, CheckFailed, Refused
from yesand.kernel.keys import Signer
from yesand.oversight.feed.following import Followed, follow
from yesand.oversight.feed.line import Line, NoAnswer
from yesand.oversight.feed.notice import FeedBroken
from yesand.oversight.feed.watching import Silent, Watch
from yesand.people import services as people
from yesand.people.models import Organisation, User
from yesand.people.security.services import make_token
from yesand.provenance import services as log
from yesand.provenance.evidence import origin_of
from yesand.provenance.note import Verifier

pytestmark = pytest.mark.one_database


@dataclass
class Licensee:
    """A licensee's machine: a manifest, a token, and the house's address."""

    house: yesand.House
    url: str
    token: str
    manifest: Path
    signed: SignedManifest

    def watch(self, url: str = "", **how: Any) -> Watch:
        return Watch.of(Line(url or self.url, self.token), self.manifest, **how)

    def run(self, *more: str, url: str = "") -> subprocess.CompletedProcess[str]:
        """Run the command as a licensee does: no house, no database."""
        command = [sys.executable, "-m", "yesand.cli", "revocations", url or self.url]
        environment = {k: v for k, v in os.environ.items() if k != "DATABASE_URL"}
        return subprocess.run(
            [*command, "--manifest", str(self.manifest), "--json", *more],
            env={**environment, "YESAND_TOKEN": self.token},
            capture_output=True,
            text=True,
            check=False,
        )


@pytest.fixture
def licensee(filled: yesand.House, tmp_path: Path) -> Iterator[Licensee]:
    user = people.account("lab", "licensee", "a line of one's own", organisation=lab())
    _, token = make_token(filled.place, user, "training", ["corpus:read"], None)
    signed = corpus.gate(filled.place, ask(filled)).manifest
    path = tmp_path / "elsewhere" / "corpus.json"
    path.parent.mkdir()
    signed.save(path)
    with served(filled.place.root) as url:
        with urlopen(f"{url}/api/log/checkpoint", timeout=240):
            pass  # a house's first answer takes long on a machine that does much else
        yield Licensee(filled, url, token, path, signed)


@pytest.mark.browser
def test_a_licensee_learns_what_must_go_and_goes_on_from_there(licensee: Licensee) -> None:
    quiet = licensee.run()
    assert quiet.returncode == 0, quiet.stderr
    assert json.loads(quiet.stdout)["manifests"][0]["gone"] == []
    (name,) = taken(licensee.house, "Bert")
    told = licensee.run()
    (seen,) = json.loads(told.stdout)["manifests"]
    assert told.returncode == 1 and seen["gone"] == [name]
    assert {t["duty"] for t in seen["tasks"]} >= {"stop training", "delete recordings"}
    state = Followed.load(licensee.manifest.with_name("corpus.json.revocations"))
    assert state and state.position.number == 1
    licensee.house.withdraw("Alba")
    gone = licensee.watch().look().gone
    assert gone == {name, *(t.sha256 for t in licensee.signed.takes if t.performer == "Alba")}


@pytest.mark.deep
@pytest.mark.browser
def test_without_the_house_what_was_known_is_still_known(
    licensee: Licensee, clock: SetClock
) -> None:
    clock.at = yesand.kernel.clock.Clock().now()
    (name,) = taken(licensee.house, "Bert")
    assert licensee.watch().look().gone == {name}
    nowhere = "http://127.0.0.1:9"
    seen = licensee.watch(nowhere).look()
    assert seen.gone == {name} and "does not answer" in seen.fault
    said = licensee.run(url=nowhere)
    assert said.returncode == 1 and json.loads(said.stdout)["manifests"][0]["gone"] == [name]


@pytest.mark.deep
@pytest.mark.browser
def test_a_house_that_is_silent_for_long_permits_nothing(
    licensee: Licensee, clock: SetClock
) -> None:
    now = SetClock(yesand.kernel.clock.Clock().now())
    licensee.watch(clock=now).still_holds()
    nowhere = "http://127.0.0.1:9"
    licensee.watch(nowhere, clock=now).still_holds()
    now.advance(days=8)
    with pytest.raises(Silent, match="not known"):
        licensee.watch(nowhere, clock=now).still_holds()
    licensee.watch(clock=now).still_holds()
    new = Watch.of(
        Line(nowhere),
        licensee.manifest,
        licensee.manifest.with_name("empty"),
        str(log.key_of(licensee.house.place)),
    )
    with pytest.raises(Silent, match="not answered yet"):
        new.still_holds()


@pytest.mark.deep
@pytest.mark.browser
def test_training_elsewhere_stops_at_the_next_checkpoint(licensee: Licensee) -> None:
    watch, done = licensee.watch(), 0
    with pytest.raises(Overtaken, match="1 of its 9 takes"):
        for epoch in range(5):
            watch.still_holds()
            done = epoch + 1
            if epoch == 1:
                taken(licensee.house, "Cleo")
    assert done == 2


@pytest.mark.deep
@pytest.mark.browser
def test_training_elsewhere_waits_for_the_end_of_a_strike(
    union: Organisation, licensee: Licensee
) -> None:
    una, place = User.objects.get(username="una"), licensee.house.place
    called, _ = suspend(place, union, Reach(), "Talks have failed", una)
    watch = licensee.watch()
    with pytest.raises(Overtaken, match="3 of its 9 takes are suspended"):
        watch.still_holds()
    told = licensee.run()
    (seen,) = json.loads(told.stdout)["manifests"]
    (said,) = seen["suspensions"]
    theirs = {t.sha256 for t in licensee.signed.takes if t.performer == "Bert"}
    assert told.returncode == 1 and not seen["gone"] and set(seen["suspended"]) == theirs
    assert said["entry"] == called.entry_id and said["cause"] == "strike"
    lift(place, called, una)
    watch.still_holds()
    assert licensee.run().returncode == 0


@pytest.mark.browser
@pytest.mark.parametrize(
    "path",
    [
        pytest.param("pages", marks=pytest.mark.deep),
        pytest.param("revocations?", marks=pytest.mark.deep),
        "revocations",
    ],
)
def test_who_stands_between_and_changes_anything_is_found(licensee: Licensee, path: str) -> None:
    taken(licensee.house, "Bert", 2)

    def edit(asked: str, body: bytes) -> bytes:
        if path not in asked:
            return body
        told = json.loads(body)
        payload = base64.b64decode(told["payload"])
        changed = payload.replace(b'"licensee":"house-lab"', b'"licensee":"other-lab"')
        assert changed != payload
        return json.dumps({**told, "payload": base64.b64encode(changed).decode()}).encode()

    with between(licensee.url, edit) as url, pytest.raises(FeedBroken, match="signature"):
        licensee.watch(url).look()
    assert licensee.watch().look().gone  # nothing was lost


@pytest.mark.deep
@pytest.mark.browser
def test_an_old_answer_that_is_played_back_is_found(licensee: Licensee) -> None:
    kept = dict[str, bytes]()

    def remember(asked: str, body: bytes) -> bytes:
        return kept.setdefault(asked.partition("?")[0], body)

    with between(licensee.url, remember) as url:
        assert not licensee.watch(url).look().gone
        taken(licensee.house, "Bert")
        assert licensee.watch().look().gone
        with pytest.raises(FeedBroken, match="was seen before"):
            licensee.watch(url).look()


@pytest.mark.deep
@pytest.mark.browser
def test_another_house_cannot_answer_for_this_one(licensee: Licensee, tmp_path: Path) -> None:
    other = Signer.generate()
    theirs = Verifier(origin_of(other.public), other.public)
    with pytest.raises(CheckFailed, match="not that of the house"):
        licensee.watch(key=str(theirs))
    with pytest.raises(CheckFailed):
        follow(
            Line(licensee.url, licensee.token), Followed(theirs), licensee.house.place.clock.now()
        )


@pytest.mark.browser
def test_a_wrong_token_and_what_is_no_house_are_said_so(licensee: Licensee) -> None:
    with pytest.raises(Refused, match="401"):
        Watch.of(Line(licensee.url, "ya_wrong"), licensee.manifest).look()
    with between(licensee.url, lambda path, body: b"<html>") as url, pytest.raises(NoAnswer):
        licensee.watch(url)
    state = licensee.manifest.with_name("corpus.json.revocations")
    state.write_text("{")
    with pytest.raises(BadInput, match="remembered"):
        licensee.watch()


@pytest.mark.parametrize(
    "url",
    ["", "house.example", "ftp://house.example", "http://house.example", "https://h.example:no"],
)
def test_a_token_goes_to_no_address_that_would_tell_it(url: str) -> None:
    with pytest.raises(BadInput):
        Line(url, "ya_secret")
    assert "secret" not in repr(Line("https://house.example", "ya_secret"))
