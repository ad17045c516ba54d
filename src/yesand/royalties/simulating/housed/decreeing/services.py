"""Publishing tariffs, entering instruments, correcting months, as commands and pages do it."""

from __future__ import annotations

from yesand.kernel.place import Place
from yesand.people.models import Performer
from yesand.reliance.models import Report
from yesand.royalties.instruments.services import issue
from yesand.royalties.redoing.services import correct
from yesand.royalties.simulating import steps
from yesand.royalties.simulating.entered import (
    own_of,
    rates_of,
    recount_of,
    remeasure_of,
    table_of,
    tariff_told,
)
from yesand.royalties.tariffs.services import publish
from yesand.training.models import TrainedModel

DONE, IDLE = "done", "idle"
#: What is entered so that it holds from a day on.
Decree = steps.Publish | steps.Tax | steps.Quote | steps.Certify | steps.Direct


def enter(place: Place, step: Decree) -> str:
    """Do a step; idle, if the performer whose it is did not join."""
    if isinstance(step, steps.Publish):
        publish(place, tariff_told(step))
    elif isinstance(step, steps.Tax):
        issue(place, table_of(step))
    elif isinstance(step, steps.Quote):
        issue(place, rates_of(step))
    else:
        performer = Performer.objects.filter(handle=step.handle).first()
        if performer is None:
            return IDLE
        issue(place, own_of(step, performer.public_key))
    return DONE


def amend(place: Place, step: steps.Remeasure | steps.Recount) -> str:
    """Correct a settled month; idle, if the model has no report that sets shares."""
    today = place.clock.now().date()
    if isinstance(step, steps.Recount):
        correct(place, recount_of(step, today))
        return DONE
    model = TrainedModel.objects.filter(name=step.model).first()
    rows = Report.objects.filter(model=model, sets_shares=True).order_by("entry_id")
    if model is None or not rows:
        return IDLE
    report = rows[step.report % len(rows)]
    correct(place, remeasure_of(step, today, model.digest, report.digest))
    return DONE
