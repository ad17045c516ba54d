"""The public register: which models are in service, and who is in them and wishes to be named."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yesand.corpus.crediting.services import credit_names
from yesand.corpus.models import ManifestPerformer
from yesand.training.models import Deployment, TrainedModel


@dataclass(frozen=True)
class Credited:
    """One model in service, as the world may know it."""

    name: str
    digest: str
    licensee: str
    purpose: str
    use_class: str
    serving: tuple[str, ...]
    since: datetime
    performers: int
    #: Those who have a credit name, wish to be named, and whose terms promise it.
    names: tuple[str, ...]
    trial: bool
    synthetic: bool

    @property
    def others(self) -> int:
        """How many are in it without being named."""
        return self.performers - len(self.names)


def credited() -> list[Credited]:
    """Return every model in service, the newest service first."""
    running = Deployment.objects.filter(decommission=None).select_related("licensee")
    services: dict[str, list[Deployment]] = {}
    for each in running.order_by("-since", "name"):
        services.setdefault(each.model_id, []).append(each)
    models = TrainedModel.objects.select_related("manifest__licensee").in_bulk(list(services))
    return [_credited(models[digest], of) for digest, of in services.items()]


def _credited(model: TrainedModel, services: list[Deployment]) -> Credited:
    parts = ManifestPerformer.objects.filter(manifest=model.manifest_id).select_related("performer")
    people = {part.performer_id: part.performer for part in parts}
    request = model.manifest.request
    return Credited(
        name=model.name,
        digest=model.digest,
        licensee=model.manifest.licensee.name,
        purpose=request["purpose"],
        use_class=request["use_class"],
        serving=tuple(dict.fromkeys(each.licensee.name for each in services)),
        since=min(each.since for each in services),
        performers=len(people),
        names=tuple(sorted(set(credit_names(model.manifest).values()))),
        trial=model.manifest.trial,
        synthetic=any(performer.synthetic for performer in people.values()),
    )
