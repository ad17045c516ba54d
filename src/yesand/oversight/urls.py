"""Addresses of withdrawals, obligations, revocations, findings and checks."""

from django.urls import path

from yesand.oversight import views
from yesand.oversight.closing import views as closing
from yesand.oversight.feed import views as feed

urlpatterns = [
    path("withdraw/", views.preview, name="withdrawal_preview"),
    path("withdrawals/<str:digest>/", views.withdrawal, name="withdrawal"),
    path("obligations/", closing.obligations, name="obligations"),
    path("obligations/<int:number>/", closing.obligation, name="obligation"),
    path("revocations/", feed.revocations, name="revocations"),
    path("findings/", views.findings, name="findings"),
    path("findings/new/", views.new_finding, name="finding_new"),
    path("checks/", views.checks, name="checks"),
]
