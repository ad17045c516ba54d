"""Where a person stands: help, the account at a glance, and what waits."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from yesand.agreements.models import Agreement
from yesand.heidi.reply import Link, Reply, Row
from yesand.heidi.slots import Slots
from yesand.heidi.tools.acting import acting
from yesand.heidi.tools.asker import Asker
from yesand.heidi.tools.money import left
from yesand.people.frame import Waiting
from yesand.people.models import Performer, Seat
from yesand.people.rooms import offered
from yesand.people.sight import visible
from yesand.royalties.models import Statement
from yesand.takes.models import Take
from yesand.training.models import TrainedModel


def welcome(asker: Asker) -> str:
    """Return Heidi's first words to a person in their role."""
    says = {
        "performer": _(
            "I can tell you about your account and agreements, who learned from you and what you "
            "are owed, find a take, and book a meeting."
        ),
        "producer": _(
            "I can tell you how the house stands, what is owed to performers, which meetings are "
            "booked, and what our documentation says."
        ),
        "licensee": _(
            "I can tell you about your models and deployments, what your terms permit, what you "
            "owe, and book a meeting."
        ),
        "rater": _("I can show your meetings and book a rating hour, and explain how all works."),
        "auditor": _("I can show what this house holds, its books and statements, and its log."),
    }
    return says.get(
        asker.role, _("You have no seat here yet; I can explain how all of this works.")
    )


def help_(asker: Asker, _slots: Slots) -> Reply:
    """Say who she is and what can be asked."""
    name = str(asker.sight.performer or asker.user.get_short_name() or asker.user.username)
    greeting = _("Hello, %(name)s. I am Heidi.") % {"name": name}
    return Reply(
        f"{greeting} {welcome(asker)}",
        links=(Link(_("Questions and answers"), reverse("help_page", args=["questions"])),),
        suggestions=suggestions(asker),
    )


def suggestions(asker: Asker) -> tuple[str, ...]:
    """Return what a person in that role may want to ask next."""
    told = {
        "performer": (_("Who learned from me?"), _("Why did my balance change?")),
        "producer": (_("What do we owe to performers?"), _("Which meetings are booked this week?")),
        "licensee": (_("Show our models"), _("May we use the takes commercially?")),
        "auditor": (_("Do the books balance?"), _("Show all statements")),
        "rater": (_("Book a rating hour tomorrow"), _("When is my next meeting?")),
    }
    return told.get(asker.role, ())


def account(asker: Asker, _slots: Slots) -> Reply:
    """Tell a person what is theirs, at a glance, and what waits for them."""
    seats = Seat.objects.filter(user=asker.user).select_related("organisation").order_by("role")
    roles = ", ".join(f"{s.role} ({s.organisation})" if s.organisation else s.role for s in seats)
    text = _("You are signed in as %(name)s. Your seats: %(roles)s.") % {
        "name": asker.user.username,
        "roles": roles or _("none yet"),
    }
    waits = list(waiting(asker))
    if waits:
        text += " " + ngettext(
            "%(n)d thing waits for you.", "%(n)d things wait for you.", len(waits)
        ) % {"n": len(waits)}
    links = [Link(w.what, w.address) for w in waits[:5]]
    return Reply(
        text,
        rows=(*_holdings(asker), *acting(asker)),
        links=(
            *links,
            Link(_("Your page"), reverse("me")),
            Link(_("Account and security"), reverse("account")),
            *_letting(asker),
            Link(_("Take everything home"), reverse("account_export")),
        ),
    )


def _letting(asker: Asker) -> list[Link]:
    """Return the way to let somebody act, for whom that is open: a performer, or who acts."""
    if asker.sight.performer is None and not asker.sight.acting:
        return []
    return [Link(_("Acting for others"), reverse("account_delegates"))]


def _holdings(asker: Asker) -> list[Row]:
    counts = [
        (_("Agreements"), visible(Agreement, asker.sight).count(), "agreements"),
        (_("Takes"), visible(Take, asker.sight).count(), "takes"),
        (_("Models"), visible(TrainedModel, asker.sight).count(), "models"),
        (_("Statements"), visible(Statement, asker.sight).count(), "statements"),
    ]
    if asker.sight.everything:
        counts.insert(0, (_("Performers"), visible(Performer, asker.sight).count(), "performers"))
    rows = [
        Row(name, f"{number:,}", reverse(address)) for name, number, address in counts if number
    ]
    return rows + left(asker)


def waiting(asker: Asker) -> list[Waiting]:
    """Return what waits for a person in any room, the urgent first."""
    request = asker.request
    found = [w for room in offered("waiting") for w in room.waiting(request)]
    return sorted(found, key=lambda w: (not w.urgent, w.since))
