"""Addresses of what is decreed."""

from django.urls import path

from yesand.royalties.instruments import views

urlpatterns = [
    path("tables/", views.instruments, name="instruments"),
    path("new-table/", views.new_instrument, name="new_instrument"),
    path("balance/directions/", views.directions, name="directions"),
]
