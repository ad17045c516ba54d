"""Addresses of closing a month, of what waits, and of the reconciliation."""

from django.urls import path

from yesand.royalties.closing import views

urlpatterns = [
    path("closing/", views.closing, name="closing"),
    path("closing/settle/", views.closing_settle, name="closing_settle"),
    path("closing/work/<int:number>/", views.closing_work, name="closing_work"),
    path("exceptions/", views.exceptions, name="exceptions"),
    path("reconciliation/", views.reconciliation, name="reconciliation"),
    path("reconciliation/recompute/", views.recompute_month, name="recompute_month"),
]
