"""A feed on its way: pages of notices and a head, each signed (DSSE), and the checks of both.

A page's bytes follow from its notices alone: their proofs are given at the log's size after its
last notice. So a full page never changes, and may be kept by anybody for good. The head says how
many notices there are, and under which checkpoint; that its log begins with what the reader has
seen before is proven in it.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from yesand.kernel.errors import YesAndError
from yesand.kernel.keys import Signer, key_id
from yesand.oversight.feed.notice import FeedBroken, Notice, Pause, read
from yesand.provenance import dsse, merkle
from yesand.provenance.kinds import Kind
from yesand.provenance.note import Checkpoint, Verifier, open_checkpoint
from yesand.provenance.receipt import check_logged

PAGE_TYPE = "application/vnd.yes-and.revocations+json"
HEAD_TYPE = "application/vnd.yes-and.revocations-head+json"
#: Notices a page.
PER_PAGE = 25


@dataclass(frozen=True)
class Position:
    """How far a reader has come: all that it must remember to notice a feed that lies.

    Attributes
    ----------
    number, last : the last notice that was read, and its digest.
    at : when the house signed the last head (RFC 3339).
    checkpoint : the log as it was then.
    """

    number: int = 0
    last: str | None = None
    at: str = ""
    checkpoint: Checkpoint | None = None


@dataclass(frozen=True)
class Head:
    """A checked head: how many notices there are, and the log that they are in."""

    licensee: str
    count: int
    last: str | None
    per_page: int
    at: str
    checkpoint: Checkpoint


def seal_head(
    signer: Signer,
    told: Mapping[str, Any],
    checkpoint: bytes,
    grown: Mapping[int, Sequence[bytes]],
) -> dict[str, Any]:
    """Sign a head.

    Parameters
    ----------
    told : house, licensee, at, count, last.
    grown : log size → the proof that the checkpoint's log begins with one of that size.
    """
    paths = {str(size): list(map(_text, path)) for size, path in grown.items()}
    payload = {**told, "per_page": PER_PAGE, "checkpoint": checkpoint.decode(), "grown": paths}
    return dsse.seal(payload, [signer], HEAD_TYPE)


def seal_page(
    signer: Signer, house: str, licensee: str, page: int, items: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Sign a page; each item is a notice's envelope and its receipt from the log (``logged``)."""
    payload = {"house": house, "licensee": licensee, "page": page, "items": list(items)}
    return dsse.seal(payload, [signer], PAGE_TYPE)


def open_head(
    envelope: Any, key: Verifier, before: Position, sizes: Sequence[tuple[int, bytes]] = ()
) -> Head:
    """Return a head if it follows what the reader has seen.

    Parameters
    ----------
    sizes : (size, root) of other checkpoints that must begin its log.

    Raises
    ------
    FeedBroken : not signed by the house, older than the last one, of fewer notices, or of a log
        that does not begin with the one that was seen.
    """
    told = _opened(envelope, key, HEAD_TYPE, "head")
    try:
        head = open_checkpoint(told["checkpoint"].encode(), key.name, key.public)
        grown = {int(n): [base64.b64decode(p) for p in path] for n, path in told["grown"].items()}
        found = Head(
            str(told["licensee"]),
            int(told["count"]),
            told["last"],
            int(told["per_page"]),
            str(told["at"]),
            head,
        )
        house = told["house"]
    except (KeyError, TypeError, ValueError, AttributeError, YesAndError) as fault:
        raise FeedBroken("The head has not the form of one", where=str(fault)[:80]) from fault
    if house != key.name or found.per_page < 1 or found.count < 0:
        raise FeedBroken("The head is of another house", where=str(house)[:80])
    _check_later(found, before)
    seen = [(before.checkpoint.size, before.checkpoint.root)] if before.checkpoint else []
    for size, root in [*seen, *sizes]:
        _check_grown(size, root, head, grown)
    return found


def _check_later(found: Head, before: Position) -> None:
    if found.at < before.at:
        raise FeedBroken(
            f"The head is of {found.at}, and one of {before.at} was seen before",
            where="head",
            remedy="Somebody plays an old answer back: ask the house by another way.",
        )
    if found.count < before.number:
        raise FeedBroken(f"{before.number} notices were read, and now there are {found.count}")
    if found.count == before.number and found.last != before.last:
        raise FeedBroken("The last notice is another than the one that was read")


def _check_grown(
    size: int, root: bytes, head: Checkpoint, grown: Mapping[int, Sequence[bytes]]
) -> None:
    if size > head.size:
        raise FeedBroken(f"The log had {size} entries, and now it has {head.size}")
    try:
        if size == head.size:
            if root != head.root:
                raise FeedBroken("The log is another one of the same size")
        elif size:
            merkle.verify_consistency(size, head.size, grown.get(size, []), root, head.root)
    except YesAndError as fault:
        raise FeedBroken(
            "The log does not begin with the one that was seen before",
            where=f"{size} and {head.size} entries",
            remedy="Keep both checkpoints: `yesand compare` makes a proof of them.",
        ) from fault


def open_page(
    envelope: Any, key: Verifier, licensee: str, page: int, per_page: int, before: Position
) -> tuple[list[Notice | Pause], tuple[int, bytes]]:
    """Return a page's new notices, and the log size and root that they are proven under.

    Parameters
    ----------
    page : which one, from 0 on; ``per_page`` as the head says.

    Raises
    ------
    FeedBroken : not signed by the house, another page, a notice that is missing, told twice, out
        of order, or not in the log.
    """
    where = f"page {page}"
    told = _opened(envelope, key, PAGE_TYPE, where)
    try:
        if (told["house"], told["licensee"], told["page"]) != (key.name, licensee, page):
            raise FeedBroken("It is another page than was asked for", where=where)
        items = [(item["envelope"], item["logged"]) for item in told["items"]]
    except (KeyError, TypeError) as fault:
        raise FeedBroken("A page has not the form of one", where=where) from fault
    found: list[Notice | Pause] = []
    heads: set[tuple[int, bytes]] = set()
    number = page * per_page
    last = before.last if number == before.number else None
    for nth, (sealed, logged) in enumerate(items, start=1):
        made = _noticed(sealed, logged, key, f"{where}, notice {nth}", heads)
        _check_follows(made, number, last, licensee, where)
        number, last = made.number, made.digest
        if number > before.number:
            found.append(made)
        elif number == before.number and last != before.last:
            raise FeedBroken("A notice is another than the one that was read", where=where)
    if len(heads) != 1:
        raise FeedBroken("A page's notices are proven under one checkpoint", where=where)
    return found, heads.pop()


def _check_follows(
    made: Notice | Pause, number: int, last: str | None, licensee: str, where: str
) -> None:
    if made.licensee != licensee:
        raise FeedBroken("A notice to another licensee", where=where)
    if made.number != number + 1:
        raise FeedBroken(f"Notice {number + 1} is missing or out of order", where=where)
    # Where a page begins within what was read, its last known notice is compared by its digest.
    if made.before != last and (last is not None or number == 0):
        raise FeedBroken("A notice does not follow the one before it", where=where)


def _noticed(
    sealed: Any, logged: Any, key: Verifier, where: str, heads: set[tuple[int, bytes]]
) -> Notice | Pause:
    made = read(_opened(sealed, key, dsse.IN_TOTO, where))
    try:
        head = check_logged(logged, made.digest, key)
        kind = logged["entry"]["kind"]
    except (YesAndError, KeyError, TypeError) as fault:
        raise FeedBroken("A notice is not in the log", where=where) from fault
    if kind != Kind.REVOCATION_NOTICED or made.house != key.name:
        raise FeedBroken("What is in the log is no notice of this house", where=where)
    heads.add((head.size, head.root))
    return made


def _opened(envelope: Any, key: Verifier, kind: str, where: str) -> Any:
    try:
        return dsse.opened(envelope, {key_id(key.public): key.public}, kind)
    except (YesAndError, TypeError, ValueError) as fault:
        what = fault.what if isinstance(fault, YesAndError) else str(fault)
        raise FeedBroken(what, where=where) from fault


def _text(step: bytes) -> str:
    return base64.b64encode(step).decode()
