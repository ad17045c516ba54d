"""A reliance report in memory: how much a model leans on whom, how sure, and whether it pays."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from yesand.kernel.canonical import parse
from yesand.kernel.errors import CheckFailed
from yesand.provenance.dsse import payload_of
from yesand.reliance.faithfulness import Faithfulness
from yesand.reliance.rows import Row, open_row
from yesand.reliance.shares import BILLION

VERSION = 1


@dataclass(frozen=True)
class Utility:
    """What all performers together are worth to the model, in billionths of a nat a query."""

    all: int
    none: int
    gain_low: int
    gain_high: int


@dataclass(frozen=True)
class Agreement:
    """How well two ways of asking agree; None where it cannot be told.

    Attributes
    ----------
    halves : Spearman of the effects between halves of what was drawn, subsets or seeds; 1 where
        nothing was drawn.
    spearman, pearson : of the effects with exact leave-one-performer-out.
    concordance : of the pairs of performers that both tell apart (95 %), the part in one order.
    pairs : how many such pairs there are.
    """

    halves: float | None
    spearman: float | None
    pearson: float | None
    concordance: float | None
    pairs: int


#: Of what is compared with nothing: it is the measure itself, or nothing was trained again.
NOTHING_BESIDE = Agreement(None, None, None, None, 0)


@dataclass(frozen=True)
class Quality:
    """What the report took and what it is worth; None where it was not looked at.

    Attributes
    ----------
    trainings : trainings that it took; a run back through one counts as three more.
    seeds, nodes : seeds averaged, and places along the path from no data to all.
    additivity : how far the effects miss U(all) − U(none), as a part of it.
    detectable_ppb : the smallest share that can be told from none, four times of five.
    coverage : how often halves of those asked agree within their 95 % intervals.
    faithfulness : against half-subsets retrained.
    """

    trainings: int = 0
    seeds: int = 0
    nodes: int = 0
    additivity: float | None = None
    detectable_ppb: int | None = None
    coverage: float | None = None
    faithfulness: Faithfulness = field(default_factory=Faithfulness)


@dataclass(frozen=True)
class RelianceReport:
    """What an estimator found. Shares add up to 10⁹ whether or not they are fit to pay by.

    Attributes
    ----------
    model, queries : digests of what was asked and of the questions.
    settings : everything needed to compute it again.
    sets_shares : False where it is too unsure; ``reason`` says why, in plain words.
    rows : one a performer, by handle.
    quality : how sure it is, and what it took.
    copies : takes that training left out as copies of others.
    caveats : what else must be known of takes and queries, in plain words.
    """

    model: str
    queries: str
    method: str
    version: str
    settings: Mapping[str, Any]
    utility: Utility
    agreement: Agreement
    sets_shares: bool
    reason: str
    rows: tuple[Row, ...]
    quality: Quality = field(default_factory=Quality)
    copies: int = 0
    caveats: tuple[str, ...] = ()

    def beside_copies(self, copies: int, copiers: Sequence[str]) -> RelianceReport:
        """Return it with who gave nothing but copies of others' takes: they add nothing."""
        nothing = (Row(name, 0, 0, 0, 0, 0, 0, 0) for name in copiers)
        rows = sorted((*self.rows, *nothing), key=lambda row: row.performer)
        return replace(self, copies=copies, rows=tuple(rows))

    def unpriced(self, why: str) -> RelianceReport:
        """Return it as one that sets no shares, because of its method if of nothing else."""
        return replace(self, sets_shares=False, reason=self.reason or why)

    def check(self, model: str) -> None:
        """Check that it is a model's, and shares out all of it.

        Raises
        ------
        CheckFailed : it is another model's, or its shares do not add up to 10⁹.
        """
        if self.model != model:
            raise CheckFailed(
                "The report is of another model", where=f"{self.model[:12]}, not {model[:12]}"
            )
        check_whole((row.share_ppb for row in self.rows), f"report of {model[:12]}")

    def predicate(self, salts: Mapping[str, bytes], **bound: Any) -> dict[str, Any]:
        """Return what is signed; it names no performer (see ``rows``).

        Parameters
        ----------
        salts : handle → 32 random bytes.
        bound : what the registry adds: manifest, trial, synthetic and the time.
        """
        return {
            "version": VERSION,
            "model": self.model,
            "queries": self.queries,
            "method": self.method,
            "method_version": self.version,
            "settings": dict(self.settings),
            "performers": len(self.rows),
            "copies_left_out": self.copies,
            "utility": vars(self.utility).copy(),
            "agreement": vars(self.agreement).copy(),
            "quality": asdict(self.quality),
            "sets_shares": self.sets_shares,
            "reason": self.reason,
            "caveats": list(self.caveats),
            "rows": sorted(row.sealed(salts[row.performer]) for row in self.rows),
            **bound,
        }


def open_rows(
    predicate: Mapping[str, Any], rows: Mapping[str, Any], salts: Mapping[str, str]
) -> tuple[Row, ...]:
    """Open every row of a report, as an auditor may, and check that nothing is missing.

    Raises
    ------
    CheckFailed : a row is not the report's, one is missing, or the shares do not add up to 10⁹.
    """
    opened = tuple(open_row(predicate, row, salts[name]) for name, row in rows.items())
    if len({row.performer for row in opened}) != len(predicate["rows"]):
        raise CheckFailed("Not every row of the report was opened", where="reliance report")
    check_whole((row.share_ppb for row in opened), "reliance report")
    return opened


def check_whole(shares: Iterable[int], where: str) -> None:
    """Check that shares, in parts per billion, are of one whole.

    Raises
    ------
    CheckFailed : they do not add up to 10⁹: pools would be paid in part, or more than once.
    """
    whole = sum(shares)
    if whole != BILLION:
        raise CheckFailed(
            "The shares do not add up to one", where=f"{where}: {whole:,} of {BILLION:,}"
        )


def signed(envelope: Mapping[str, Any]) -> dict[str, Any]:
    """Return what was signed of a report: its predicate."""
    predicate: dict[str, Any] = parse(payload_of(envelope))["predicate"]
    return predicate


def checks(predicate: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return how well the report agrees with itself, with leaving out and with retraining."""
    agreement, quality = predicate.get("agreement", {}), predicate.get("quality", {})
    held = quality.get("faithfulness", {})
    ranks = {
        _("Halves of what was drawn agree (Spearman)"): agreement.get("halves"),
        _("With leaving one out (Spearman)"): agreement.get("spearman"),
        _("With leaving one out (Pearson)"): agreement.get("pearson"),
        _("Pairs in one order"): agreement.get("concordance"),
        _("With subsets retrained (Spearman)"): held.get("spearman"),
        _("With subsets retrained (Pearson)"): held.get("pearson"),
        _("Halves of those asked agree within their intervals"): quality.get("coverage"),
    }
    if predicate.get("settings", {}).get("exact"):  # nothing was drawn that could disagree
        del ranks[_("Halves of what was drawn agree (Spearman)")]
    told = [(title, f"{rank:.3f}") for title, rank in ranks.items() if _number(rank)]
    if _number(quality.get("additivity")):
        told.append((_("Effects miss their sum by"), f"{quality['additivity'] * 100:.2f} %"))
    if _number(quality.get("detectable_ppb")):
        share = quality["detectable_ppb"] / BILLION * 100
        told.append((_("Smallest share that can be told from none"), f"{share:.2f} %"))
    took = {
        _("Trainings that it took"): quality.get("trainings"),
        _("Seeds averaged"): quality.get("seeds"),
        _("Places along the path"): quality.get("nodes"),
    }
    return told + [(title, f"{count:,}") for title, count in took.items() if count]


def _(words: str) -> str:
    """Mark words that the page looks up in its reader's language."""
    return words


def _number(value: Any) -> bool:
    return isinstance(value, (int, float))
