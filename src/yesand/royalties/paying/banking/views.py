"""Where a performer is paid, on their own page; and where the house pays from."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from yesand.affect.showing.services import enrolled
from yesand.people.acting import BANK, MONEY
from yesand.people.confirming import reauthenticated
from yesand.people.frame import PRODUCER, RATER
from yesand.people.gates import only
from yesand.people.models import Performer, User
from yesand.people.sight import Request
from yesand.royalties.models import BankAccount
from yesand.royalties.paying.banking.forms import BankForm, HouseForm
from yesand.royalties.paying.banking.services import (
    HOUSE,
    current,
    keep,
    payee_of,
    readable,
    take_back,
)
from yesand.royalties.raters.rate import rater_account


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@reauthenticated
def bank_account(request: Request) -> HttpResponse:
    """Show a performer where they are paid, and let them (or who may for them) change it.

    Who may only see their money sees both ends of the number.
    """
    performer = _whose(request, MONEY) or _whose(request, BANK)
    if performer is None:
        raise Http404
    if not request.sight.may(BANK, performer):
        if request.method == "POST":
            raise Http404
        details = current(payee_of(performer))
        return render(
            request, "royalties/bank_seen.html", {"performer": performer, "details": details}
        )
    back = f"{reverse('bank_account')}?of={performer.handle}"
    return _kept(request, payee_of(performer), back, performer=performer)


@require_POST
@reauthenticated
def bank_account_end(request: Request) -> HttpResponse:
    """Keep no bank details of a performer any longer."""
    performer = _whose(request, BANK)
    if performer is None:
        raise Http404
    assert isinstance(request.user, User)
    if take_back(request.place, payee_of(performer), request.user):
        messages.success(request, gettext("Your bank details are taken back."))
    return redirect(f"{reverse('bank_account')}?of={performer.handle}")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@only(RATER)
@reauthenticated
def rater_bank(request: Request) -> HttpResponse:
    """Show a rater where they are paid, and let them change it."""
    return _kept(request, _rater(request), reverse("rater_bank"), rater=True)


@require_POST
@only(RATER)
@reauthenticated
def rater_bank_end(request: Request) -> HttpResponse:
    """Keep no bank details of a rater any longer."""
    assert isinstance(request.user, User)
    if take_back(request.place, _rater(request), request.user):
        messages.success(request, gettext("Your bank details are taken back."))
    return redirect("rater_bank")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@only(PRODUCER)
@reauthenticated
def house_account(request: Request) -> HttpResponse:
    """Show and change the account that the house pays from."""
    return _kept(request, HOUSE, reverse("house_account"))


def _whose(request: Request, right: str) -> Performer | None:
    return request.sight.whose(right, request.GET.get("of", ""))


def _rater(request: Request) -> str:
    assert isinstance(request.user, User)
    return rater_account(enrolled(request.user).pseudonym.hex)


def _kept(
    request: Request,
    payee: str,
    back: str,
    performer: Performer | None = None,
    rater: bool = False,
) -> HttpResponse:
    form = (BankForm if performer or rater else HouseForm)(request.POST or None)
    if request.method == "POST" and form.is_valid():
        assert isinstance(request.user, User)
        keep(request.place, payee, form.details, request.user)
        messages.success(request, gettext("Kept: payments go by these details from now on."))
        return redirect(back)
    return render(
        request,
        "royalties/bank_account.html",
        {
            "performer": performer,
            "rater": rater,
            "details": readable(current(payee)),
            "form": form,
            "history": BankAccount.objects.filter(payee=payee).select_related("by").order_by("-pk"),
        },
        status=422 if request.method == "POST" else 200,
    )
