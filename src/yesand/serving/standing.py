"""Is the model in service: asked of the house again and again, and remembered on this machine.

What the house signed is checked with its key: that this deployment is of exactly these files, and
that it has not ended. Withdrawals come by the house's feed. While the house is silent, what it said
last holds for a week, and not a moment longer.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock
from typing import Any

from yesand.corpus import leaves
from yesand.corpus.manifest import SignedManifest
from yesand.kernel import durable
from yesand.kernel.canonical import parse
from yesand.kernel.clock import Clock, instant, stamp
from yesand.kernel.errors import BadInput, CheckFailed, Refused, YesAndError
from yesand.kernel.keys import key_id
from yesand.oversight.duties import Duty
from yesand.oversight.feed.line import Line, NoAnswer
from yesand.oversight.feed.notice import Task
from yesand.oversight.feed.watching import LONGEST, Watch
from yesand.provenance import dsse
from yesand.provenance.statements import Predicate
from yesand.serving.errors import NotServing

MANIFEST, FEED, DEPLOYMENT = "manifest.json", "revocations.json", "deployment.json"
_END_IT = "End it on the house's page, and serve a model that was trained since."


@dataclass(frozen=True)
class Said:
    """What the house said last, when, and the tasks that withdrawals have raised about the model.

    Attributes
    ----------
    licensee : whose deployment it is. since, until : in service, as it was signed.
    name : of the model, as the house knows it.
    """

    licensee: str
    name: str
    since: datetime
    until: datetime | None
    asked_at: datetime
    tasks: tuple[Task, ...] = ()

    def retire_by(self) -> datetime | None:
        """Return the day by which a withdrawal has the model retrained or retired."""
        mine = f"model:{self.name}"
        days = [t.until for t in self.tasks if t.duty == Duty.RETRAIN and t.subject == mine]
        return min((day for day in days if day), default=None)


@dataclass
class Standing:
    """A deployment of a model, as far as its licensee's machine knows.

    Parameters
    ----------
    model : the digest of the model's folder. manifest : what it says it came from.
    state : a folder that remembers what the house said. key : the log's, if it is known.
    longest : so long the house may be silent before nothing is known any more.
    """

    line: Line
    deployment: str
    model: str
    manifest: str
    state: Path
    key: str = ""
    longest: timedelta = LONGEST
    clock: Clock = field(default_factory=Clock)
    said: Said | None = field(default=None, init=False)
    #: Why the house could not be asked, or does not let us ask.
    fault: str = field(default="", init=False)
    _refused: bool = field(default=False, init=False)
    _watch: Watch | None = field(default=None, init=False)
    _one_asks: Lock = field(default_factory=Lock, init=False)

    def open(self) -> SignedManifest:
        """Ask, or remember, and return the signed manifest that the model came from.

        Raises
        ------
        NotServing : the deployment is not one of these files in service.
        CheckFailed : something is not signed as it must be. NoAnswer : nothing is known yet.
        """
        self.state.mkdir(parents=True, exist_ok=True)
        self._watch = self._watched()
        self.said = self._remembered()
        self.refresh()
        self.check()
        return self._watch.manifest

    def refresh(self) -> None:
        """Ask the house; where it does not answer, what was known before stays."""
        assert self._watch is not None
        with self._one_asks:
            try:
                told = self.line.get(f"/api/deployments/{self.deployment}")
                model = self.line.get(f"/api/models/{self.model}")
                seen = self._watch.look()
                if seen.fault:
                    raise NoAnswer(seen.fault, where=self.line.url)
                kept = {
                    "deployment": told,
                    "name": str(model["name"]),
                    "asked_at": stamp(self.clock.now()),
                    "tasks": [task.model_dump(mode="json") for task in seen.tasks],
                }
                self.said = self._read(kept)
            except NoAnswer as silent:
                self.fault = silent.sentence()
                return
            except (KeyError, TypeError, ValueError) as broken:
                self.fault = f"The house answers otherwise than houses do: {broken!r:.80}"
                return
            except Refused as refused:
                self.fault, self._refused = _refusal(refused), True
                # What it allowed before must not be remembered by the next process.
                (self.state / DEPLOYMENT).unlink(missing_ok=True)
                return
            self.fault, self._refused = "", False
            durable.write(self.state / DEPLOYMENT, json.dumps(kept, indent=1).encode())

    def check(self) -> Said:
        """Check that the model may answer now; return what is known.

        Raises
        ------
        NotServing : it may not, and why.
        """
        now, said = self.clock.now(), self.said
        if self._refused or said is None:
            raise self._none(self.fault or "The house has said nothing of it yet")
        if now < said.since:
            raise self._none(f"It is in service from {stamp(said.since)} on")
        if said.until is not None and now >= said.until:
            raise self._none(f"It was decommissioned on {stamp(said.until)}")
        retire = said.retire_by()
        if retire is not None and now >= retire:
            raise self._none(
                f"A withdrawal had the model retrained or retired by {stamp(retire)}", _END_IT
            )
        if now - said.asked_at > self.longest:
            raise self._none(
                f"The house has not answered since {stamp(said.asked_at)}; whether it is still in "
                f"service is not known. {self.fault}"
            )
        return said

    def _none(self, why: str, remedy: str = "") -> NotServing:
        return NotServing(
            why.rstrip("."),
            where=f"deployment {self.deployment}",
            remedy=remedy or "Put the model in service (yesand deploy), and serve that.",
        )

    def _watched(self) -> Watch:
        """Watch over the manifest; fetch it first, if it does not lie here yet."""
        path = self.state / MANIFEST
        if not path.exists():
            value = self.line.get(f"/api/corpora/{self.manifest}/manifest")
            durable.write(path, leaves.plain_bytes(value))
        watch = Watch.of(self.line, path, self.state / FEED, self.key, clock=self.clock)
        if watch.manifest.digest != self.manifest:
            raise CheckFailed(
                "The manifest is not the one that the model came from",
                where=str(path),
                remedy="Give each model a state folder of its own.",
            )
        return watch

    def _remembered(self) -> Said | None:
        path = self.state / DEPLOYMENT
        try:
            return self._read(parse(path.read_bytes(), where=str(path)))
        except FileNotFoundError:
            return None
        except (BadInput, KeyError, TypeError, ValueError) as fault:
            raise BadInput(
                "What was remembered of the deployment cannot be read",
                where=str(path),
                remedy="Move the file away: the house is then asked anew.",
            ) from fault

    def _read(self, kept: Mapping[str, Any]) -> Said:
        """Check what the house signed, and return it."""
        told = kept["deployment"]
        start = self._signed(told["envelope"], Predicate.DEPLOYMENT)
        end = told["end"] and self._signed(told["end"], Predicate.DECOMMISSION)
        return Said(
            licensee=str(start["licensee"]),
            name=str(kept["name"]),
            since=instant(start["since"]),
            until=instant(end["until"]) if end else None,
            asked_at=instant(kept["asked_at"]),
            tasks=tuple(Task.model_validate(task, strict=False) for task in kept["tasks"]),
        )

    def _signed(self, envelope: Mapping[str, Any], kind: Predicate) -> Mapping[str, Any]:
        """Return what the house signed of this deployment, and of no other files than these."""
        assert self._watch is not None
        public = self._watch.key.public
        payload = dsse.opened(envelope, {key_id(public): public})
        subjects = {s["name"]: s["digest"]["sha256"] for s in payload["subject"]}
        if payload["predicateType"] != kind or set(subjects) != {self.deployment}:
            raise CheckFailed("It is not about this deployment", where=self.deployment)
        if subjects[self.deployment] != self.model:
            raise NotServing(
                f"It serves model {subjects[self.deployment][:16]}, and this is {self.model[:16]}",
                where=f"deployment {self.deployment}",
                remedy="Serve the files that were registered, unchanged.",
            )
        found: Mapping[str, Any] = payload["predicate"]
        return found


def _refusal(fault: Refused) -> str:
    """Say in words what a house means that does not know a deployment, or whoever asks."""
    if "answers 404" in fault.what:
        return "The house knows no such deployment of yours"
    if "answers 401" in fault.what or "answers 403" in fault.what:
        return "The house does not take the token: it needs models:read, corpus:read, usage:write"
    return fault.sentence()


def explained(fault: YesAndError) -> str:
    """Return why something does not serve, in one line."""
    return " ".join(fault.sentence().split())
