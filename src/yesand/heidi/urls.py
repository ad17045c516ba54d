"""Addresses of Heidi and of the help pages that she quotes."""

from django.urls import path

from yesand.heidi import views
from yesand.heidi.letters import views as letters
from yesand.heidi.visiting.views import visitor

urlpatterns = [
    path("heidi/", views.heidi, name="heidi"),
    path("heidi/say/", views.say, name="heidi_say"),
    path("heidi/dock/", views.dock, name="heidi_dock"),
    path("heidi/messages/<int:pk>/", views.message, name="heidi_message"),
    path("heidi/messages/<int:pk>/stream/", views.stream, name="heidi_stream"),
    path("heidi/proposals/<int:pk>/", views.decide, name="heidi_decide"),
    path("heidi/conversation.json", views.export, name="heidi_export"),
    path("heidi/erase/", views.erase, name="heidi_erase"),
    path("heidi/letters/", letters.letters, name="letters"),
    path("heidi/letters/send/", letters.send, name="letter_send"),
    path("heidi/letters/<int:pk>/", letters.letter, name="letter"),
    path("ask/", visitor, name="heidi_visitor"),
    path("help/<slug:page>/", views.help_page, name="help_page"),
]
