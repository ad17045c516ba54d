"""Statements of a month: settled and signed, handed out as JSON, and set as PDFs by a pool.

Ours is a whole settlement (``yesand settle``): agreements read, every line priced with its reason,
canonical bytes, a signature each, rows, log entries and ledger, one durable commit; then every
signed JSON written durably to a folder (``yesand statements --json-folder``), and PDFs set in a
pool of processes (``--pdf``), whose bar goes to stderr. The peer encodes, signs and writes the same
payloads in a bare loop, with no figure computed and nothing kept safe; beside the pool, the
typesetter alone sets a few of the same PDFs one after the other.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from benchmarks.harness import Result, figure, peak_bytes
from benchmarks.settlement import DEPLOYMENTS, _deploy

STATEMENTS = int(os.environ.get("YESAND_BENCH_STATEMENTS", "1000"))
#: How many of them are set as PDFs by the pool, and by the typesetter alone.
PDFS, SINGLE = min(STATEMENTS, 200), min(STATEMENTS, 20)
#: Statements a second, as JSON.
BAR = 100


def run() -> Result:
    """Settle, hand out, set; then let the peer do the bare part of it."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        place = _furnished(root)
        begun = time.process_time()
        settled, written = _settled(place), _written(place, root / "json")
        busy = STATEMENTS / (time.process_time() - begun)
        peak = peak_bytes()
        pool, single = _set(place, root / "pdf"), _single(place)
        bare = _bare(place, root / "bare")
    both = 1 / (1 / settled + 1 / written)
    return Result(
        name="statements",
        what=(
            f"{STATEMENTS:,} statements of {DEPLOYMENTS} lines each: settled and signed at "
            f"{figure(settled)}/s, written out as signed JSON at {figure(written)}/s, both one "
            f"after the other at {figure(both)}/s, {both / BAR:.2f} of the bar of {BAR}/s (by CPU "
            f"time, where a machine has other work, at {figure(busy)}/s). "
            f"{PDFS} PDFs at {figure(pool)}/s by a pool of {os.cpu_count()} processes, beside "
            f"{figure(single)}/s by the typesetter alone in one. The machine's load was "
            f"{os.getloadavg()[0]:.1f} on {os.cpu_count()} cores."
        ),
        value=both,
        unit="statements/s",
        peer="json.dumps, Ed25519 and write in a loop",
        peer_value=bare,
        higher_is_better=True,
        peak_bytes=peak,
    )


def _furnished(root: Path) -> Any:
    import yesand
    from yesand.kernel.clock import SetClock

    clock = SetClock(datetime(2026, 8, 1, tzinfo=UTC))
    place = yesand.create(root / "house", "Benchmark", clock=clock).place
    from yesand.agreements.drafts import Draft
    from yesand.agreements.services import sign
    from yesand.agreements.terms import Amount, Pay, Terms
    from yesand.people import services as people
    from yesand.people.models import Organisation

    price = {"request": Amount(currency="EUR", micro=1_000)}
    terms = Terms(valid_from=date(2026, 1, 1), pay=Pay(per_unit=price))
    studio = people.found(place, "studio", "Studio", Organisation.Kind.PRODUCER)
    lab = people.found(place, "lab", "Lab", Organisation.Kind.LICENSEE)
    draft, agreements = Draft("benchmark", terms, "summary", "text"), []
    for number in range(STATEMENTS):
        performer, _ = people.join(place, f"P{number:05d}", synthetic=True)
        agreements.append(sign(place, draft, performer, studio))
    _deploy(place, lab, agreements)
    clock.at = datetime(2026, 10, 1, tzinfo=UTC)
    _metered(place, root / "usage.jsonl")
    return place


def _metered(place: Any, path: Path) -> None:
    from yesand.royalties.events import TYPE
    from yesand.royalties.services import meter

    with path.open("w") as file:
        for number in range(DEPLOYMENTS):
            event = {
                "specversion": "1.0", "id": f"e{number}", "source": "https://lab.example/gateway",
                "type": TYPE, "subject": f"d{number}", "time": "2026-09-05T12:00:00Z",
                "data": {"unit": "request", "quantity": 1_000_000 + number},
            }  # fmt: skip
            file.write(json.dumps(event) + "\n")
    if meter(place, path).accepted != DEPLOYMENTS:
        raise AssertionError("not every event was accepted")


def _settled(place: Any) -> float:
    from yesand.kernel.clock import Period
    from yesand.royalties.services import check_books, settle

    begin = time.perf_counter()
    made = settle(place, Period(2026, 9))
    spent = time.perf_counter() - begin
    if made.statements.count() != STATEMENTS:
        raise AssertionError("not everybody has a statement")
    check_books()
    return STATEMENTS / spent


def _written(place: Any, out: Path) -> float:
    from yesand.kernel.clock import Period
    from yesand.royalties.issuing.together.services import write_json

    begin = time.perf_counter()
    write_json(place, Period(2026, 9), out)
    spent = time.perf_counter() - begin
    if len(list(out.iterdir())) != STATEMENTS:
        raise AssertionError("not every statement was written")
    return STATEMENTS / spent


def _set(place: Any, out: Path) -> float:
    from yesand.cli.output import progressing
    from yesand.royalties.issuing.together.services import set_together

    begin = time.perf_counter()
    with progressing("Setting") as progress:
        made = set_together(place, _some(place, PDFS), out, progress=progress)
    spent = time.perf_counter() - begin
    return made / spent


def _some(place: Any, number: int) -> Any:
    from yesand.royalties.models import Statement

    rows = Statement.objects.select_related("performer", "settlement").order_by("pk")
    return rows[:number]


def _single(place: Any) -> float:
    from yesand.royalties.documents.setting import set_pdf
    from yesand.royalties.issuing.services import sheet_of

    sheets = [sheet_of(place, row) for row in _some(place, SINGLE)]
    begin = time.perf_counter()
    for sheet in sheets:
        set_pdf(sheet.told, sheet.at)
    return SINGLE / (time.perf_counter() - begin)


def _bare(place: Any, out: Path) -> float:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    from yesand.royalties.models import Statement
    from yesand.royalties.services import payload

    told, key = [payload(row) for row in Statement.objects.all()], Ed25519PrivateKey.generate()
    out.mkdir()
    begin = time.perf_counter()
    for number, one in enumerate(told):
        data = json.dumps(one, sort_keys=True).encode()
        (out / f"{number}.json").write_bytes(data + key.sign(data))
    return STATEMENTS / (time.perf_counter() - begin)
