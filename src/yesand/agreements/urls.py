"""Addresses of agreements."""

from django.urls import path

from yesand.agreements import views
from yesand.agreements.offering import views as offering

urlpatterns = [
    path("agreements/", views.agreements, name="agreements"),
    path("agreements/<str:digest>/", views.agreement, name="agreement"),
    path("agreements/<str:digest>/receipt.json", views.receipt, name="agreement_receipt"),
    path("offers/new/", offering.new_offer, name="offer_new"),
    path("offers/<int:number>/", offering.offer, name="offer"),
    path("offers/<int:number>/end/", offering.end_offer, name="offer_end"),
]
