"""Terms, requests and withdrawals for Hypothesis."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from yesand.agreements.approval import Approved
from yesand.agreements.decision import Request, Withdrawn
from yesand.agreements.suspending.suspension import Cause, Suspended
from yesand.agreements.terms import MILLION, Amount, Basis, Pay, Terms, Withdrawing
from yesand.agreements.vocabulary import Action, Material, Modality, Purpose, UseClass

START = date(2026, 1, 1)
PLACES = st.sampled_from(["*", "DE", "FR", "US", "NO", "JP"])
LICENSEES = st.sampled_from(["house-lab", "producer", "acme"])
#: Two takes by name; a withdrawal may name one of them, both, or none and so all.
TAKES = ("a" * 64, "b" * 64)
DAYS = st.integers(-400, 2000).map(lambda n: START + timedelta(days=n))


def some(kind: type, **how: int) -> st.SearchStrategy[frozenset]:  # type: ignore[type-arg]
    return st.frozensets(st.sampled_from(kind), **how)  # type: ignore[type-var,arg-type]


#: Where days begin hours apart, and where summer time begins or ends at midnight.
ZONES = st.sampled_from(
    "UTC Europe/Berlin America/Los_Angeles Asia/Tokyo Pacific/Kiritimati America/Santiago".split()
)


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    """Terms of form 1 or 2, of which every field that decides may be anything."""
    purposes = draw(some(Purpose))
    begins = draw(DAYS)
    end = st.none() | st.integers(0, 2000).map(lambda n: begins + timedelta(days=n))
    version, uses = draw(st.sampled_from([1, 2, 2])), draw(some(UseClass))
    until, training = draw(end), draw(end)
    later = {}
    if version == 2:
        uses = frozenset({UseClass.REPLICA}) if UseClass.REPLICA in uses else uses
        training = min(until, training) if until and training else training
        later = {"zone": draw(ZONES), "described_use": "The voice of a talking tram"}
    minor = version == 2 and draw(st.integers(0, 9)) == 0
    if minor:
        of_age = begins + timedelta(days=draw(st.integers(1, 900)))
        later |= {"minor": True, "represented_by": "guardian", "majority_on": of_age}
    return Terms(
        version=version,
        use_classes=uses,
        purposes=purposes,
        banned_purposes=draw(some(Purpose)) - purposes,
        approval_per_use=draw(some(UseClass, max_size=2)),
        modalities=draw(some(Modality)),
        materials=draw(some(Material)),
        territories=draw(st.frozensets(PLACES)),
        commercial=draw(st.booleans()),
        valid_from=begins,
        valid_until=until,
        train_until=training,
        suspended_in_strike=draw(st.booleans()),
        trial=draw(st.booleans()),
        **later,
    )


NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), max_size=20)
LINES = NAMES.filter(lambda text: text.isprintable() and (text.strip() or not text))
PPM = st.integers(0, MILLION)
UNITS = st.sampled_from(["request", "inference-second", "output-second", "character", "revenue"])


def pools(priced: bool) -> st.SearchStrategy[dict[str, str]]:
    apart: dict[str, str] = {}
    together = st.builds(lambda unit: {"pool": "licensee", "pool_unit": unit}, UNITS)
    counted = UNITS.filter(lambda unit: unit != "revenue")
    each = st.builds(lambda unit: {"pool": "payer", "pool_unit": unit}, counted)
    return st.just(apart) | together | each if priced else st.just(apart)


@st.composite
def pays(draw: st.DrawFn) -> Pay:
    currency = draw(st.sampled_from(["EUR", "JPY", "USD"]))
    amounts = st.builds(Amount, currency=st.just(currency), micro=st.integers(0, 2**53 - 1))
    reliance = draw(PPM)
    minutes = draw(st.integers(0, MILLION - reliance))
    basis = Basis(reliance=reliance, minutes=minutes, equal=MILLION - reliance - minutes)
    tariff = draw(st.sampled_from(["", "", "film-2026"]))
    share = 0 if tariff else draw(PPM)
    bonus, fee = draw(st.none() | amounts), draw(st.none() | amounts)
    once = {"bonus_unit": draw(UNITS), "bonus_after": draw(st.integers(1, 2**53 - 1))}
    to = st.just("pool") if fee is None else st.sampled_from(["pool", "performer"])
    advance, agent = draw(st.none() | amounts), draw(st.sampled_from(["", "stars"]))
    back = {
        "advance_name": draw(st.sampled_from(["advance", "second"])),
        "recoup_ppm": draw(st.integers(1, MILLION)),
        "cross_collateral": draw(st.booleans()),
        "recoup_from": draw(st.frozensets(st.sampled_from(["minimum", "session-fee"]))),
    }
    return Pay(
        currency=currency,
        advance=advance,
        **(back if advance else {}),
        agent=agent,
        agent_ppm=draw(st.integers(1, MILLION)) if agent else 0,
        withhold=draw(st.sampled_from(["", "US", "DE"])),
        least_payout=draw(st.none() | amounts),
        audit_shortfall_ppm=draw(PPM),
        one_currency=draw(st.booleans()),
        session_fee=draw(st.none() | amounts),
        per_unit={} if tariff else draw(st.dictionaries(NAMES, amounts, max_size=3)),
        revenue_share_ppm=share,
        tariff=tariff,
        uncertainty=draw(st.sampled_from(["point", "lower-bound", "shrunk"])),
        period_fee=fee,
        period_fee_to="performer" if tariff and fee is not None else draw(to),
        bonus=bonus,
        **(once if bonus else {}),
        non_featured_ppm=draw(PPM),
        descendants=draw(st.booleans()),
        **draw(pools(bool(tariff or share))),
        realtime_multiple_ppm=draw(st.integers(MILLION, 100 * MILLION)),
        basis=basis,
        fallback=draw(st.sampled_from(["equal", "minutes"])),
        minimum_per_period=draw(st.none() | amounts),
        contribution_ppm=draw(PPM),
    )


@st.composite
def whole_terms(draw: st.DrawFn) -> Terms:
    """Terms of which every field may be other than its default."""
    days = st.integers(0, 3650)
    base = draw(terms())
    minor = base.minor or (base.version == 1 and draw(st.booleans()))
    helper = st.just("guardian") if minor else st.sampled_from(["none", "counsel", "union"])
    after = {
        "stop_training_days": draw(days),
        "notify_days": draw(days),
        "delete_recordings_days": draw(days),
        "retrain_or_retire_days": draw(days),
        "delete_replica": draw(st.booleans()),
    }
    later = {}
    if base.version == 2:
        after["delete_replica_days"] = draw(days) if after["delete_replica"] else 0
        after["confirm_deletion"] = draw(st.booleans())
        later = {
            "based_on": draw(st.sampled_from(["", "standard/recognition@2"])),
            "described_use": draw(LINES) or "x",
            "moral_rights_waived": draw(st.booleans()),
            "breach_notice_hours": draw(st.integers(1, 720)),
        }
    flags = (
        "exclusive onward_licensing credit no_derogatory_use third_party_training_notice "
        "post_mortem share_alike"
    ).split()
    changes = {
        **{flag: draw(st.booleans()) for flag in flags},
        "pay": draw(pays()),
        "withdrawing": Withdrawing(**after),
        "notice_days": draw(days),
        "security": draw(st.sampled_from(["encrypted-at-rest", "encrypted-and-audited"])),
        "report_every_months": draw(st.integers(1, 12)),
        "minor": minor,
        "represented_by": draw(helper),
        "corpus": draw(NAMES),
        "corpus_licence": draw(NAMES),
        "attribution": draw(NAMES),
        **later,
    }
    return Terms.model_validate({**dict(base), **changes})


requests = st.builds(
    Request,
    licensee=LICENSEES,
    purpose=st.sampled_from(Purpose),
    use_class=st.sampled_from(UseClass),
    at=st.builds(
        lambda d, hour: datetime(d.year, d.month, d.day, hour, tzinfo=UTC),
        DAYS,
        st.sampled_from([0, 3, 4, 12, 14, 22, 23]),
    ),
    action=st.sampled_from(Action),
    modality=st.sampled_from(Modality),
    material=st.sampled_from(Material),
    territory=PLACES,
    commercial=st.booleans(),
)
withdrawals = st.builds(
    Withdrawn,
    at=st.just(datetime(2026, 6, 1, tzinfo=UTC)),
    purposes=some(Purpose, max_size=3),
    use_classes=some(UseClass, max_size=2),
    modalities=some(Modality, max_size=1),
    licensees=st.frozensets(LICENSEES, max_size=1),
    takes=st.frozensets(st.sampled_from(TAKES)),
)


approvals = st.builds(
    Approved,
    licensee=LICENSEES,
    purpose=st.sampled_from(Purpose),
    use_class=st.sampled_from(UseClass),
    until=DAYS,
    at=st.just(datetime(2026, 6, 1, tzinfo=UTC)),
)


def approving(request: Request) -> st.SearchStrategy[Approved]:
    """Leave for what is asked, which may be over."""
    days = st.integers(-2, 2).map(lambda n: request.at.date() + timedelta(days=n))
    at = datetime(2026, 6, 1, tzinfo=UTC)
    asked = (request.licensee, request.purpose, request.use_class)
    return days.map(lambda until: Approved(*asked, until, at))


def fitting(request: Request) -> Terms:
    """Return the narrowest terms that name everything the request asks for."""
    return Terms(
        use_classes=frozenset({request.use_class}),
        purposes=frozenset({request.purpose}),
        banned_purposes=frozenset(),
        approval_per_use=frozenset(),
        modalities=frozenset({request.modality}),
        materials=frozenset({request.material}),
        territories=frozenset({request.territory}),
        described_use="What was asked for",
        commercial=request.commercial,
        valid_from=request.at.date(),
        valid_until=request.at.date(),
    )


def suspensions() -> st.SearchStrategy[Suspended]:
    """Strikes and holds, each of some uses, purposes and licensees, or of all."""
    return st.builds(
        Suspended,
        st.text("0123456789abcdef", min_size=64, max_size=64),
        st.sampled_from(Cause),
        st.just(datetime(2026, 10, 1, tzinfo=UTC)),
        some(UseClass, max_size=2),
        some(Purpose, max_size=2),
        st.frozensets(LICENSEES, max_size=1),
    )
