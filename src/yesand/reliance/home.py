"""Who trained on me, on a performer's own page."""

from __future__ import annotations

from collections.abc import Iterator

from yesand.people.frame import Panel
from yesand.people.models import Performer
from yesand.people.sight import Request, Sight, visible
from yesand.reliance.histories.services import history
from yesand.reliance.models import Report
from yesand.reliance.telling import Learned
from yesand.training.models import TrainedModel


def panels(request: Request) -> Iterator[Panel]:
    """Yield every model that learned from the performer, with what that means."""
    performer = request.sight.performer
    if performer is not None:
        found = learned(request.sight, performer)
        told = {"learned": found, "history": history(request.sight, performer)}
        yield Panel("reliance/learned.html", told, 30)


def learned(sight: Sight, performer: Performer) -> list[Learned]:
    """Return every model that learned from a performer: those in service first, then the newest."""
    rows = visible(TrainedModel, sight).filter(manifest__performers__performer=performer)
    models = rows.select_related("manifest__licensee").distinct().order_by("-at", "digest")
    found = [_learned(model, performer) for model in models]
    return sorted(found, key=lambda each: not each.serving)


def _learned(model: TrainedModel, performer: Performer) -> Learned:
    request = model.manifest.request
    services = model.deployments.select_related("licensee", "decommission").order_by("name")
    running = [d.licensee.name for d in services if not hasattr(d, "decommission")]
    ends = [d.decommission.until for d in services if hasattr(d, "decommission")]
    report = Report.objects.filter(model=model).order_by("-at", "digest").first()
    share = report.shares.get(performer.handle, {}) if report else {}
    return Learned(
        model=model.name,
        digest=model.digest,
        licensee=model.manifest.licensee.name,
        purpose=request["purpose"],
        use_class=request["use_class"],
        takes=sum(p.takes for p in model.manifest.performers.filter(performer=performer)),
        manifest=model.manifest_id,
        serving=tuple(dict.fromkeys(running)),
        ended=max(ends) if ends and not running else None,
        report=report.digest if report and share else "",
        share_ppb=share.get("share_ppb"),
        low_ppb=share.get("low_ppb"),
        high_ppb=share.get("high_ppb"),
        sets_shares=bool(report and report.sets_shares),
        through_ppb=sum(share.get("through", {}).values()),
        synthetic_ppm=model.run.get("synthetic", {}).get("share_ppm", 0),
    )
