"""Addresses of invoices."""

from django.urls import path

from yesand.royalties.invoicing import views
from yesand.royalties.invoicing.supposing import views as supposing

urlpatterns = [
    path("invoices/", views.invoices, name="invoices"),
    path("invoices/issue/", views.invoices_issue, name="invoices_issue"),
    path("invoices/<str:digest>/", views.invoice, name="invoice"),
    path("invoices/<str:digest>/invoice.pdf", views.invoice_pdf, name="invoice_pdf"),
    path("invoices/<str:digest>/invoice.json", views.invoice_document, name="invoice_document"),
    path("what-if/", supposing.what_if, name="what_if"),
    path("receivables/", views.receivables, name="receivables"),
    path("receivables/receivables.csv", views.receivables_table, name="receivables_table"),
    path("billing/<slug:slug>/", views.billing_details, name="billing_details"),
    path("payouts/bank/<int:number>/assign/", views.receipt_assign, name="receipt_assign"),
]
