"""Every address of the site: each room brings its own."""

from allauth.account import views as account
from django.urls import include, path

from yesand.site import errors, views

urlpatterns = [
    path("", views.start, name="start"),
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("password/", account.password_change, name="account_change_password"),
    path("log/", views.log, name="log"),
    path("log/<int:index>/", views.entry, name="entry"),
    *(
        path("", include(f"yesand.{room}.urls"))
        for room in (
            "people",
            "agreements",
            "takes",
            "corpus",
            "training",
            "reliance",
            "royalties",
        )
    ),
]

handler400 = errors.bad
handler403 = errors.refused
handler404 = errors.missing
handler500 = errors.broken
