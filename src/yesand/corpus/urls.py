"""Addresses of corpora: the gate's manifests."""

from django.urls import path

from yesand.corpus import views

urlpatterns = [
    path("corpora/", views.manifests, name="manifests"),
    path("corpora/<str:digest>/", views.manifest, name="manifest"),
    path("corpora/<str:digest>/manifest.json", views.document, name="manifest_document"),
]
