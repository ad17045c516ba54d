"""Addresses of withdrawals, obligations, findings and checks."""

from django.urls import path

from yesand.oversight import views

urlpatterns = [
    path("withdraw/", views.preview, name="withdrawal_preview"),
    path("withdrawals/<str:digest>/", views.withdrawal, name="withdrawal"),
    path("obligations/", views.obligations, name="obligations"),
    path("findings/", views.findings, name="findings"),
    path("findings/new/", views.new_finding, name="finding_new"),
    path("checks/", views.checks, name="checks"),
]
