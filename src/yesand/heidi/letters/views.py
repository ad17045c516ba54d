"""Pages of letters: one's own with their answers; the producer's, to be answered."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from yesand.heidi.letters import services
from yesand.heidi.models import Letter
from yesand.heidi.tools.asker import Asker
from yesand.kernel.errors import YesAndError
from yesand.people.models import Seat
from yesand.people.sight import Request
from yesand.people.views import listed

KINDLY = 422


@require_safe
def letters(request: Request) -> HttpResponse:
    """List letters: everybody's for those who see all, one's own for others."""
    if request.sight.everything:
        rows = Letter.objects.select_related("user", "answered_by").order_by("answered_at", "-id")
        if request.GET.get("open"):
            rows = rows.filter(answered_at=None)
        return listed(request, "heidi/letters.html", rows, open=request.GET.get("open", ""))
    own = services.see(request.place, Asker.of(request).user)
    return render(request, "heidi/own_letters.html", {"letters": own, "text": ""})


@require_POST
def send(request: Request) -> HttpResponse:
    """Pass a question on to the producer."""
    asker, text = Asker.of(request), request.POST.get("question", "")
    try:
        services.send(request.place, asker.user, text)
    except YesAndError as fault:
        own = services.see(request.place, asker.user)
        context = {"letters": own, "fault": fault, "text": text}
        return render(request, "heidi/own_letters.html", context, status=KINDLY)
    messages.success(request, _("Sent. The producer answers here; your page will tell you."))
    return redirect("letters")


@require_http_methods(["GET", "POST"])
def letter(request: Request, pk: int) -> HttpResponse:
    """Show one letter; a producer answers it."""
    if not request.sight.everything:
        raise Http404
    found = get_object_or_404(Letter.objects.select_related("user", "answered_by"), pk=pk)
    answers = Seat.Role.PRODUCER in request.sight.roles
    context = {"letter": found, "answers": answers}
    if request.method != "POST":
        return render(request, "heidi/letter.html", context)
    if not answers:
        raise Http404
    text = request.POST.get("answer", "")
    try:
        services.answer(request.place, Asker.of(request).user, found, text)
    except YesAndError as fault:
        context |= {"fault": fault, "text": text}
        return render(request, "heidi/letter.html", context, status=KINDLY)
    messages.success(request, _("Answered."))
    return redirect("letters")
