"""``yesand reliance``: how much a model still relies on whom."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

import yesand
from yesand.cli.output import AsJson, HouseFolder, marks, progressing, styled, table, tell

if TYPE_CHECKING:
    from yesand.reliance.models import Report


def add_to(app: typer.Typer) -> None:
    """Add this noun's commands."""
    app.command("reliance")(reliance)


def reliance(
    model: Annotated[Path, typer.Argument(help="The model's folder.")],
    house: HouseFolder,
    out: Annotated[Path, typer.Option(help="The signed report.")] = Path("reliance.json"),
    estimator: Annotated[str, typer.Option(help="Which estimator measures.")] = "aumann-shapley",
    sets: Annotated[
        list[str] | None,
        typer.Option("--set", help="A setting of the estimator, as NAME=VALUE; may be repeated."),
    ] = None,
    as_used: Annotated[
        bool, typer.Option("--as-used", help="Ask in the mix of emotions of its metered usage.")
    ] = False,
    plan: Annotated[
        bool, typer.Option("--plan", help="Only say what it would cost in time and memory.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Measure each performer's share in a model's behaviour; sign and log the report."""
    opened = yesand.open(house)
    told = {**_settings(sets or []), **(_usage(opened, model) if as_used else {})}
    if plan:
        _plan(opened, model, estimator, told, as_json=as_json)
        return
    with progressing("Measuring reliance", as_json=as_json) as progress:
        report = opened.estimate_reliance(
            model, out=out, estimator=estimator, progress=progress, **told
        )
    from yesand.kernel.canonical import parse
    from yesand.provenance.dsse import payload_of
    from yesand.reliance.report import checks
    from yesand.reliance.watching.services import standing

    if not as_json:
        rows = sorted(report.shares.items(), key=lambda r: -r[1]["share_ppb"])
        synthetic = any(s.get("through") for _, s in rows)
        table(
            f"Who {report.model.name} relies on",
            ["performer", ">share", ">from", ">to", *[">through synthetic takes"] * synthetic],
            [[who, *_figures(s, synthetic=synthetic)] for who, s in rows],
        )
    predicate = parse(payload_of(report.envelope))["predicate"]
    seen = marks(trial=predicate["trial"], synthetic=predicate.get("synthetic", False))
    stands = standing(report.model)
    tell(
        {
            "report": report.digest,
            "trial": predicate["trial"],
            "synthetic": predicate.get("synthetic", False),
            "sets_shares": report.sets_shares,
            "stands": stands is not None and stands.pk == report.pk,
            "reason": predicate["reason"],
            "caveats": predicate.get("caveats", []),
            "agreement": predicate["agreement"],
            "shares": report.shares,
        },
        *(f"{title}: {figure}" for title, figure in checks(predicate)),
        *predicate.get("caveats", []),
        styled(
            f"Report {{}} {{}}. {{}}{seen}",
            report.digest[:16],
            _verdict(report, stands),
            predicate["reason"],
        ),
        f"Written to {out}   Next: yesand deploy {model} --house {house}",
        as_json=as_json,
    )


def _figures(share: dict[str, Any], *, synthetic: bool) -> list[str]:
    """Return a share with its interval, and what of it came through synthetic takes."""
    told = [_percent(share[name]) for name in ("share_ppb", "low_ppb", "high_ppb")]
    return told + [_percent(sum(share.get("through", {}).values()))] * synthetic


def _verdict(report: Report, stands: Report | None) -> str:
    """Return what a report is worth now, where another may have been signed since."""
    if not report.sets_shares:
        other = f"report {stands.digest[:16]}" if stands else "the terms' fallback"
        return f"sets no shares: {other} pays"
    if stands is not None and stands.pk != report.pk:
        return f"was measured before; report {stands.digest[:16]}, signed later, sets shares"
    return "sets shares"


def _usage(opened: yesand.House, folder: Path) -> dict[str, Any]:
    """Return the mix in which a model was used since its last report, or since it serves.

    Where nothing was used since a report that was made as used, it is that report's: asked the
    same again.
    """
    from yesand.kernel.errors import Refused
    from yesand.reliance.feelings import renamed
    from yesand.reliance.inputs import labels_of
    from yesand.reliance.report import signed
    from yesand.reliance.watching.services import standing
    from yesand.royalties.mixing.services import mix_since_report
    from yesand.training.services import registered

    model = registered(opened.place, folder)
    known = labels_of(folder)
    used = renamed(mix_since_report(opened.place, model), known)
    mix = {emotion: part for emotion, part in used.items() if emotion in known}
    stands = standing(model)
    if not mix and stands is not None:
        mix = signed(stands.envelope).get("usage", {})
    if not mix:
        raise Refused(
            "No metered usage since its last report says which emotions it was about",
            where=model.name,
            remedy="Deliver usage with data.emotions, or leave --as-used out.",
        )
    return {"mix": mix}


def _plan(
    opened: yesand.House, model: Path, estimator: str, settings: dict[str, Any], *, as_json: bool
) -> None:
    from yesand.reliance.planning.services import foresee

    with progressing("Trying a part of it", as_json=as_json) as progress:
        found = foresee(opened.place, model, estimator=estimator, progress=progress, **settings)
    low = f"{found.least:.0f} to " if found.least < found.seconds else ""
    tell(
        vars(found).copy(),
        f"{estimator}: {found.units:,} {found.unit}; {low}{found.seconds:.0f} s on this machine as "
        f"it is now, {found.bytes / 2**30:.1f} GiB of memory.",
        f"Told from a part of the real work, which took {found.spent:.0f} s. Nothing was signed.",
        as_json=as_json,
    )


def _settings(given: list[str]) -> dict[str, Any]:
    """Read NAME=VALUE: a number, true or false, or else a word."""
    from yesand.kernel.errors import BadInput

    read: dict[str, Any] = {}
    for one in given:
        name, equals, value = one.partition("=")
        if not name or not equals:
            raise BadInput("A setting needs a name and a value", where=one, remedy="NAME=VALUE")
        for kind in (int, float, _truth, str):
            with suppress(ValueError):
                read[name] = kind(value)
                break
    return read


def _truth(word: str) -> bool:
    if word not in {"true", "false"}:
        raise ValueError(word)
    return word == "true"


def _percent(ppb: int) -> str:
    return f"{ppb / 1e7:.2f} %"
