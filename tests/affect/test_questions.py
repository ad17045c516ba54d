"""What the rating page asks, by the house and by project, and who answers none of it."""

from __future__ import annotations

import io
import json
from datetime import UTC, datetime

import pytest
from django.db import DatabaseError, transaction
from hypothesis import given
from hypothesis import strategies as st

import yesand
from yesand.affect.golden.services import set_gold
from yesand.affect.held import held
from yesand.affect.models import QuestionsSet, Showing
from yesand.affect.questions.questions import EVERYTHING, Questions
from yesand.affect.questions.services import HOUSE, ask, of, payload, standing
from yesand.affect.reliability import careless
from yesand.affect.reliability.careless import LEAST, skipping
from yesand.affect.reliability.services import skippers
from yesand.affect.showing import services
from yesand.affect.showing.services import answer, begin, enrolled, progress, skip
from yesand.cli import _run as run
from yesand.kernel.errors import BadInput
from yesand.kernel.ids import digest_of
from yesand.people.models import Seat, User
from yesand.provenance.models import Entry
from yesand.takes.models import Project, Session, Take

LABELS = {"label": ["anger"], "intensity-anger": ["70"]}
AXES = {"valence": ["2"], "arousal": ["8"], "dominance": ["6"]}
LINE = {"trace": ['{"valence": [[0, 5000]]}']}
PASSWORD = "a long enough password 4711"


@pytest.fixture
def pam(rated: yesand.House) -> User:
    user = User.objects.create(username="pam")
    user.set_password(PASSWORD)
    user.save()
    Seat.objects.create(user=user, role=Seat.Role.PRODUCER)
    return user


@pytest.fixture
def rita(rated: yesand.House) -> User:
    return User.objects.create(username="rita")


def project_of(house: yesand.House, handle: str, by: User) -> Project:
    at = datetime(2026, 10, 1, tzinfo=UTC)
    made = Project.objects.create(slug="film", title="Film", made_by=by, made_at=at)
    assert Session.objects.filter(performer__handle=handle).update(project=made) == 1
    return made


@pytest.mark.parametrize("wrong", ["", "line", "emotions, taste"])
def test_a_page_that_asks_nothing_or_something_unknown_is_refused(wrong: str) -> None:
    with pytest.raises(BadInput):
        Questions.read(wrong)


@given(st.builds(Questions, emotions=st.booleans(), axes=st.just(True), line=st.booleans()))
def test_what_is_asked_reads_as_it_was_written(asked: Questions) -> None:
    assert Questions.read(str(asked)) == asked


def test_a_project_asks_as_the_house_until_it_asks_for_itself(
    rated: yesand.House, pam: User
) -> None:
    film = project_of(rated, "Alba", pam)
    assert of(film.pk, standing()) == EVERYTHING
    ask(rated.place, Questions(line=False), None, pam)
    assert of(film.pk, standing()) == of(HOUSE, standing()) == Questions(line=False)
    first = ask(rated.place, Questions(emotions=False), film, pam)
    assert first is not None and ask(rated.place, Questions(emotions=False), film, pam) == first
    assert of(film.pk, standing()) == Questions(emotions=False)
    ask(rated.place, None, film, pam)
    assert of(film.pk, standing()) == Questions(line=False)
    assert QuestionsSet.objects.count() == 3
    with pytest.raises(BadInput):
        ask(rated.place, None, None, pam)
    with pytest.raises(DatabaseError), transaction.atomic():
        QuestionsSet.objects.update(asked="axes")


def test_what_is_asked_is_logged_and_told_to_who_set_it_and_as_it_is_already_changes_nothing(
    rated: yesand.House, pam: User
) -> None:
    film, before = project_of(rated, "Alba", pam), Entry.objects.count()
    assert ask(rated.place, EVERYTHING, None, pam) is ask(rated.place, None, film, pam) is None
    assert Entry.objects.count() == before and held(pam)["what I had raters asked"] == []
    made = [ask(rated.place, Questions(axes=axes), film, pam) for axes in (False, True)]
    entries = [one.entry for one in made if one]
    assert [e.kind for e in entries if e] == ["questions.set"] * 2
    for one, last in zip(made, [None, made[0]], strict=True):
        assert one and one.entry and one.entry.record == digest_of(payload(one, last))
    told = held(pam)["what I had raters asked"]
    assert [(one["project__slug"], one["asked"]) for one in told] == [
        ("film", "emotions line"),
        ("film", "emotions axes line"),
    ]
    assert rated.check()


def test_what_is_not_asked_is_not_kept_and_what_was_shown_is_asked_as_it_was(
    rated: yesand.House, pam: User, rita: User
) -> None:
    ask(rated.place, Questions(axes=False, line=False), None, pam)
    before = begin(rated.place, rita)
    ask(rated.place, Questions(emotions=False), None, pam)
    assert before is not None and begin(rated.place, rita) == before
    one = answer(rated.place, before, {**LABELS, **AXES, **LINE}, 1)
    assert (one.space, one.scale, one.axes, one.trace) == ("ekman@1", "", {}, {})
    after = begin(rated.place, rita)
    assert after is not None
    with pytest.raises(BadInput, match="sliders"):
        answer(rated.place, after, LABELS, 1)
    other = answer(rated.place, after, {**LABELS, **AXES, **LINE}, 1)
    assert (other.space, other.emotions, other.scale) == ("", {}, "sam@1")
    assert other.axes["arousal"] == 8000 and other.trace == {"valence": [[0, 5000]]}
    # Sent twice it is one rating, though the page asks otherwise by now.
    assert answer(rated.place, before, {**LABELS, **AXES, **LINE}, 1) == one
    assert rated.check()


def test_takes_that_enough_have_set_sliders_for_are_done_where_only_these_are_asked(
    rated: yesand.House, pam: User, rita: User
) -> None:
    film = project_of(rated, "Alba", pam)
    ask(rated.place, Questions(emotions=False), film, pam)
    for take in Take.objects.filter(emotion="calm"):
        set_gold(rated.place, take, "ekman", "anger")
    for n in range(5):
        user, waits = User.objects.create(username=f"r{n}"), [9]
        while (showing := begin(rated.place, user)) is not None:
            answer(rated.place, showing, {**LABELS, **AXES}, 1)
            waits.append(progress(rated.place, user).waiting)
        assert waits[-1] == 0
    scaled = Showing.objects.filter(take__session__project=film)
    assert scaled.count() == 15 and progress(rated.place, rita).waiting == 0
    assert begin(rated.place, rita) is None
    # Asked for emotions too, they are open again, and the two gold ones with them.
    ask(rated.place, None, film, pam)
    assert begin(rated.place, rita) is not None and progress(rated.place, rita).waiting == 5


def shown_form(house: yesand.House, user: User, monkeypatch: pytest.MonkeyPatch, every: int) -> str:
    """The form that somebody would be shown now, if every so many-th take were gold."""
    monkeypatch.setattr(services, "GOLD_EVERY", every)
    with transaction.atomic():
        showing = begin(house.place, user)
        transaction.set_rollback(True)
    return showing.asked if showing else ""


def test_no_form_tells_gold_apart(
    rated: yesand.House, pam: User, rita: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    film, otto = project_of(rated, "Alba", pam), User.objects.create(username="otto")
    ask(rated.place, Questions(), film, pam)
    ask(rated.place, Questions(emotions=False), None, pam)
    felt = Take.objects.filter(session__project=film)
    for take in felt:
        told = {"space": "ekman@1", "asked": str(Questions()), "at": rated.place.clock.now()}
        showing = Showing.objects.create(rater=enrolled(otto), take=take, **told)
        answer(rated.place, showing, {**LABELS, **AXES, **LINE}, 1)
    golden = felt[0]
    set_gold(rated.place, golden, "ekman", "anger")
    forms, gold_at = list[str](), -1
    while form := shown_form(rated, rita, monkeypatch, 1):
        # Whether it is gold's turn changes nothing that is to be seen.
        assert form == shown_form(rated, rita, monkeypatch, 2**63)
        monkeypatch.setattr(services, "GOLD_EVERY", 1)
        showing = begin(rated.place, rita)
        assert showing is not None
        gold_at = len(forms) if showing.take == golden else gold_at
        forms.append(form)
        answer(rated.place, showing, {**LABELS, **AXES, **LINE}, 1)
    assert forms[0] == str(Questions(emotions=False)) and len(forms) == 9
    assert gold_at == forms.index(str(Questions()))


def test_of_sliders_alone_the_take_that_fewest_have_set_comes_first(
    rated: yesand.House, pam: User, rita: User
) -> None:
    ask(rated.place, Questions(emotions=False), None, pam)
    for name in ("otto", "ulla"):
        user = User.objects.create(username=name)
        for _n in range(4):
            showing = begin(rated.place, user)
            assert showing is not None
            answer(rated.place, showing, AXES, 1)
    # Those who came before took none twice: one of nine is left.
    once = set(Showing.objects.values_list("take__sha256", flat=True))
    assert len(once) == 8
    last = begin(rated.place, rita)
    assert last is not None and last.take.sha256 not in once


def test_it_is_shown_and_set_by_command(
    rated: yesand.House, pam: User, rita: User, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    enrolled(rita)
    Seat.objects.create(user=rita, role=Seat.Role.RATER)
    rita.set_password(PASSWORD)
    rita.save()
    command = ["affect", "rate", "asked", "--house", str(rated.place.root)]
    for rc, more, said in [
        (0, [], "The house asks for emotions, axes, line"),
        (0, ["--ask", "emotions", "--by", "pam"], "The house asks for emotions"),
        (2, ["--ask", "line", "--by", "pam"], "A line alone may be left empty"),
        (2, ["--ask", "taste", "--by", "pam"], "No question"),
        (1, ["--ask", "axes", "--by", "eve"], "not the name and password"),
        (1, ["--ask", "axes", "--by", "rita"], "Only a producer may do this"),
        (2, ["--by", "pam"], "Say what is asked"),
        (0, [], "The house asks for emotions\n"),
        (2, ["--project", "none"], "No project of that name"),
    ]:
        monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSWORD}\n"))
        assert run([*command, *more]) == rc
        told = capsys.readouterr()
        assert said in told.out + told.err


def test_who_only_skips_is_told_of_with_the_evidence(
    rated: yesand.House, rita: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("otto", "rita"):
        user = rita if name == "rita" else User.objects.create(username=name)
        while (showing := begin(rated.place, user)) is not None:
            if name == "rita":
                skip(rated.place, showing, "cannot-tell")
            else:
                answer(rated.place, showing, {**LABELS, **AXES}, 1)
    assert skippers() == []  # nine are too few to say anything
    monkeypatch.setattr(careless, "LEAST", 9)
    (one,) = skippers()
    assert (one.rater, one.sign, one.figure, one.ratings) == ("rita", "only-skips", 1.0, 9)
    late = Showing.objects.filter(rater=enrolled(rita)).first()
    assert late is not None
    for n in (1, 2):  # judged after all, and corrected
        answer(rated.place, late, {**LABELS, **AXES, "valence": [str(n)]}, n)
    assert [(one.figure, one.ratings) for one in skippers()] == [(8 / 9, 9)]


counts = st.integers(0, 60)


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.tuples(counts, counts), max_size=6))
def test_nobody_is_told_of_who_judges_most_or_whom_others_equal(
    answers: dict[str, tuple[int, int]],
) -> None:
    found = skipping(answers)
    for one in found:
        judged, left = answers[one.rater]
        assert judged + left == one.ratings >= LEAST and left >= 4 * judged
        assert one.figure > one.usual and one.says.startswith("leaves ")
    assert skipping(dict.fromkeys(answers, (3, 57))) == []


def test_of_three_the_one_who_skips_all_is_found() -> None:
    (one,) = skipping({"ann": (40, 2), "bob": (38, 3), "eve": (0, 30)})
    assert (one.rater, one.sign, one.ratings, one.figure) == ("eve", "only-skips", 30, 1.0)
    assert one.says == "leaves 100% of 30 takes unjudged, the others 7%"
    assert json.dumps(one.__dict__)
