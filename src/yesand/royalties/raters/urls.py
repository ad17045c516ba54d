"""Addresses of what raters are paid."""

from django.urls import path

from yesand.royalties.raters import views

urlpatterns = [
    path("rater-pay/", views.rater_rates, name="rater_rates"),
    path("rater-pay/rate/", views.new_rater_rate, name="new_rater_rate"),
]
