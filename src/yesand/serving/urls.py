"""Addresses of a served model."""

from __future__ import annotations

from django.urls import path

from yesand.serving.api import api, broken, missing

urlpatterns = [path("", api.urls)]
handler404 = missing
handler500 = broken
