"""Addresses of attested usage."""

from django.urls import path

from yesand.royalties.attesting import views

urlpatterns = [
    path("usage/attested/", views.attested, name="attested"),
    path("usage/attested/<str:period>/attest/", views.attest_month, name="attest"),
    path("usage/attestation/<str:digest>/", views.attestation, name="attestation"),
    path(
        "usage/attestation/<str:digest>/attestation.json",
        views.attestation_document,
        name="attestation_document",
    ),
]
