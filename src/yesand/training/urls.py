"""Addresses of models."""

from django.urls import path

from yesand.training import views

urlpatterns = [
    path("models/", views.models, name="models"),
    path("models/<str:digest>/", views.model, name="model"),
]
