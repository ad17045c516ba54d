"""Addresses of agreements."""

from django.urls import path

from yesand.agreements import views
from yesand.agreements.offering import views as offering

urlpatterns = [
    path("agreements/", views.agreements, name="agreements"),
    path("agreements/<str:digest>/", views.agreement, name="agreement"),
    path("agreements/<str:digest>/receipt.json", views.receipt, name="agreement_receipt"),
    path("agreements/<str:digest>/consent.json", views.consent, name="agreement_consent"),
    path("agreements/<str:digest>/odrl.jsonld", views.as_odrl, name="agreement_odrl"),
    path("odrl/", views.profile, name="odrl"),
    path("odrl/<str:name>.ttl", views.published, name="odrl_published"),
    path("offers/new/", offering.new_offer, name="offer_new"),
    path("offers/<int:number>/", offering.offer, name="offer"),
    path("offers/<int:number>/end/", offering.end_offer, name="offer_end"),
]
