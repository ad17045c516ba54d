"""A house asks its witnesses for cosignatures, and keeps what they answer beside its log.

In ``witnesses/`` each witness has two files: the last checkpoint that it cosigned, and what went
wrong since. One more is the last checkpoint that enough of them cosigned. Nothing waits for a
witness: the log grows whether they answer or not.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from yesand.kernel import durable
from yesand.kernel.clock import stamp
from yesand.kernel.errors import BadInput, CheckFailed, YesAndError
from yesand.kernel.place import Place
from yesand.provenance.note import Checkpoint, Line, Note, open_checkpoint
from yesand.provenance.tiles import Log
from yesand.provenance.witnessing.protocol import MOST_BYTES, Submission
from yesand.provenance.witnessing.witnesses import Asked, configured, quorum

_SECONDS = 10.0
_CONFLICT = 409


class NoCosignature(YesAndError):
    """A witness could not be reached, or would not cosign."""

    exit_code = 1


@dataclass(frozen=True)
class Standing:
    """What one witness has cosigned last; ``fault``: what went wrong when it was asked since."""

    asked: Asked
    note: Note | None = None
    fault: str = ""
    faulted: str = ""

    @property
    def name(self) -> str:
        """The witness's name."""
        return self.asked.key.name

    @property
    def head(self) -> Checkpoint | None:
        """The checkpoint that it cosigned last."""
        return Checkpoint.parse(self.note.text) if self.note else None

    @property
    def size(self) -> int:
        """How many entries it has vouched for."""
        return self.head.size if self.head else 0

    @property
    def at(self) -> str:
        """When it did (RFC 3339), as it says; empty for what is no date at all."""
        if self.note is None:
            return ""
        with suppress(ValueError, OverflowError, OSError):
            moment = self.note.check(self.asked.key).moment
            return stamp(datetime.fromtimestamp(moment, UTC))
        return ""


def standings(place: Place) -> list[Standing]:
    """Return where each configured witness stands."""
    return [_standing(place, asked) for asked in configured()]


def ask_all(place: Place) -> list[Standing]:
    """Ask each witness that has not cosigned the log's checkpoint; return where each stands."""
    log = Log(place.log, place.origin, public=place.signer.public)
    signed = log.checkpoint()
    if not signed:
        return standings(place)
    held = [_asked(place, log, signed, one) for one in standings(place)]
    made = _gathered(Note.parse(signed), held)
    if held and len(made.lines) > quorum(len(held)):
        durable.write(_quorum(place), bytes(made))
    return held


def witnessed(place: Place, signed: bytes, least: int = 0) -> bytes:
    """Return the best checkpoint to give away: this one, or one a little older and cosigned more.

    It carries its cosignatures. A quorum counts for more than the newest entries.

    Parameters
    ----------
    signed : the log's own latest checkpoint.
    least : how many entries it must cover.
    """
    try:
        held = standings(place)
        enough = quorum(len(held))
    except BadInput:  # told by the log's page and by whoever asks: no proof waits for a setting
        return signed
    if not held or not signed:
        return signed
    notes = [Note.parse(signed), *(h.note for h in held if h.note), *_vouched(place)]
    made = [_gathered(note, held) for note in notes]
    fit = [(note, Checkpoint.parse(note.text).size) for note in made]
    best = max(
        (
            (min(len(note.lines) - 1, enough), size, bytes(note))
            for note, size in fit
            if size >= least
        ),
        default=(0, 0, signed),
    )
    return best[2]


def cosigned(place: Place, signed: bytes) -> bytes:
    """Return this very checkpoint with the cosignatures on it, if there are any."""
    with suppress(YesAndError):
        return bytes(_gathered(Note.parse(signed), standings(place)))
    return signed


def _gathered(note: Note, held: Sequence[Standing]) -> Note:
    """Return the note with the log's own line and every cosignature on this very text."""
    lines = list[Line]()
    for one in held:
        same = one.note if one.note and one.note.text == note.text else note
        lines += same.cosignatures([one.asked.key]).values()
    return Note(note.text, (note.lines[0], *lines))


def _vouched(place: Place) -> list[Note]:
    """Return the last checkpoint that enough witnesses had cosigned, if there was one."""
    with suppress(FileNotFoundError, YesAndError):
        data = _quorum(place).read_bytes()
        open_checkpoint(data, place.origin, place.signer.public)
        return [Note.parse(data)]
    return []


def _asked(place: Place, log: Log, signed: bytes, held: Standing) -> Standing:
    note = Note.parse(signed)
    if held.note and held.note.text == note.text and not held.fault:
        return held
    try:
        line = _line(log, note, held)
        made = Standing(held.asked, Note(note.text, (note.lines[0], line)))
    except YesAndError as fault:
        made = replace(held, fault=fault.sentence(), faulted=stamp(place.clock.now()))
    _keep(place, made)
    return made


def _line(log: Log, note: Note, held: Standing) -> Line:
    """Return a witness's cosignature; where it has seen another size than we thought, ask again."""
    head, old = Checkpoint.parse(note.text), held.size
    for _ in range(3):
        sent = Submission(old, tuple(log.consistency(old, head.size)), note)
        status, body = _post(held.asked.url, bytes(sent))
        if status != _CONFLICT:
            return _cosignature(held.asked, note, status, body)
        seen = _size(held, body)
        if seen == old or seen > head.size:
            raise CheckFailed(
                f"The witness has seen another log of {seen:,} entries than this one",
                where=held.name,
                remedy="Somebody has signed with the house's key, or the log was put back: audit.",
            )
        old = seen
    raise NoCosignature("The witness's size changes with every answer", where=held.name)


def _size(held: Standing, body: bytes) -> int:
    told = body.strip()
    if not told.isdigit() or len(told) > 18:
        raise NoCosignature("The witness told no size", where=held.name)
    return int(told)


def _cosignature(asked: Asked, note: Note, status: int, body: bytes) -> Line:
    if status != 200:
        said = " ".join(body[:200].decode("utf-8", "replace").split())
        raise NoCosignature(f"The witness answered {status}: {said}", where=asked.key.name)
    return Note.parse(note.text.encode() + b"\n" + body).check(asked.key)


def _post(url: str, body: bytes) -> tuple[int, bytes]:
    """Send a request, following nothing elsewhere; return the status and the answer."""
    to = urlsplit(url)
    kind = http.client.HTTPSConnection if to.scheme == "https" else http.client.HTTPConnection
    try:
        with closing(kind(to.hostname or "", to.port, timeout=_SECONDS)) as line:
            line.request("POST", f"{to.path}/add-checkpoint", body, {"User-Agent": "Yes-And"})
            answer = line.getresponse()
            return answer.status, answer.read(MOST_BYTES)
    except (OSError, http.client.HTTPException) as fault:
        raise NoCosignature(f"The witness does not answer: {fault}", where=url) from fault


# Keeping ------------------------------------------------------------------------------------------


def _quorum(place: Place) -> Path:
    return place.root / "witnesses" / "quorum.checkpoint"


def _path(place: Place, asked: Asked, ending: str) -> Path:
    return place.root / "witnesses" / f"{asked.key.id.hex()}.{ending}"


def _standing(place: Place, asked: Asked) -> Standing:
    """Read what is kept of a witness; what does not hold counts as nothing."""
    found = Standing(asked)
    with suppress(FileNotFoundError, YesAndError):
        note = Note.parse(_path(place, asked, "checkpoint").read_bytes())
        note.check(asked.key)
        if Checkpoint.parse(note.text).origin == place.origin:
            found = replace(found, note=note)
    with suppress(FileNotFoundError, ValueError, KeyError):
        told = json.loads(_path(place, asked, "fault").read_bytes())
        found = replace(found, fault=str(told["fault"]), faulted=str(told["at"]))
    return found


def _keep(place: Place, made: Standing) -> None:
    fault = _path(place, made.asked, "fault")
    if made.fault:
        durable.write(fault, json.dumps({"fault": made.fault, "at": made.faulted}).encode())
        return
    assert made.note is not None
    durable.write(_path(place, made.asked, "checkpoint"), bytes(made.note))
    fault.unlink(missing_ok=True)
