"""Addresses of audits of what was paid."""

from django.urls import path

from yesand.royalties.auditing import views

urlpatterns = [
    path("pay-audits/", views.pay_audits, name="pay_audits"),
    path("new-pay-audit/", views.new_pay_audit, name="new_pay_audit"),
    path("pay-audits/<slug:name>/", views.pay_audit, name="pay_audit"),
    path("pay-audits/<slug:name>/audit.json", views.pay_audit_document, name="pay_audit_document"),
]
