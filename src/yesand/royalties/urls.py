"""Addresses of usage, statements and payouts."""

from django.urls import path

from yesand.royalties import views
from yesand.royalties.attesting.urls import urlpatterns as attesting
from yesand.royalties.auditing.urls import urlpatterns as auditing
from yesand.royalties.books.urls import urlpatterns as books
from yesand.royalties.closing.urls import urlpatterns as closing
from yesand.royalties.disputing.urls import urlpatterns as disputing
from yesand.royalties.instruments.urls import urlpatterns as instruments
from yesand.royalties.invoicing.urls import urlpatterns as invoicing
from yesand.royalties.paying.urls import urlpatterns as paying
from yesand.royalties.raters.urls import urlpatterns as raters
from yesand.royalties.tariffs.urls import urlpatterns as tariffs

urlpatterns = [
    *paying,
    *books,
    *tariffs,
    *attesting,
    *auditing,
    *closing,
    *disputing,
    *invoicing,
    *instruments,
    *raters,
    path("usage/", views.usage, name="usage"),
    path("usage/<str:digest>/", views.delivery, name="delivery"),
    path("usage/<str:digest>/apart.jsonl", views.quarantine, name="delivery_quarantine"),
    path("balance/", views.balance, name="balance"),
    path("statements/", views.statements, name="statements"),
    path("statements/<str:digest>/", views.statement, name="statement"),
    path("statements/<str:digest>/statement.json", views.document, name="statement_document"),
    path("statements/<str:digest>/statement.pdf", views.pdf, name="statement_pdf"),
    path("statements/<str:digest>/statement.csv", views.table, name="statement_table"),
    path("statements/<str:digest>/evidence.zip", views.evidence, name="statement_evidence"),
    path("payouts/", views.payouts, name="payouts"),
]
