"""What makes the demo house one that is lived in: seats, hours, a project with scenes, meetings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from secrets import token_urlsafe
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from yesand.agreements.collective.models import Collective
    from yesand.kernel.place import Place
    from yesand.meetings.models import Meeting
    from yesand.people.models import User
    from yesand.takes.models import Project

#: Who performs under an account of their own; the others' accounts nobody has asked for yet.
PLAYERS = {"ada": "Sample_01", "bao": "Sample_02"}
#: What the others are called; a performer is called by their credit name.
NAMES = {
    "producer": ("Petra", "Lind"),
    "lab": ("Luca", "Moreau"),
    "auditor": ("Aino", "Berg"),
    "rater": ("Rafi", "Stern"),
    "union": ("Una", "Costa"),
}
ZONES = {"producer": "Europe/Berlin", "ada": "Europe/Lisbon", "bao": "Europe/Berlin"}
_SCENES = (
    (
        "the-letter",
        "The letter",
        "sad",
        "A kitchen at night. Rain. A letter lies open between two cold cups, and nobody has "
        "touched it since noon.",
        "Two sisters who have not spoken for a year",
        ("See the letter", "Read it aloud, and stop", "Put it away, unread"),
    ),
    (
        "the-last-bus",
        "The last bus",
        "angry",
        "A stop outside the town. The bus has just left without waiting.",
        "A father and his grown son, who was to mind the time",
        ("See the lights go", "Count what it costs", "Say it, or swallow it"),
    ),
    (
        "good-news",
        "Good news, badly told",
        "happy",
        "A hospital corridor, three in the morning. A door opens, and a nurse smiles.",
        "Strangers who share a bench",
        ("Do not believe it", "Ask again", "Tell the stranger"),
    ),
)


@dataclass(frozen=True)
class Account:
    """An account of the demo house; its password is shown once and kept nowhere."""

    user: User
    role: str
    password: str


def seats(place: Place) -> dict[str, Account]:
    """Give every role an account, each with a password made now; the first is the producer's."""
    from yesand.people import services as people
    from yesand.people.models import Organisation

    lab = people.organisation("house-lab")
    made = {"producer": _account("producer", "producer")}
    for name, handle in PLAYERS.items():
        made[name] = _account(name, "performer", performer=people.performer(handle))
    made["lab"] = _account("lab", "licensee", organisation=lab)
    made["auditor"] = _account("auditor", "auditor")
    made["rater"] = _account("rater", "rater")
    union = people.found(place, "players", "Players' Union (sample)", Organisation.Kind.UNION)
    made["union"] = _account("union", "union", organisation=union)
    return made


def floor(place: Place, made: Mapping[str, Account]) -> Collective:
    """Let one player belong to the union, which proposes a floor that waits for the producer."""
    from yesand.agreements.collective.membership.services import say
    from yesand.agreements.collective.services import propose
    from yesand.people import services as people

    una, union = made["union"].user, people.organisation("players")
    say(place, made["ada"].user.performer, union, member=True)
    words = {
        "title": "Voices and machines",
        "begins": place.clock.now().date().isoformat(),
        "floor": {"notice_days": 30, "onward_licensing": False},
    }
    return propose(place, words, una, union=union)


def _account(name: str, role: str, **whose: object) -> Account:
    from yesand.people import services as people

    password = token_urlsafe(9)
    user = people.account(name, role, password, **whose)  # type: ignore[arg-type]
    user.first_name, user.last_name = NAMES.get(name, ("", ""))
    user.save(update_fields=["first_name", "last_name"])
    return Account(user, role, password)


def project(place: Place, made: Mapping[str, Account]) -> Project:
    """Write three scenes and make a project of them, to which both players are invited."""
    from yesand.people import services as people
    from yesand.takes.models import Scene
    from yesand.takes.projects.services import Words, keep_project

    scenes = {}
    for n, (slug, title, emotion, circumstances, relationship, beats) in enumerate(_SCENES):
        scene = Scene.objects.create(
            slug=slug,
            title=title,
            emotion=emotion,
            circumstances=circumstances,
            relationship=relationship,
            beats=list(beats),
            language="en",
        )
        scenes[scene] = n
    words = Words(
        "Letters and late buses",
        "Short scenes about what is said too late. Play each as it comes to you; there is no "
        "right way, and silence counts.",
        "standard/recognition",
    )
    players = [people.performer(handle) for handle in PLAYERS.values()]
    return keep_project(place, made["producer"].user, words, scenes, players)


def meetings(place: Place, made: Mapping[str, Account]) -> list[Meeting]:
    """Give the producer and the players hours, and book a talk and a duo's performance."""
    from yesand.meetings import services

    for name, zone in ZONES.items():
        _hours(made[name].user, zone)
    producer, ada, bao = (made[name].user for name in ZONES)
    first = place.clock.now().date() + timedelta(days=2)
    talk = _book(place, ada, "talk", [producer], first)
    duo = _book(place, producer, "performance", [ada, bao], first + timedelta(days=2))
    services.accept(place, producer, talk.uid)
    services.accept(place, bao, duo.uid)
    return [talk, duo]


def _hours(user: User, zone: str) -> None:
    from yesand.meetings.calendars.services import Wishes, set_hours
    from yesand.meetings.hours import Weekly

    day = ((9 * 60, 12 * 60 + 30), (13 * 60 + 30, 17 * 60))
    week = [Weekly(weekday, *span) for weekday in range(5) for span in day]
    set_hours(user, zone, week, [], Wishes(after=10, notice=120), {})


def _book(place: Place, by: User, kind: str, people: list[User], day: date) -> Meeting:
    from yesand.meetings import services

    starts = services.free(place, by, kind, people, day, days=7)[0][0]
    return services.book(place, by, kind, people, starts)
