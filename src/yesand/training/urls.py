"""Addresses of models and of where they serve."""

from django.urls import path

from yesand.training import views
from yesand.training.descending import views as descending

urlpatterns = [
    path("models/", views.models, name="models"),
    path("models/register/", views.register, name="model_register"),
    path("models/<str:digest>/", views.model, name="model"),
    path("models/<str:digest>/report/", views.report, name="model_report"),
    path("models/<str:digest>/descent/", descending.descent, name="model_descent"),
    path("deployments/", views.deployments, name="deployments"),
    path("deployments/<str:name>/", views.deployment, name="deployment"),
    path("deployments/<str:name>/end/", views.end, name="deployment_end"),
]
