"""What a rating is worth, and what raters were paid: for those who see everything."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from yesand.kernel.errors import BadInput, Refused
from yesand.people.confirming import reauthenticated
from yesand.people.frame import AUDITOR, PRODUCER
from yesand.people.gates import only
from yesand.people.models import User
from yesand.people.sight import Request
from yesand.people.views import listed
from yesand.royalties.models import RaterPay, RaterRate
from yesand.royalties.raters.forms import RateForm
from yesand.royalties.raters.services import set_rate


@require_safe
@only(PRODUCER, AUDITOR)
def rater_rates(request: Request) -> HttpResponse:
    """List every version of the rate, and below what each rater was paid."""
    return listed(
        request,
        "royalties/rater_rates.html",
        RaterPay.objects.select_related("rater"),
        rates=RaterRate.objects.select_related("payer", "by"),
        producer=PRODUCER in request.sight.roles,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@only(PRODUCER)
@reauthenticated
def new_rater_rate(request: Request) -> HttpResponse:
    """Let a producer set what a rating is worth from a day on."""
    form = RateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        assert isinstance(request.user, User)
        try:
            set_rate(request.place, form.told(), request.user)
        except (BadInput, Refused) as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, gettext("Set: it is signed and in the log."))
            return redirect("rater_rates")
    status = 422 if request.method == "POST" else 200
    return render(request, "royalties/rater_rate_form.html", {"form": form}, status=status)
