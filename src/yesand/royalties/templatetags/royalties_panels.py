"""Statements, as other pages show them."""

from __future__ import annotations

from typing import Any

from django import template

from yesand.affect.showing.services import enrolled
from yesand.kernel.money import Money
from yesand.people.models import Performer
from yesand.people.sight import visible
from yesand.royalties.delivering.services import use_by_month
from yesand.royalties.models import Payout, PayoutStep, RaterPay, RaterRate, Statement
from yesand.royalties.paying.banking.services import current
from yesand.royalties.raters.rate import rater_account
from yesand.royalties.raters.services import accruing, earned
from yesand.training.models import Deployment

register = template.Library()


@register.inclusion_tag("royalties/of_performer.html", takes_context=True)
def statements_of(context: dict[str, Any], performer: Performer) -> dict[str, Any]:
    """Show a performer's latest twelve statements."""
    rows = visible(Statement, context["request"].sight).filter(performer=performer)
    return {
        "statements": rows.select_related("settlement").order_by("-settlement__period", "currency")[
            :12
        ]
    }


@register.inclusion_tag("royalties/of_deployment.html", takes_context=True)
def usage_of(context: dict[str, Any], deployment: Deployment) -> dict[str, Any]:
    """Show a deployment's use by month to its licensee, the producer and auditors."""
    request = context["request"]
    mine = deployment.licensee_id in request.sight.licensees
    if not (mine or request.sight.everything):
        return {"shown": False}
    return {"shown": True, "mine": mine, "charts": use_by_month(request.place, deployment)}


@register.inclusion_tag("royalties/payout_state.html")
def payout_state(payout: Payout) -> dict[str, Any]:
    """Show how a payout stands, since which day, and why."""
    standing = payout.standing
    steps = {row.step: row for row in payout.steps.all()}
    found: PayoutStep | None = steps.get(standing)
    return {"standing": standing, "step": found}


@register.simple_tag
def fresh_of(payout: Payout, fresh: dict[str, str]) -> str:
    """Tell whether a payout's bank details were new or changed when its run was prepared."""
    return fresh.get(payout.payee, "")


@register.inclusion_tag("royalties/earned_so_far.html", takes_context=True)
def earned_so_far(context: dict[str, Any]) -> dict[str, Any]:
    """Show what a rater has earned, and what of it is not paid for yet, in two facts."""
    request = context["request"]
    rater = enrolled(request.user)
    kept, coming = earned(rater), accruing(request.place, rater)
    codes = sorted({*kept, *coming})
    nothing = {code: Money(code, 0) for code in codes}
    return {"rows": [({**nothing, **kept}[c] + {**nothing, **coming}[c]) for c in codes]}


@register.inclusion_tag("royalties/earned_by_rating.html", takes_context=True)
def earned_by_rating(context: dict[str, Any]) -> dict[str, Any]:
    """Show a rater what they were paid, month by month, and what a rating is worth now."""
    request = context["request"]
    rater = enrolled(request.user)
    today = request.place.clock.now().date()
    return {
        "pays": visible(RaterPay, request.sight).filter(rater=rater)[:24],
        "coming": accruing(request.place, rater).values(),
        "rate": RaterRate.objects.filter(effective__lte=today).first(),
        "account": rater_account(rater.pseudonym.hex),
        "banked": current(rater_account(rater.pseudonym.hex)),
    }
