"""Addresses of disputes, corrected payees and claims."""

from django.urls import path

from yesand.royalties.claiming import views as claiming
from yesand.royalties.disputing import views
from yesand.royalties.reassigning import views as reassigning

urlpatterns = [
    path("disputes/", views.disputes, name="disputes"),
    path("disputes/<str:digest>/", views.dispute, name="dispute"),
    path("statements/<str:digest>/dispute/<int:line>/", views.dispute_line, name="dispute_line"),
    path("payees/", reassigning.payees, name="payees"),
    path("payees/<str:digest>/decide/", reassigning.payee_decide, name="payee_decide"),
    path("claims/", claiming.claims, name="claims"),
    path("claims/<str:digest>/decide/", claiming.claim_decide, name="claim_decide"),
]
