"""Addresses of reliance reports."""

from django.urls import path

from yesand.reliance import views

urlpatterns = [
    path("reliance/", views.reports, name="reports"),
    path("reliance/falls/<int:number>/", views.fall, name="fall"),
    path("reliance/<str:digest>/", views.report, name="report"),
    path("reliance/<str:digest>/report.json", views.whole, name="report_whole"),
    path("reliance/<str:digest>/chart.svg", views.picture, name="report_chart"),
]
