"""Addresses of people."""

from django.urls import path

from yesand.people import views
from yesand.people.delegating import views as delegating
from yesand.people.factors import views as factors
from yesand.people.joining import views as joining
from yesand.people.leaving import views as leaving
from yesand.people.seating import views as seating
from yesand.people.security import views as security

urlpatterns = [
    path("me/", views.me, name="me"),
    path("performers/", views.performers, name="performers"),
    path("performers/<str:handle>/", views.performer, name="performer"),
    path("join/<str:secret>/", joining.join, name="join"),
    path("account/", security.account, name="account"),
    path("account/settings/", security.preferences, name="account_settings"),
    path("account/history/", security.history, name="account_history"),
    path("account/sessions/", security.sessions, name="account_sessions"),
    path("account/tokens/", security.tokens, name="account_tokens"),
    path("account/tokens/new/", security.new_token, name="account_new_token"),
    path("account/tokens/<int:number>/end/", security.revoke_token, name="account_revoke_token"),
    path("account/delegates/", delegating.delegates, name="account_delegates"),
    path("account/delegates/new/", delegating.new_delegate, name="account_new_delegate"),
    path(
        "account/delegates/<int:number>/end/",
        delegating.end_delegate,
        name="account_end_delegate",
    ),
    path("account/export/", leaving.export, name="account_export"),
    path("account/leave/", leaving.leave, name="account_leave"),
    path("account/factors/first/", factors.first, name="mfa_first"),
    path("account/factors/recovery-codes/", factors.recovery, name="mfa_recovery_codes"),
    path(
        "account/factors/recovery-codes/new/",
        factors.new_recovery,
        name="mfa_new_recovery_codes",
    ),
    path("account/resume/", security.resume, name="account_resume"),
    path("account/again/", security.again, name="account_again"),
    path("people/", seating.people, name="people"),
    path("people/organisations/", seating.new_organisation, name="new_organisation"),
    path("people/seats/", seating.new_seat, name="new_seat"),
    path("people/seats/<int:number>/end/", seating.end_seat, name="end_seat"),
    path("people/<str:name>/out/", seating.log_out, name="log_out_of"),
    path("people/<str:name>/renew/", seating.renewal, name="renewal"),
    path("invitations/", joining.invitations, name="invitations"),
    path("invitations/new/", joining.new_invitation, name="new_invitation"),
    path("invitations/<int:number>/end/", joining.revoke_invitation, name="revoke_invitation"),
]
