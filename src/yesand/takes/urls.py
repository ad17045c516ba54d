"""Addresses of sessions and takes."""

from django.urls import path

from yesand.takes import views

urlpatterns = [
    path("sessions/", views.sessions, name="sessions"),
    path("takes/", views.takes, name="takes"),
    path("takes/<str:sha256>/", views.take, name="take"),
    path("takes/<str:sha256>/media", views.media, name="take_media"),
]
