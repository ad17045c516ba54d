"""Withdrawals with a preview, what they oblige others to, auditors' findings, and checks."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import F
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from yesand.agreements.models import Agreement, Withdrawal
from yesand.agreements.scope import EVERYTHING, Scope
from yesand.kernel.errors import Refused
from yesand.oversight.checking.services import check
from yesand.oversight.findings.services import abouts, note
from yesand.oversight.forms import FindingForm, ScopeForm
from yesand.oversight.models import Check, Finding, Obligation
from yesand.oversight.withdrawing.services import foresee, take_back
from yesand.people.acting import WITHDRAW
from yesand.people.models import Performer, Seat, User
from yesand.people.sight import Request, visible
from yesand.people.views import listed, reauthenticated
from yesand.provenance.services import key_of
from yesand.takes.models import Take


@require_http_methods(["GET", "HEAD", "POST"])
def preview(request: Request) -> HttpResponseBase:
    """Show exactly what a withdrawal will do; when it is confirmed, do it, once."""
    performer = request.sight.whose(WITHDRAW, request.GET.get("of", ""))
    if performer is None:
        raise Http404
    if request.method == "POST":
        return _take_back(request, performer)
    form = ScopeForm(performer, request.GET if "how" in request.GET else None)
    return _previewed(request, performer, form)


def _previewed(
    request: Request, performer: Performer, form: ScopeForm, fault: str = "", status: int = 200
) -> HttpResponse:
    valid = not form.is_bound or form.is_valid()
    scope = form.scope if form.is_bound and valid else EVERYTHING
    foreseen = foresee(request.place, performer, scope) if valid else None
    if foreseen and foreseen.already and not fault:
        done = Withdrawal.objects.get(digest=foreseen.already)
        if form.is_bound:
            return _done(request, done, new=False)
    context = {
        "performer": performer,
        "form": form,
        "foreseen": foreseen,
        "told": _as_query(scope),
        "fault": fault,
        "signed": Agreement.objects.filter(performer=performer).exists(),
        "reason": request.POST.get("reason", ""),
        "standing": _standing(performer),
        "others": [each for each in request.sight.able(WITHDRAW) if each != performer],
        "of": "" if performer == request.sight.performer else performer.handle,
    }
    return render(request, "oversight/preview.html", context, status=status)


@reauthenticated
def _take_back(request: Request, performer: Performer) -> HttpResponse:
    form = ScopeForm(performer, request.POST)
    if not form.is_valid():
        return _previewed(request, performer, form)
    foreseen = foresee(request.place, performer, form.scope)
    if foreseen.already:
        return _done(request, Withdrawal.objects.get(digest=foreseen.already), new=False)
    if request.POST.get("seen") != foreseen.fingerprint:
        fault = gettext("Something has changed since you looked. Look again, then confirm.")
        return _previewed(request, performer, form, fault, 409)
    reason = request.POST.get("reason", "").replace("\x00", "")[:2_000].strip()
    made, new = take_back(request.place, performer, form.scope, reason)
    return _done(request, made, new=new)


def _done(request: Request, made: Withdrawal, *, new: bool) -> HttpResponse:
    said = (
        gettext("Done. It is signed with your key and in the log.")
        if new
        else gettext("This is withdrawn already; nothing was done twice.")
    )
    messages.success(request, said)
    return HttpResponseRedirect(reverse("withdrawal", args=[made.digest]))


def _as_query(scope: Scope) -> list[tuple[str, str]]:
    """Return a scope as the fields of the form that confirms it."""
    if scope == EVERYTHING:
        return [("how", "whole")]
    told = [(name, value) for name, values in scope.as_json().items() for value in values]
    return [("how", "part"), *told]


def _standing(performer: Performer) -> list[Withdrawal]:
    return list(Withdrawal.objects.filter(performer=performer).order_by("-entry_id"))


@require_safe
def withdrawal(request: Request, digest: str) -> HttpResponse:
    """Show one withdrawal: what was taken back, and who must do what by when."""
    rows = visible(Withdrawal, request.sight).select_related("performer", "entry")
    found = get_object_or_404(rows, digest=digest)
    rows_of_duties = visible(Obligation, request.sight).filter(withdrawal=found)
    duties = rows_of_duties.select_related("bearer", "fulfilment")
    scope = Scope.parse(found.scope)
    takes = visible(Take, request.sight).filter(sha256__in=scope.takes)
    return render(
        request,
        "oversight/withdrawal.html",
        {
            "withdrawal": found,
            "scope": scope,
            "takes": takes.order_by("-recorded_at", "pk"),
            "duties": duties.order_by(F("due").asc(nulls_last=True), "pk"),
        },
    )


@require_safe
def findings(request: Request) -> HttpResponse:
    """List what auditors have noted, the newest first, for those who see everything."""
    _for_all_seeing(request)
    rows = visible(Finding, request.sight).select_related("by", "organisation")
    return listed(request, "oversight/findings.html", rows.order_by("-at", "-pk"))


@require_http_methods(["GET", "HEAD", "POST"])
def new_finding(request: Request) -> HttpResponse:
    """Let an auditor note something about one record, for good."""
    if Seat.Role.AUDITOR not in request.sight.roles:
        raise Http404
    assert isinstance(request.user, User)
    if request.method != "POST":
        form = FindingForm(initial={"about": request.GET.get("about", "")})
        return render(request, "oversight/finding.html", {"form": form, "kinds": abouts()})
    form = FindingForm(request.POST)
    if not form.is_valid():
        return render(request, "oversight/finding.html", {"form": form, "kinds": abouts()})
    told = form.cleaned_data
    note(request.place, request.user, told["about"], told["severity"], told["text"])
    messages.success(request, gettext("Noted, and in the log. The producer reads it too."))
    return HttpResponseRedirect(reverse("findings"))


@require_http_methods(["GET", "HEAD", "POST"])
def checks(request: Request) -> HttpResponse:
    """Show the checks of this house that were run; run one more when asked."""
    _for_all_seeing(request)
    if request.method == "POST":
        assert isinstance(request.user, User)
        _check(request, request.user)
        return HttpResponseRedirect(reverse("checks"))
    rows = visible(Check, request.sight).select_related("by").order_by("-at", "-pk")
    key = str(key_of(request.place))
    return listed(request, "oversight/checks.html", rows, log_key=key)


def _check(request: Request, user: User) -> None:
    try:
        made = check(request.place, user)
    except Refused:
        said = gettext("A check is under way. Look again in a moment: it will be in the list.")
        messages.warning(request, said)
        return
    took = {"seconds": floatformat(made.milliseconds / 1000, 1)}
    if made.held:
        messages.success(request, gettext("It holds. That took %(seconds)s s.") % took)
    else:
        said = gettext("It does not hold: see below. That took %(seconds)s s.")
        messages.error(request, said % took)


def _for_all_seeing(request: Request) -> None:
    if not request.sight.everything:
        raise Http404
