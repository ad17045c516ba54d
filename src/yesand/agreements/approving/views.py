"""Pages on which a performer agrees to single uses, and takes that back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods

from yesand.agreements.approving import services
from yesand.agreements.approving.forms import ApprovalForm, asked
from yesand.agreements.models import Agreement, Approval
from yesand.agreements.negotiating.views import reader
from yesand.agreements.terms import Terms
from yesand.kernel.errors import BadInput, Refused
from yesand.people.acting import SIGN
from yesand.people.models import User
from yesand.people.sight import Request, visible
from yesand.people.views import reauthenticated


@require_http_methods(["GET", "HEAD", "POST"])
def approvals(request: Request, digest: str) -> HttpResponseBase:
    """Show the single uses that were agreed to; who signs for the performer agrees here."""
    rows = visible(Agreement, request.sight).select_related("performer", "producer")
    found = get_object_or_404(rows, digest=digest)
    terms = Terms.parse(found.terms)
    if request.method == "POST":
        if not request.sight.may(SIGN, found.performer):
            raise Http404
        return _said(request, found, terms)
    return _shown(request, found, terms)


def _shown(
    request: Request,
    found: Agreement,
    terms: Terms,
    form: ApprovalForm | None = None,
    fault: str = "",
) -> HttpResponse:
    rows = Approval.objects.filter(agreement=found).select_related("licensee", "ending")
    context = {
        "agreement": found,
        "asked": sorted(asked(terms)),
        "approvals": rows,
        "may": request.sight.may(SIGN, found.performer),
        "form": form or ApprovalForm(terms, reader()),
        "fault": fault,
    }
    status = 422 if form or fault else 200
    return render(request, "agreements/approvals.html", context, status=status)


@reauthenticated
def _said(request: Request, found: Agreement, terms: Terms) -> HttpResponse:
    assert isinstance(request.user, User)
    try:
        if "end" in request.POST:
            rows = Approval.objects.filter(agreement=found)
            row = get_object_or_404(rows, digest=request.POST["end"])
            services.end(request.place, row, request.user)
            messages.success(request, gettext("Taken back: the very next decision obeys."))
            return redirect("agreement_approvals", found.digest)
        form = ApprovalForm(terms, reader(), request.POST)
        if not form.is_valid():
            return _shown(request, found, terms, form)
        services.approve(request.place, found, form.use(), request.user)
    except (BadInput, Refused) as fault:
        return _shown(request, found, terms, fault=str(fault))
    messages.success(request, gettext("Agreed, signed with your key, and in the log."))
    return redirect("agreement_approvals", found.digest)
