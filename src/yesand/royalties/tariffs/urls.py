"""Addresses of tariffs."""

from django.urls import path

from yesand.royalties.tariffs import views

urlpatterns = [
    path("tariffs/", views.tariffs, name="tariffs"),
    path("new-tariff/", views.new_tariff, name="new_tariff"),
    path("tariffs/<slug:name>/", views.tariff, name="tariff"),
]
