"""What can happen to an account's security: a closed list, ``source:subject:action``."""

from __future__ import annotations

from enum import StrEnum
from ipaddress import IPv6Address, ip_address, ip_network

from yesand.kernel.wording import marked as _


class Happened(StrEnum):
    """What happened."""

    JOINED = "account:invitation:accepted"
    RENEWED = "account:access:renewed"
    PASSWORD_CHANGED = "account:password:changed"  # nosec B105
    FACTOR_ADDED = "account:factor:added"
    FACTOR_REMOVED = "account:factor:removed"
    CODES_RENEWED = "account:codes:renewed"
    SETTINGS_CHANGED = "account:settings:changed"
    LINKED = "account:provider:linked"
    UNLINKED = "account:provider:unlinked"
    EXPORTED = "account:data:exported"
    ERASED = "account:data:erased"
    LOGIN = "session:login:succeeded"
    LOGIN_FAILED = "session:login:failed"
    CONFIRMED = "session:person:confirmed"
    SESSION_ENDED = "session:login:ended"
    SESSIONS_ENDED = "session:others:ended"
    TOKEN_MADE = "token:api:made"  # nosec B105
    TOKEN_REVOKED = "token:api:revoked"  # nosec B105
    SEAT_GIVEN = "seat:role:given"
    SEAT_ENDED = "seat:role:ended"
    RIGHT_GRANTED = "delegate:right:granted"
    RIGHT_TAKEN_UP = "delegate:right:accepted"
    RIGHT_ENDED = "delegate:right:ended"


#: As the person reads them.
WORDS = {
    Happened.JOINED: _("You joined"),
    Happened.RENEWED: _("A new way in was made with a link from the producer"),
    Happened.PASSWORD_CHANGED: _("Your password was changed"),
    Happened.FACTOR_ADDED: _("A second factor or passkey was added"),
    Happened.FACTOR_REMOVED: _("A second factor or passkey was removed"),
    Happened.CODES_RENEWED: _("New recovery codes were made"),
    Happened.SETTINGS_CHANGED: _("Your settings were changed"),
    Happened.LINKED: _("An account elsewhere was linked"),
    Happened.UNLINKED: _("An account elsewhere was unlinked"),
    Happened.EXPORTED: _("Everything held about you was taken home"),
    Happened.ERASED: _("The account was erased"),
    Happened.LOGIN: _("You logged in"),
    Happened.LOGIN_FAILED: _("Somebody failed to log in"),
    Happened.CONFIRMED: _("You confirmed that it was you"),
    Happened.SESSION_ENDED: _("A session was ended"),
    Happened.SESSIONS_ENDED: _("All other sessions were ended"),
    Happened.TOKEN_MADE: _("A token for the API was made"),
    Happened.TOKEN_REVOKED: _("A token for the API was taken back"),
    Happened.SEAT_GIVEN: _("A seat was given to you"),
    Happened.SEAT_ENDED: _("A seat of yours was ended"),
    Happened.RIGHT_GRANTED: _("You let somebody act for you"),
    Happened.RIGHT_TAKEN_UP: _("A right to act for somebody was taken up"),
    Happened.RIGHT_ENDED: _("A right to act was ended"),
}
#: What a person should look at twice.
ALARMING = frozenset({Happened.LOGIN_FAILED, Happened.RENEWED, Happened.FACTOR_REMOVED})


def shortened(address: str) -> str:
    """Return the network that an address is in: enough to know the place, not the person.

    >>> shortened("203.0.113.77"), shortened("2001:db8:1:2::77")
    ('203.0.113.0', '2001:db8:1::')
    """
    try:
        found = ip_address(address)
    except ValueError:
        return ""
    bits = 48 if isinstance(found, IPv6Address) else 24
    return str(ip_network(f"{found}/{bits}", strict=False).network_address)


_BROWSERS = ("Edg", "OPR", "Firefox", "Chrome", "Safari", "curl", "python")
_SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "CrOS", "Linux")
_PLAIN = {"Edg": "Edge", "OPR": "Opera", "Mac OS": "macOS", "CrOS": "ChromeOS", "python": "Python"}


def described(agent: str) -> str:
    """Return a browser's long name in few words.

    >>> described("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/139.0 Safari/537.36")
    'Chrome on Linux'
    """
    browser = next((name for name in _BROWSERS if name in agent), "")
    system = next((name for name in _SYSTEMS if name in agent), "")
    names = [_PLAIN.get(name, name) for name in (browser, system) if name]
    return " on ".join(names) or "something else"
