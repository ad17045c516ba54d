"""The main job from end to end, on a sample troupe: each step with its figure and where to look."""

from __future__ import annotations

import shutil
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path

from rich.text import Text

import yesand
from yesand.cli import demo_seats
from yesand.cli.corpus import gate_lines
from yesand.cli.output import Line, progressing, show, styled, table
from yesand.cli.statement import statement_lines
from yesand.cli.training import scores_line
from yesand.kernel.clock import Clock, Period, SetClock
from yesand.kernel.errors import Refused

_MARK = "demo.txt"


class _Story:
    """Prints the steps as they are done."""

    def __init__(self, house: Path) -> None:
        self.house, self.step, self.started = house, 0, time.monotonic()

    def tell(self, what: str, figure: Line, look: str = "") -> None:
        """Print one step: what was done, its figure, where to look."""
        self.step += 1
        spent = time.monotonic() - self.started
        head = "[bold cyan]{}[/] [bold]{}[/] [dim]({} s)[/]"
        show(styled(head, f"{self.step:>2}", what, f"{spent:.0f}"))
        show(Text.assemble("   ", figure))
        if look:
            show(styled("   [dim]look: {}[/]", look))


def walk(folder: Path, *, fresh: bool = False) -> None:
    """Create a demo house and walk the line, leaving everything to look at.

    The story is told in last month's dates, so that its usage can be settled now: agreements are
    signed and takes made on the eve of last month, the model serves from its first moment, and the
    settlement is today's.
    """
    _clear(folder, fresh=fresh)
    today = Clock().now()
    period = Period.of(today).previous()
    clock = SetClock(period.start - timedelta(hours=15))
    story = _Story(folder)
    # To look around one signs in with the passwords that are shown; the pages say so.
    house = yesand.create(folder, "Demo House", clock=clock, second_factor="nobody")
    (folder / _MARK).write_text("Made by `yesand demo`; it may be replaced by it.\n")
    story.tell("A house is made", f"log {house.place.origin}", str(folder))
    _consent_and_train(house, story, clock)
    _pay(house, story, clock, period, today)


def _clear(folder: Path, *, fresh: bool) -> None:
    if not folder.exists() or not any(folder.iterdir()):
        return
    if not (folder / _MARK).exists():
        raise Refused("This is no demo house", where=str(folder), remedy="Choose another folder.")
    if not fresh:
        raise Refused(
            "The demo house stands here already",
            where=str(folder),
            remedy="Look around with `make serve`, or make it anew with `make demo ARGS=--fresh`.",
        )
    shutil.rmtree(folder)


def _consent_and_train(house: yesand.House, story: _Story, clock: SetClock) -> None:
    from yesand.agreements.templates import standard
    from yesand.takes.troupe.make import make_troupe

    with tempfile.TemporaryDirectory() as scratch:
        troupe = Path(scratch) / "sample-troupe"
        with progressing("Making a troupe") as progress:
            make_troupe(troupe, progress=progress)
        agreement = standard("recognition", clock.now().date())
        with progressing("Importing") as progress:
            report = house.import_corpus(troupe, agreement=agreement, progress=progress)
    counts = house.counts()
    story.tell(
        "A sample troupe signs and performs (synthetic voices, made by our own code)",
        f"{counts['performers']} performers, {counts['agreements']} agreements signed by both, "
        f"{report.imported} takes checked, stored and logged",
        f"yesand performers --house {story.house}",
    )
    _gate_and_train(house, story, clock)


def _gate_and_train(house: yesand.House, story: _Story, clock: SetClock) -> None:
    clock.advance(hours=1)
    root = house.place.root
    request = house.request(purpose="emotion-recognition", use_class="recognition", territory="DE")
    result = house.gate(request, out=root / "corpus.json")
    story.tell("The gate decides", next(gate_lines(result)), str(root / "corpus.json"))
    clock.advance(hours=1)
    with progressing("Training") as progress:
        model = house.train(
            root / "corpus.json", root / "models" / "voice", name="voice-demo", progress=progress
        )
    story.tell(
        "A voice-emotion model is trained on exactly that",
        scores_line(model.run["scores"]),
        str(root / "models" / "voice" / "card.md"),
    )
    _measure(house, story, root)


def _measure(house: yesand.House, story: _Story, root: Path) -> None:
    with progressing("Measuring reliance") as progress:
        report = house.estimate_reliance(
            root / "models" / "voice", out=root / "reliance.json", progress=progress
        )
    most, least = _extremes(report.shares)
    story.tell(
        "Its reliance on each performer is measured, signed and logged",
        f"most {most}, least {least}"
        + ("" if report.sets_shares else " (too unsure to set shares)"),
        str(root / "reliance.json"),
    )


def _extremes(shares: dict[str, dict[str, int]]) -> tuple[str, str]:
    ranked = sorted(shares.items(), key=lambda row: -row[1]["share_ppb"])
    told = [
        f"{who} {s['share_ppb'] / 1e7:.1f} % ({s['low_ppb'] / 1e7:.1f}–{s['high_ppb'] / 1e7:.1f})"
        for who, s in (ranked[0], ranked[-1])
    ]
    return told[0], told[1]


def _pay(
    house: yesand.House, story: _Story, clock: SetClock, period: Period, today: datetime
) -> None:
    from yesand.royalties.events import write_examples
    from yesand.royalties.services import summary

    root = house.place.root
    deployment = house.deploy(root / "models" / "voice", since=period.start, name="demo-service")
    write_examples(root / "usage.jsonl", deployment.name, period, 20_000, 1)
    clock.at = today
    report = house.meter(root / "usage.jsonl")
    again = house.meter(root / "usage.jsonl")
    story.tell(
        "It serves, and its usage is metered (CloudEvents)",
        f"{report.accepted:,} events accepted; the same file again: {again.accepted} accepted, "
        f"{again.repeated:,} recognised",
        str(root / "usage.jsonl"),
    )
    settled = summary(house.settle(str(period)))
    story.tell(f"{period} is settled", " ".join(settled.lines()))
    _withdraw(house, story)
    _state(house, story, period)
    _publish(house, story, period)
    _live(house, story)


def _withdraw(house: yesand.House, story: _Story) -> None:
    made = house.withdraw("Sample_08", reason="The demo shows what happens then.")
    duties = house.obligations(made)
    request = house.request(purpose="emotion-recognition", use_class="recognition", territory="DE")
    result = house.gate(request)
    story.tell(
        "Sample_08 withdraws",
        f"{len(duties)} obligations with dates; the next gate permits "
        f"{result.permitted} takes; royalties go on while the model serves",
    )


def _state(house: yesand.House, story: _Story, period: Period) -> None:
    root = house.place.root
    statement = house.statement("Sample_01", str(period))
    written = house.write_statement(
        statement, pdf=root / "statement.pdf", bundle=root / "evidence.zip"
    )
    from yesand.royalties.services import payload

    for line in statement_lines(payload(statement)):
        show(Text.assemble("   ", line))
    verdict = yesand.verify(written["bundle"])
    story.tell(
        "Sample_01's statement is written and verified offline",
        verdict.lines()[-1],
        f"{written['pdf']}, {written['bundle']}",
    )


def _publish(house: yesand.House, story: _Story, period: Period) -> None:
    from yesand.newsroom.opening.services import open_newsroom
    from yesand.newsroom.services import content_of

    report, article = open_newsroom(house.place, period)
    story.tell(
        "The newsroom opens, with one article and the month's transparency report",
        f"“{content_of(article.article).title}” names {len(article.content['sources'])} sources; "
        f"the report's {len(report.content['sources'])} figures have a page each. "
        "Nobody has reviewed either, and both say so.",
        f"http://127.0.0.1:8000/newsroom/{article.article.slug}/",
    )


def _live(house: yesand.House, story: _Story) -> None:
    made = demo_seats.seats(house.place)
    project = demo_seats.project(house.place, made)
    talk, duo = demo_seats.meetings(house.place, made)
    accord = demo_seats.floor(house.place, made)
    story.tell(
        "People move in: seats, hours, a project with scenes to record, meetings, a union",
        f"“{project}” invites {project.performers.count()} performers to "
        f"{project.scenes.count()} scenes; a talk on {talk.starts_at:%-d %B}, a performance of two "
        f"on {duo.starts_at:%-d %B}, each under its performers' agreements; "
        f"“{accord}” waits for the producer",
        "http://127.0.0.1:8000/meetings/",
    )
    show(styled("\nTo look around: [bold]make serve[/], then open http://127.0.0.1:8000/"))
    rows = [(a.user.username, a.role, a.password) for a in made.values()]
    table("Sign in as (passwords are shown this once)", ["name", "seat", "password"], rows)
    show(
        styled("   [dim]Lost them? yesand account NAME --role producer --house {}[/]", story.house)
    )
