"""Audits of what was paid as pages: all that one may see, one of them, and recording one."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_safe

from yesand.kernel.errors import BadInput, NotFound, Refused
from yesand.people.confirming import reauthenticated
from yesand.people.gates import only
from yesand.people.models import User
from yesand.people.sight import Request, visible
from yesand.people.views import listed
from yesand.royalties.auditing.forms import AuditForm
from yesand.royalties.auditing.services import RECORDING, audit_of, record
from yesand.royalties.models import Audit


@require_safe
def pay_audits(request: Request) -> HttpResponse:
    """List audits of what was paid, the newest first: a performer's own, or all."""
    return listed(
        request,
        "royalties/pay_audits.html",
        visible(Audit, request.sight).select_related("performer", "payer").order_by("-at", "name"),
        records=bool(RECORDING & request.sight.roles),
    )


@require_safe
def pay_audit(request: Request, name: str) -> HttpResponse:
    """Show one audit: what it found, who bears its cost, and what follows it."""
    found = _seen(request, name)
    context = {
        "row": found,
        "audit": audit_of(found),
        "next": Audit.objects.filter(replaces=found).first(),
    }
    return render(request, "royalties/pay_audit.html", context)


@require_safe
def pay_audit_document(request: Request, name: str) -> HttpResponse:
    """Send an audit's signed envelope (DSSE)."""
    found = _seen(request, name)
    headers = {"Content-Disposition": f'attachment; filename="audit-{found.name}.json"'}
    return JsonResponse(found.envelope, headers=headers)


@require_http_methods(["GET", "HEAD", "POST"])
@only(*RECORDING)
@reauthenticated
def new_pay_audit(request: Request) -> HttpResponse:
    """Let a producer or an auditor record an audit."""
    form = AuditForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        assert isinstance(request.user, User)
        try:
            made = record(request.place, form.told(), request.user)
        except (BadInput, NotFound, Refused) as fault:
            form.add_error(None, str(fault))
        else:
            messages.success(request, gettext("Recorded: it is signed and in the log."))
            return redirect("pay_audit", made.name)
    status = 422 if request.method == "POST" else 200
    return render(request, "royalties/pay_audit_form.html", {"form": form}, status=status)


def _seen(request: Request, name: str) -> Audit:
    rows = visible(Audit, request.sight).select_related("performer", "payer", "replaces", "entry")
    return get_object_or_404(rows, name=name)
