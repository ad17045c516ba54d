"""Addresses of meetings."""

from django.urls import path

from yesand.meetings import views
from yesand.meetings.calendars import views as calendars
from yesand.meetings.finding import views as finding

urlpatterns = [
    path("meetings/", views.meetings, name="meetings"),
    path("meetings/calendar/", calendars.leaf, name="meetings_calendar"),
    path("meetings/book/", finding.book, name="meeting_book"),
    path("meetings/hours/", calendars.hours, name="meeting_hours"),
    path("meetings/feed/", views.feed, name="meeting_feed"),
    path("meetings/<uuid:uid>/", views.meeting, name="meeting"),
    path("meetings/<uuid:uid>/meeting.ics", views.invitation, name="meeting_ics"),
    path("meetings/<uuid:uid>/move/", finding.move, name="meeting_move"),
    path("meetings/<uuid:uid>/cancel/", views.cancel, name="meeting_cancel"),
    path("meetings/<uuid:uid>/accept/", views.accept, name="meeting_accept"),
    path("meetings/<uuid:uid>/outcome/", views.outcome, name="meeting_outcome"),
    path("feeds/<str:secret>.ics", views.feed_ics, name="meeting_feed_ics"),
]
