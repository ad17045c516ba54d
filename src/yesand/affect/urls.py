"""The addresses of ratings: how far raters agree, and rating itself."""

from django.urls import path

from yesand.affect import views
from yesand.affect.questions.views import rating_questions
from yesand.affect.showing import views as showing

urlpatterns = [
    path("ratings/", views.ratings, name="ratings"),
    path("ratings/asked/", rating_questions, name="rating_questions"),
    path("rate/", showing.rate, name="rate"),
    path("rate/next/", showing.rate_next, name="rate_next"),
    path("rate/<uuid:name>/", showing.rate_take, name="rate_take"),
    path("rate/<uuid:name>/skip/", showing.rate_skip, name="rate_skip"),
    path("rate/<uuid:name>/sound", showing.rate_media, name="rate_media"),
]
