"""What a token may do: a closed list, each in plain words."""

from __future__ import annotations

from yesand.kernel.wording import marked as _

SCOPES = {
    "account:read": _("see your own account, agreements, takes and statements"),
    "account:write": _("change your own account"),
    "meetings:read": _("see your meetings"),
    "meetings:write": _("book, move and cancel your meetings"),
    "takes:write": _("upload takes of yours"),
    "corpus:read": _("see requests, manifests and what they permit"),
    "corpus:write": _("ask the gate for a corpus, and take its data"),
    "models:read": _("see models, where they serve, and reliance reports"),
    "models:write": _("register models and deployments of your organisation"),
    "usage:read": _("see what became of your organisation's deliveries of usage"),
    "usage:write": _("deliver usage events of your organisation"),
    "prices:write": _("publish tariffs"),
    "audits:write": _("record audits of what was paid"),
    "newsroom:write": _("write and publish articles"),
    "audit:read": _("read the log and the books"),
}
