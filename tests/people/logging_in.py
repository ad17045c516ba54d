"""Logging in by the page, and what the history then says."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse

from yesand.people.models import Event, User

PASSWORD = "a line of one's own"
#: What the form for a token is sent.
TOKEN = {"name": "my lab", "scopes": ["usage:write", "corpus:read"], "days": "30"}


def logged_in(name: str = "ben", password: str = PASSWORD, **headers: str) -> Client:
    """Return a browser in which somebody has sent their name and password."""
    client = Client(headers=headers)
    client.post(reverse("account_login"), {"login": name, "password": password})
    return client


def kinds(user: User) -> list[str]:
    """Return the kinds of what happened to an account, in order."""
    return list(Event.objects.filter(user=user).order_by("pk").values_list("kind", flat=True))
