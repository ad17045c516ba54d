"""What the room of training holds about a person: which models have heard their takes."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.db import transaction

from yesand.kernel.place import Place
from yesand.people.models import User
from yesand.takes.models import Take
from yesand.training.models import TrainedModel
from yesand.training.resuming import services as unfinished


def held(user: User) -> dict[str, Any]:
    """Return the models here that learned from takes of theirs."""
    models = TrainedModel.objects.filter(manifest__performers__performer__user=user)
    return {"models": list(models.order_by("at", "digest").values("name", "digest", "at"))}


def erase(place: Place, user: User) -> None:
    """Delete every run that was broken off and had heard them, once this is committed."""
    mine = frozenset(Take.objects.filter(performer__user=user).values_list("sha256", flat=True))
    if mine:
        transaction.on_commit(partial(unfinished.drop, place, mine))
