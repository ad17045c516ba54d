"""Addresses of people."""

from django.urls import path

from yesand.people import views

urlpatterns = [
    path("me/", views.me, name="me"),
    path("performers/", views.performers, name="performers"),
    path("performers/<str:handle>/", views.performer, name="performer"),
]
