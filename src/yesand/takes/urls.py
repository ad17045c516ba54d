"""Addresses of scenes, projects, the recorder, sessions and takes."""

from django.urls import path

from yesand.takes import views
from yesand.takes.checking import views as checking
from yesand.takes.crediting import views as crediting
from yesand.takes.projects import views as projects
from yesand.takes.recording import views as recording
from yesand.takes.reviewing import views as reviewing

urlpatterns = [
    path("scenes/", projects.scenes, name="scenes"),
    path("scenes/new/", projects.scene_new, name="scene_new"),
    path("scenes/<slug:slug>/", projects.scene, name="scene"),
    path("scenes/<slug:slug>/edit/", projects.scene_edit, name="scene_edit"),
    path("projects/", projects.projects, name="projects"),
    path("projects/new/", projects.project_new, name="project_new"),
    path("projects/<slug:slug>/", projects.project, name="project"),
    path("projects/<slug:slug>/edit/", projects.project_edit, name="project_edit"),
    path("record/<slug:project>/<slug:scene>/", recording.record, name="record"),
    path("sessions/", views.sessions, name="sessions"),
    path("takes/", views.takes, name="takes"),
    path("takes/queue/", reviewing.queue, name="queue"),
    path("takes/overview/", reviewing.overview, name="overview"),
    path("takes/<str:sha256>/", views.take, name="take"),
    path("takes/<str:sha256>/media", views.media, name="take_media"),
    path("takes/<str:sha256>/credentialed", crediting.credentialed, name="take_credentialed"),
    path("check/", checking.check, name="check"),
    path("check/file", checking.check_file, name="check_file"),
    path("check/authority.pem", checking.authority, name="check_authority"),
    path("takes/<str:sha256>/review", reviewing.take_review, name="take_review"),
]
