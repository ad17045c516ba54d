"""Addresses of corpora: the gate's manifests."""

from django.urls import path

from yesand.corpus import views
from yesand.corpus.exporting.ordering.views import export_ask, export_order
from yesand.corpus.exporting.views import export_data

urlpatterns = [
    path("corpora/", views.manifests, name="manifests"),
    path("corpora/ask/", views.ask, name="corpus_request"),
    path("corpora/<str:digest>/", views.manifest, name="manifest"),
    path("corpora/<str:digest>/manifest.json", views.document, name="manifest_document"),
    path("corpora/<str:digest>/exports/", export_ask, name="export_ask"),
    path("exports/orders/<int:number>/", export_order, name="export_order"),
    path("exports/<str:digest>/data.tar", export_data, name="export_data"),
]
