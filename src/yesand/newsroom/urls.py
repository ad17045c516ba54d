"""Addresses of the newsroom."""

from django.urls import path, re_path

from yesand.newsroom import views
from yesand.newsroom.desk import views as desk
from yesand.newsroom.planning import views as planning

urlpatterns = [
    path("newsroom/", views.newsroom, name="newsroom"),
    re_path(r"^newsroom/feed\.(?P<kind>rss|atom|json)$", views.feed, name="newsroom_feed"),
    path("newsroom/tags/<slug:tag>/", views.tagged, name="newsroom_tag"),
    path("newsroom/pictures/<str:sha256>/", views.picture, name="picture"),
    path("newsroom/figures/<str:period>/<slug:name>/", views.figure, name="figure"),
    path("newsroom/figures/<str:period>.json", views.report, name="report_signed"),
    path("newsroom/editorial/", desk.desk, name="desk"),
    path("newsroom/editorial/new/", desk.new, name="desk_new"),
    path("newsroom/editorial/<slug:slug>/", desk.article, name="desk_article"),
    path("newsroom/editorial/<slug:slug>/edit/", desk.edit, name="desk_edit"),
    path("newsroom/editorial/<slug:slug>/decide/", desk.decide, name="desk_decide"),
    path("newsroom/editorial/<slug:slug>/later/", planning.planned, name="desk_plan"),
    path("newsroom/<slug:slug>/", views.article, name="article"),
    path("newsroom/<slug:slug>/versions/<int:number>/", views.version, name="article_version"),
    path("newsroom/<slug:slug>/versions/<int:number>.json", views.signed, name="article_signed"),
]
