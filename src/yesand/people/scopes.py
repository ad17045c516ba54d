"""What a token may do: a closed list, each in plain words."""

from __future__ import annotations

SCOPES = {
    "account:read": "see your own account, agreements, takes and statements",
    "account:write": "change your own account",
    "meetings:read": "see your meetings",
    "meetings:write": "book, move and cancel your meetings",
    "takes:write": "upload takes of yours",
    "corpus:read": "see requests, manifests and what they permit",
    "corpus:write": "ask the gate for a corpus, and take its data",
    "models:read": "see models, where they serve, and reliance reports",
    "models:write": "register models and deployments of your organisation",
    "usage:read": "see what became of your organisation's deliveries of usage",
    "usage:write": "deliver usage events of your organisation",
    "newsroom:write": "write and publish articles",
    "audit:read": "read the log and the books",
}
