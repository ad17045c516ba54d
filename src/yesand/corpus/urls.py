"""Addresses of corpora: the gate's manifests."""

from django.urls import path

from yesand.corpus import views
from yesand.corpus.exporting.views import export_data

urlpatterns = [
    path("corpora/", views.manifests, name="manifests"),
    path("corpora/ask/", views.ask, name="corpus_request"),
    path("corpora/<str:digest>/", views.manifest, name="manifest"),
    path("corpora/<str:digest>/manifest.json", views.document, name="manifest_document"),
    path("corpora/<str:digest>/data.tar", views.data, name="manifest_data"),
    path("exports/<str:digest>/data.tar", export_data, name="export_data"),
]
