"""Every address of the site: each room brings its own."""

from allauth.account import views as account
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path
from django.views.i18n import set_language

from yesand.people.confirming import reauthenticated
from yesand.people.factors import views as factors
from yesand.people.rooms import offered
from yesand.site import errors, log_pages, views
from yesand.site.api import addresses

urlpatterns = [
    path("", views.start, name="start"),
    path("robots.txt", views.robots, name="robots"),
    path("license.xml", views.licence, name="licence"),
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("password/", account.password_change, name="account_change_password"),
    path("password/set/", reauthenticated(account.password_set), name="account_set_password"),
    path("account/confirm/", account.reauthenticate, name="account_reauthenticate"),
    path("account/factors/totp/activate/", factors.join_app, name="mfa_activate_totp"),
    path("account/factors/webauthn/add/", factors.add_passkey, name="mfa_add_webauthn"),
    path("account/factors/", include("allauth.mfa.urls")),
    path("account/elsewhere/", include("allauth.socialaccount.urls")),
    path("", include("allauth.socialaccount.providers.openid_connect.urls")),
    path("language/", login_not_required(set_language), name="set_language"),
    path("register/", views.register, name="register"),
    path("health/", views.health, name="health"),
    path("log/", log_pages.log, name="log"),
    path("log/consistency/", log_pages.consistency, name="log_consistency"),
    path("log/<int:index>/", log_pages.entry, name="entry"),
    path("log/<int:index>/entry.tlog-proof", log_pages.proof, name="entry_proof"),
    path("api/docs/", views.docs, name="api_docs"),
    path("api/", addresses()),
    *(path("", include(room.__name__)) for room in offered("urls") if room.__name__ != __name__),
]

handler400 = errors.bad
handler403 = errors.refused
handler404 = errors.missing
handler500 = errors.broken
