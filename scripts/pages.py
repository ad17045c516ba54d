"""Every page of a house, with whom to show it to; the house, a copy, is furnished for it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from agreeing import agreeing
from desk import desk

if TYPE_CHECKING:
    import yesand
    from yesand.kernel.place import Place
    from yesand.people.models import Performer, User

PRODUCER, PERFORMER = "screenshots-producer", "screenshots-performer"
LICENSEE, AUDITOR = "screenshots-licensee", "screenshots-auditor"
RATER = "screenshots-rater"


def prepare(house: Path, password: str) -> dict[str, tuple[str, str]]:
    """Give the copy two accounts; return each page's name, whom it is shown to, and its path."""
    import yesand

    opened = yesand.open(house)
    from django.urls import reverse

    from yesand.agreements.models import Agreement
    from yesand.corpus.models import Manifest
    from yesand.people.models import Performer
    from yesand.people.services import account, organisation
    from yesand.provenance.models import Entry
    from yesand.reliance.models import Report
    from yesand.royalties.models import Account, Audit, Statement
    from yesand.takes.models import Take
    from yesand.training.models import Deployment, TrainedModel

    producer = account(PRODUCER, "producer", password)
    account(AUDITOR, "auditor", password)
    lab = organisation("house-lab")
    licensee = account(LICENSEE, "licensee", password, organisation=lab)
    performer = Performer.objects.filter(user=None, statements__isnull=False).first()
    performer = performer or Performer.objects.filter(user=None).first()
    if performer:
        user = account(PERFORMER, "performer", password, performer=performer)
    pages = {"start": ("", "/"), "login": ("", reverse("account_login")), "missing": ("", "/no")}
    pages |= of_people(opened.place, performer is not None)
    if performer:
        pages["me"] = (PERFORMER, reverse("me"))
        pages["heidi"] = (PERFORMER, reverse("heidi"))
        pages["heidi-letters"] = (PERFORMER, reverse("letters"))
        pages |= meetings(opened, producer, user)
        pages |= scenes(opened.place, producer, performer)
        pages["balance"] = (PERFORMER, reverse("balance"))
        pages["bank_account"] = (PERFORMER, reverse("bank_account"))
        pages["withdraw"] = (PERFORMER, reverse("withdrawal_preview"))
        pages |= agreeing(opened.place, producer, user, password)
        seats = {"producer": producer, "performer": user, "licensee": licensee}
        pages |= desk(opened.place, seats)
    for name in ("register", "api_docs", "check", "odrl", "heidi_visitor"):
        pages[name] = ("", reverse(name))
    pages |= of_licensees() | rating(opened.place, producer, password)
    for name in ("me", "checks", "findings", "finding_new", "obligations", "log_consistency"):
        pages[f"auditor-{name}"] = (AUDITOR, reverse(name))
    lists = "performers agreements sessions takes manifests models reports usage statements"
    paying = "payouts books payout_runs payout_bank house_account pay_audits new_pay_audit closing"
    for name in [*lists.split(), *paying.split(), "ratings", "log", "account_change_password"]:
        pages[name] = (PRODUCER, reverse(name))
    pages["heidi-erase"] = (PRODUCER, reverse("heidi_erase"))
    pages["heidi-producer-letters"] = (PRODUCER, reverse("letters"))
    pages["help"] = ("", reverse("help_page", args=["questions"]))
    pages["takes-none"] = (PRODUCER, reverse("takes") + "?performer=nobody")
    for name, model, key in (
        ("performer", Performer, "handle"),
        ("agreement", Agreement, "digest"),
        ("take", Take, "sha256"),
        ("manifest", Manifest, "digest"),
        ("model", TrainedModel, "digest"),
        ("model_report", TrainedModel, "digest"),
        ("deployment", Deployment, "name"),
        ("report", Report, "digest"),
        ("statement", Statement, "digest"),
        ("book", Account, "pk"),
        ("pay_audit", Audit, "name"),
        ("entry", Entry, "index"),
    ):
        row = model.objects.order_by("pk").first()
        if row is not None:
            pages[name] = (PRODUCER, reverse(name, args=[getattr(row, key)]))
    pages |= newsroom(opened) | exports(opened.place) | falls()
    opened.close()
    return pages


def rating(place: Place, producer: User, password: str) -> dict[str, tuple[str, str]]:
    """Set what a rating is worth, judge a take; return the pages of raters and of their pay."""
    from django.urls import reverse

    from yesand.affect.showing.services import answer, asked, begin
    from yesand.people.services import account
    from yesand.royalties.raters.services import set_rate

    user = account(RATER, "rater", password)
    today = place.clock.now().date().isoformat()
    rate = {"effective": today, "currency": "EUR", "micro": 120_000, "payer": "producer"}
    set_rate(place, rate, producer)
    pages = {"rate": (RATER, reverse("rate")), "rater_bank": (RATER, reverse("rater_bank"))}
    pages |= {
        name: (PRODUCER, reverse(name))
        for name in ("rater_rates", "new_rater_rate", "rating_questions")
    }
    first = begin(place, user)
    if first is not None:
        name = asked(first).space.labels[0]
        label = {"label": [name], f"intensity-{name}": ["70"]}
        axes = {"valence": ["2"], "arousal": ["8"], "dominance": ["6"]}
        answer(place, first, {**label, **axes}, 1)
        pages["rate-again"] = (RATER, reverse("rate_take", args=[first.pk]))
    following = begin(place, user)
    if following is not None:
        pages["rate-take"] = (RATER, reverse("rate_take", args=[following.pk]))
    return pages


def falls() -> dict[str, tuple[str, str]]:
    """Return why a share fell, if one did, and where a model's parents are told."""
    from django.urls import reverse

    from yesand.reliance.models import Fall
    from yesand.training.models import TrainedModel

    pages = {}
    fall = Fall.objects.order_by("pk").first()
    if fall is not None:
        pages["fall"] = (PRODUCER, reverse("fall", args=[fall.pk]))
    model = TrainedModel.objects.filter(descent=None).order_by("at").first()
    if model is not None:
        pages["licensee-descent"] = (LICENSEE, reverse("model_descent", args=[model.digest]))
    child = TrainedModel.objects.exclude(descent=None).order_by("at").first()
    if child is not None:
        pages["model-descendant"] = (PRODUCER, reverse("model", args=[child.digest]))
        report = child.reports.first()
        if report is not None:
            pages["report-inherited"] = (PRODUCER, reverse("report", args=[report.digest]))
    return pages


def of_licensees() -> dict[str, tuple[str, str]]:
    """Return a licensee's pages, a duty of theirs among them."""
    from django.urls import reverse

    from yesand.oversight.models import Obligation

    names = "corpus_request model_register deployments usage attested me revocations obligations"
    pages = {f"licensee-{name}": (LICENSEE, reverse(name)) for name in names.split()}
    asked = "purpose=voice-assistant&use_class=recognition&action=train&modality=voice"
    query = f"?licensee=house-lab&{asked}&material=features&territory=DE"
    pages["licensee-rehearsal"] = (LICENSEE, reverse("corpus_request") + query)
    duty = Obligation.objects.filter(duty="retrain or retire", bearer__slug="house-lab").first()
    if duty:
        pages["licensee-obligation"] = (LICENSEE, reverse("obligation", args=[duty.pk]))
    return pages


def exports(place: Place) -> dict[str, tuple[str, str]]:
    """Return a corpus's page as its licensee sees it: one export ready, one on its way."""
    from django.urls import reverse

    from yesand.agreements.clause import Request
    from yesand.corpus.exporting.ordering.services import carry_out, order
    from yesand.corpus.models import Manifest, Order
    from yesand.corpus.services import gate
    from yesand.people.models import User

    before = Manifest.objects.filter(licensee__slug="house-lab", trial=False).first()
    if before is None:
        return {}
    asked = replace(Request.parse(before.request), at=place.clock.now())
    row = Manifest.objects.get(digest=gate(place, asked).manifest.digest)
    user = User.objects.get(username=LICENSEE)
    carry_out(place, order(place, row, "croissant", user).pk)
    waiting = order(place, row, "webdataset", user)
    Order.objects.filter(pk=waiting.pk).update(state="making", done=row.permitted // 3)
    return {"licensee-manifest": (LICENSEE, reverse("manifest", args=[row.digest]))}


def of_people(place: Place, performing: bool) -> dict[str, tuple[str, str]]:
    """Return the pages of accounts and of who has which seat, with something on each."""
    from django.urls import reverse

    from yesand.agreements.offering.services import offer
    from yesand.people.delegating.services import grant
    from yesand.people.joining.services import invite
    from yesand.people.models import Performer, User
    from yesand.people.security.services import make_token

    producer = User.objects.get(username=PRODUCER)
    make_token(place, producer, "Night line", ["usage:write", "corpus:read"], None)
    _, secret = invite(
        place, "performer", by=producer, handle="Nora", credit_name="Nora Voss", country="AT"
    )
    names = "people invitations account account_settings account_history account_sessions"
    names += " account_tokens account_leave mfa_index mfa_add_webauthn mfa_activate_totp"
    names += " account_reauthenticate socialaccount_connections"
    pages = {name: (PRODUCER, reverse(name)) for name in names.split()}
    pages["join"] = ("", reverse("join", args=[secret]))
    if performing:
        until = place.clock.now() + timedelta(days=200)
        own = Performer.objects.get(user__username=PERFORMER)
        grant(place, own, "agent", ["read", "book"], until)
        waits = offer(place, own, "standard/research", producer)
        pages["offer"] = (PERFORMER, reverse("offer", args=[waits.pk]))
        pages["offer_new"] = (PRODUCER, reverse("offer_new"))
        pages["account_delegates"] = (PERFORMER, reverse("account_delegates"))
        pages["account-performer"] = (PERFORMER, reverse("account"))
        pages["account_leave-performer"] = (PERFORMER, reverse("account_leave"))
    return pages


def scenes(place: Place, producer: User, performer: Performer) -> dict[str, tuple[str, str]]:
    """Write scenes, make a project of them and give a verdict; return their pages."""
    from django.urls import reverse

    from yesand.agreements.models import Agreement
    from yesand.takes.models import Scene, Take
    from yesand.takes.projects.services import Words, keep_project
    from yesand.takes.reviewing.services import review

    told = (
        ("the-letter", "The letter", "sadness", "A kitchen at night. Rain. A letter lies open "
         "between two cold cups, and nobody has touched it since noon.",
         "Two sisters who have not spoken for a year"),
        ("the-last-bus", "The last bus", "anger", "A stop outside the town. The bus has just left "
         "without waiting.", "A father and his grown son"),
        ("good-news", "Good news, badly told", "joy", "A hospital corridor, three in the morning.",
         "Strangers who share a bench"),
    )  # fmt: skip
    beats = ["She sees the letter", "She reads it aloud, and stops", "She puts it away, unread"]
    made = [
        Scene.objects.get_or_create(
            slug=slug,
            defaults={
                "title": title,
                "emotion": emotion,
                "circumstances": circumstances,
                "relationship": relationship,
                "beats": beats,
                "language": "en",
            },
        )[0]
        for slug, title, emotion, circumstances, relationship in told
    ]
    own = Agreement.objects.filter(performer=performer, kind="individual").first()
    words = Words(
        "Letters and late buses",
        "Short scenes about what is said too late. Play each as it comes to you; there is no "
        "right way, and silence counts.",
        own.template if own else "standard/recognition",
    )
    order = {scene: n for n, scene in enumerate(made)}
    project = keep_project(place, producer, words, order, [performer])
    rejected = Take.objects.filter(performer=performer, state="accepted").last()
    if rejected:
        review(place, rejected, producer, "rejected", "A siren passes in the middle of it.")
    one, slug = [made[0].slug], [project.slug]
    pages = {name: (PRODUCER, reverse(name)) for name in "queue overview scenes projects".split()}
    pages |= {name: (PRODUCER, reverse(name)) for name in ("scene_new", "project_new")}
    pages["scene"] = (PRODUCER, reverse("scene", args=one))
    pages["project"] = (PRODUCER, reverse("project", args=slug))
    pages["project_edit"] = (PRODUCER, reverse("project_edit", args=slug))
    pages["my-scenes"] = (PERFORMER, reverse("scenes"))
    pages["my-project"] = (PERFORMER, reverse("project", args=slug))
    pages["my-takes"] = (PERFORMER, reverse("takes"))
    pages["record"] = (PERFORMER, reverse("record", args=slug + one))
    return pages


def meetings(house: yesand.House, producer: User, performer: User) -> dict[str, tuple[str, str]]:
    """Give both some hours and meetings; return their pages."""
    from datetime import date, timedelta

    from django.urls import reverse

    from yesand.meetings import services
    from yesand.meetings.calendars.services import Wishes, set_hours
    from yesand.meetings.hours import Special, Weekly

    place, today = house.place, house.place.clock.now().date()
    week = [Weekly(d, a, b) for d in range(5) for a, b in ((9 * 60, 12 * 60), (13 * 60, 17 * 60))]
    off = [Special(date(today.year, 12, 24), True)]
    set_hours(producer, "Europe/Berlin", week, off, Wishes(after=10, notice=120), {})
    set_hours(performer, "America/New_York", week, off, Wishes(notice=120), {})
    made = []
    for kind, ahead, nth in (("talk", 1, 1), ("performance", 4, 3), ("talk", 5, 0), ("talk", 9, 0)):
        day = today + timedelta(days=ahead)
        slots = services.free(place, performer, kind, [producer], day, days=6)
        made.append(services.book(place, performer, kind, [producer], slots[nth][0]))
    services.move(
        place,
        producer,
        made[1].uid,
        services.free(place, producer, "talk", [], today, days=9, instead_of=made[1])[-1][0],
        reason="The studio is free an hour later.",
    )
    services.cancel(place, performer, made[3].uid, reason="I shall be on tour.")
    chosen = f"?kind=performance&who={producer.pk}&length=60"
    found = services.free(place, performer, "performance", [producer], today, 60, days=14)
    chosen_at = f"{chosen}&at={found[3][0]:%Y-%m-%dT%H:%M:%SZ}"
    return {
        "meetings": (PERFORMER, reverse("meetings")),
        "meetings-everybodys": (PRODUCER, reverse("meetings")),
        "meetings-past": (PERFORMER, reverse("meetings") + "?when=past"),
        "meetings-month": (PERFORMER, reverse("meetings_calendar")),
        "meetings-week": (PRODUCER, reverse("meetings_calendar") + "?week="),
        "meeting": (PERFORMER, reverse("meeting", args=[made[1].uid])),
        "meeting-book": (PERFORMER, reverse("meeting_book")),
        "meeting-book-when": (PERFORMER, reverse("meeting_book") + chosen),
        "meeting-book-confirm": (PERFORMER, reverse("meeting_book") + chosen_at),
        "meeting-move": (PRODUCER, reverse("meeting_move", args=[made[1].uid])),
        "meeting-cancel": (PRODUCER, reverse("meeting_cancel", args=[made[0].uid])),
        "meeting-hours": (PERFORMER, reverse("meeting_hours")),
        "meeting-feed": (PERFORMER, reverse("meeting_feed")),
    }


def newsroom(house: yesand.House) -> dict[str, tuple[str, str]]:
    """Open the copy's newsroom and put a draft on its desk; return the newsroom's pages."""
    from django.urls import reverse

    from yesand.kernel.clock import Period
    from yesand.newsroom import services
    from yesand.newsroom.content import content
    from yesand.newsroom.opening.services import open_newsroom
    from yesand.newsroom.writing.extractive import summarise
    from yesand.newsroom.writing.material import material

    period = Period.of(house.place.clock.now()).previous()
    report, story = (v.article for v in open_newsroom(house.place, period))
    text = " ".join(section["text"] for section in story.draft["sections"])
    given = material("A source", "A publisher", "https://example.org/source", text)
    draft = services.draft(house.place, summarise([given], title="What the source says"), None)
    changed = {**story.draft, "title": f"{story.draft['title'][:-1]}, and who is paid?"}
    services.revise(house.place, story, content(changed), services.content_of(story).digest)
    return {
        "newsroom": ("", reverse("newsroom")),
        "newsroom-none": ("", reverse("newsroom") + "?q=nothing+like+it"),
        "newsroom-tag": ("", reverse("newsroom_tag", args=["improv"])),
        "article": ("", reverse("article", args=[story.slug])),
        "transparency": ("", reverse("article", args=[report.slug])),
        "figure": ("", reverse("figure", args=[report.period, "takes"])),
        "desk": (PRODUCER, reverse("desk")),
        "desk-new": (PRODUCER, reverse("desk_new")),
        "desk-draft": (PRODUCER, reverse("desk_article", args=[draft.slug])),
        "desk-changed": (PRODUCER, reverse("desk_article", args=[story.slug])),
        "desk-later": (PRODUCER, reverse("desk_plan", args=[draft.slug])),
        "desk-edit": (PRODUCER, reverse("desk_edit", args=[draft.slug])),
    }
