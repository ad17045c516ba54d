"""Who gets what: people."""

from __future__ import annotations

from matrix import CLOSED, GONE, HERS_ALONE, LOGIN, OPEN, SEEN, Row

from yesand.people.models import Seat, Token, User

#: A page of the producer's that auditors may read.
WATCHED = (LOGIN, *(GONE,) * 5, SEEN, SEEN, GONE)
#: An act of the producer's: it leads back to the page.
PRODUCERS = (LOGIN, *(GONE,) * 5, LOGIN, GONE, GONE)
#: A form that is sent on for everybody, or a page that leads elsewhere.
SENT_ON = (LOGIN,) * 9
NOT_FOUND = (LOGIN, *(GONE,) * 8)
PERFORMERS = (LOGIN,) * 4 + (GONE,) * 5
NOBODY_HAS_IT = (LOGIN, *(GONE,) * 8)
API = (401, *(SEEN,) * 8)


def token_of_ada(stage: object) -> list[int]:
    from django.utils import timezone

    ada = User.objects.get(username="ada")
    made, _ = Token.objects.get_or_create(
        digest="d" * 64,
        defaults={"user": ada, "name": "a", "scopes": [], "created_at": timezone.now()},
    )
    return [made.pk]


def seat_of_rater(stage: object) -> list[int]:
    rater = User.objects.get(username="rater")
    seat, _ = Seat.objects.get_or_create(user=rater, role="rater")
    return [seat.pk]


ROWS = [
    Row("me", CLOSED),
    Row("performers", CLOSED),
    Row("performer", HERS_ALONE, lambda s: ["Ada"]),
    Row("join", (GONE,) * 9, lambda s: ["no-such-link"]),
    Row("join", (GONE,) * 9, lambda s: ["no-such-link"], method="post", case="post"),
    Row("account", CLOSED),
    Row("account_settings", CLOSED),
    Row(
        "account_settings",
        SENT_ON,
        method="post",
        data=lambda s: {"zone": "Europe/Berlin", "language": "en", "credit_name": "Ada"},
        case="post",
    ),
    Row("account_history", CLOSED),
    Row("account_sessions", CLOSED),
    Row("account_sessions", SENT_ON, method="post", data=lambda s: {"session": "others"}, case="p"),
    Row("account_tokens", CLOSED),
    Row(
        "account_new_token",
        SENT_ON,
        method="post",
        data=lambda s: {"name": "a", "scopes": ["account:read"], "days": "30"},
    ),
    Row(
        "account_revoke_token",
        (LOGIN, LOGIN, *(GONE,) * 7),
        token_of_ada,
        method="post",
    ),
    Row("account_delegates", CLOSED),
    Row(
        "account_new_delegate",
        PERFORMERS,
        method="post",
        data=lambda s: {"kind": "agent", "scopes": ["read"], "until": "2027-10-01"},
    ),
    Row("account_end_delegate", NOBODY_HAS_IT, lambda s: [99], method="post"),
    Row("account_export", CLOSED),
    Row("account_leave", CLOSED),
    Row("account_leave", (LOGIN, *(422,) * 8), method="post", case="without one's name"),
    Row("account_resume", SENT_ON),
    Row("account_again", CLOSED),
    Row("people", WATCHED),
    Row(
        "new_organisation",
        PRODUCERS,
        method="post",
        data=lambda s: {"name": "Lab", "slug": "new-lab", "kind": "licensee"},
    ),
    Row("new_seat", PRODUCERS, method="post", data=lambda s: {"user": "dora", "role": "rater"}),
    Row("end_seat", PRODUCERS, seat_of_rater, method="post"),
    Row(
        "renewal",
        PRODUCERS,
        lambda s: ["ada"],
        method="post",
    ),
    Row("invitations", WATCHED),
    Row(
        "new_invitation",
        PRODUCERS,
        method="post",
        data=lambda s: {"role": "performer", "handle": "Eva", "days": "14"},
    ),
    Row("log_out_of", PRODUCERS, lambda s: ["rater"], method="post"),
    Row("revoke_invitation", NOT_FOUND, lambda s: [99], method="post"),
    Row("api:get /api/me", API),
    Row("api:patch /api/me", API, data=lambda s: {"zone": "Europe/Vienna"}),
    Row("api:get /api/me/tokens", API),
    Row(
        "api:delete /api/me/tokens/{number}",
        (401, 204, *(GONE,) * 7),
        token_of_ada,
    ),
]

# What allauth brings. Who has just logged in is not asked again; nobody here has a factor yet.
NOT_YET = (LOGIN, *(GONE,) * 8)
ROWS += [
    Row("account_reauthenticate", CLOSED),
    Row("account_set_password", SENT_ON),  # who has one changes it
    Row("mfa_index", CLOSED),
    Row("mfa_authenticate", SENT_ON),  # only in the middle of logging in
    Row("mfa_reauthenticate", SENT_ON),  # to where one can be asked: the password
    Row("mfa_activate_totp", CLOSED),
    Row("mfa_deactivate_totp", NOT_YET),
    Row("mfa_first", SENT_ON),  # only where one is asked for and there is none
    Row("mfa_recovery_codes", SENT_ON),  # to where one gets a factor first
    Row("mfa_new_recovery_codes", (LOGIN, *(409,) * 8), method="post"),
    Row("mfa_list_webauthn", CLOSED),
    Row("mfa_add_webauthn", CLOSED),
    Row("mfa_reauthenticate_webauthn", SENT_ON),
    Row("mfa_login_webauthn", SENT_ON),
    Row("mfa_edit_webauthn", NOT_YET, lambda s: [1]),
    Row("mfa_remove_webauthn", NOT_YET, lambda s: [1]),
    Row("socialaccount_connections", CLOSED),
    Row("socialaccount_login_cancelled", OPEN),
    Row("socialaccount_login_error", (LOGIN, *(401,) * 8)),
    Row("socialaccount_signup", SENT_ON),
    Row("openid_connect_login", (GONE,) * 9, lambda s: ["house"]),
    Row("openid_connect_callback", (GONE,) * 9, lambda s: ["house"]),
]
