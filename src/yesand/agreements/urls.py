"""Addresses of agreements."""

from django.urls import path

from yesand.agreements import views

urlpatterns = [
    path("agreements/", views.agreements, name="agreements"),
    path("agreements/<str:digest>/", views.agreement, name="agreement"),
    path("agreements/<str:digest>/receipt.json", views.receipt, name="agreement_receipt"),
]
