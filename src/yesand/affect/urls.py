"""The address of the ratings' page."""

from django.urls import path

from yesand.affect import views

urlpatterns = [path("ratings/", views.ratings, name="ratings")]
