"""Computing all statements of a month again, each from signed inputs alone."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from yesand.kernel.canonical import parse
from yesand.kernel.clock import Period
from yesand.kernel.errors import CheckFailed, NotFound, YesAndError
from yesand.kernel.place import Place
from yesand.kernel.progress import Progress, silent
from yesand.provenance.dsse import payload_of
from yesand.royalties.evidence import verify
from yesand.royalties.models import Settlement, Statement
from yesand.royalties.payers.services import check_tables
from yesand.royalties.proving.services import write_bundle
from yesand.royalties.statement import parse_settled


def recompute(place: Place, period: Period, progress: Progress = silent) -> str:
    """Compute every statement of a settled month again; return in words that all agree.

    Each is checked as its performer would check it: the evidence bundle is written and verified,
    which opens every signature, proves every log entry and computes every line anew.

    Raises
    ------
    NotFound : the month is not settled.
    CheckFailed : the first statement that differs, with what it says and what comes out.
    """
    settlement = Settlement.objects.filter(period=str(period)).first()
    if settlement is None:
        raise NotFound(f"{period} is not settled", remedy=f"Settle it: yesand settle {period}")
    rows = Statement.objects.filter(settlement=settlement).select_related(
        "performer", "settlement__entry", "entry"
    )
    rows = rows.order_by("performer__handle", "currency")
    total = rows.count()
    with TemporaryDirectory() as folder:
        for done, row in enumerate(rows.iterator(chunk_size=200), 1):
            _one(place, row, Path(folder) / "evidence.zip")
            progress(done, total, str(row.performer))
    settled = parse_settled(parse(payload_of(settlement.envelope))["predicate"])
    for _ in check_tables(place, settled.payers):
        pass
    return f"{period}: {total:,} statements computed again from signed inputs, each the same"


def _one(place: Place, row: Statement, path: Path) -> None:
    try:
        verdict = verify(write_bundle(place, row, path), origin=place.origin)
    except YesAndError as fault:
        where = f"{row.performer}, {row.currency}: {fault.where}"
        raise CheckFailed(fault.what, where=where, remedy=fault.remedy) from fault
    told = verdict.total.micro, verdict.carried.micro
    if told != (row.total_micro, row.carried_micro):
        raise CheckFailed(
            f"The registry says {row.total_micro} and the signed statement {told[0]}",
            where=f"{row.performer}, {row.currency}",
        )
