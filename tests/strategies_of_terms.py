"""Terms, requests and withdrawals for Hypothesis."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from yesand.agreements.decision import Request, Withdrawn
from yesand.agreements.terms import Terms
from yesand.agreements.vocabulary import Action, Material, Modality, Purpose, UseClass

START = date(2026, 1, 1)
PLACES = st.sampled_from(["*", "DE", "FR", "US", "NO", "JP"])
LICENSEES = st.sampled_from(["house-lab", "producer", "acme"])
DAYS = st.integers(-400, 2000).map(lambda n: START + timedelta(days=n))


def some(kind: type, **how: int) -> st.SearchStrategy[frozenset]:  # type: ignore[type-arg]
    return st.frozensets(st.sampled_from(kind), **how)  # type: ignore[type-var,arg-type]


@st.composite
def terms(draw: st.DrawFn) -> Terms:
    purposes = draw(some(Purpose))
    begins = draw(DAYS)
    end = st.none() | st.integers(0, 2000).map(lambda n: begins + timedelta(days=n))
    return Terms(
        use_classes=draw(some(UseClass)),
        purposes=purposes,
        banned_purposes=draw(some(Purpose)) - purposes,
        approval_per_use=draw(some(UseClass, max_size=2)),
        modalities=draw(some(Modality)),
        materials=draw(some(Material)),
        territories=draw(st.frozensets(PLACES)),
        commercial=draw(st.booleans()),
        valid_from=begins,
        valid_until=draw(end),
        train_until=draw(end),
        suspended_in_strike=draw(st.booleans()),
        trial=draw(st.booleans()),
    )


requests = st.builds(
    Request,
    licensee=LICENSEES,
    purpose=st.sampled_from(Purpose),
    use_class=st.sampled_from(UseClass),
    at=DAYS.map(lambda d: datetime(d.year, d.month, d.day, 12, tzinfo=UTC)),
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
)


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
        commercial=request.commercial,
        valid_from=request.at.date(),
        valid_until=request.at.date(),
    )
