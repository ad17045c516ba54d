"""The gate over ten million takes under a hundred thousand agreements, beside Cedar (cedarpy).

Both start from what is loaded already (our ``Gate``, Cedar's ``PolicySet`` and ``Entities``) and
answer the same request; ours says of every take which decision it falls under, and the words of
one are made when they are read. Cedar's rules are written in its favour: one policy set over the
agreements' attributes instead of a policy an agreement. It decides a sample, and the two must
agree on every take of it.
"""

from __future__ import annotations

import json
import random
import time
from datetime import UTC, date, datetime, timedelta
from typing import Any, TypeVar

import cedarpy
import numpy as np

from benchmarks.harness import Result, seconds
from yesand.agreements import statute
from yesand.agreements.approval import Approved
from yesand.agreements.decision import Request, Withdrawn
from yesand.agreements.standing import Standing
from yesand.agreements.suspending.suspension import Cause, Suspended, stopping
from yesand.agreements.terms import Terms
from yesand.agreements.vocabulary import Material, Modality, Purpose, UseClass
from yesand.corpus.gate import MODALITIES, STATES, Columns, Gate, Ruling, evaluate
from yesand.corpus.leaves import denied_root, permitted_root
from yesand.corpus.table import Table

T = TypeVar("T")
ZONES = ["UTC", "Europe/Berlin", "America/Los_Angeles", "Pacific/Kiritimati"]
TAKES, AGREEMENTS, SAMPLE, ROOTED = 10_000_000, 100_000, 20_000, 200_000
NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
REQUEST = Request(
    "house-lab", Purpose.EMOTION_RECOGNITION, UseClass.RECOGNITION, NOW, territory="DE"
)
POLICIES = """
permit (principal, action == Action::"train", resource) when {
  resource.state == "accepted" && resource.modality == context.modality &&
  resource.agreement.use_classes.contains(context.use_class) &&
  resource.agreement.purposes.contains(context.purpose) &&
  resource.agreement.modalities.contains(context.modality) &&
  resource.agreement.materials.contains(context.material) &&
  (resource.agreement.territories.contains(context.territory) ||
   resource.agreement.territories.contains("*")) &&
  (!context.commercial || resource.agreement.commercial) &&
  context.day + resource.agreement.shift >= resource.agreement.valid_from &&
  context.day + resource.agreement.shift <= resource.agreement.valid_until &&
  context.day + resource.agreement.shift <= resource.agreement.train_until &&
  context.day + resource.agreement.shift < resource.agreement.of_age_on &&
  (!resource.agreement.approval_per_use.contains(context.use_class) ||
   resource.agreement.approved.contains(context.use))
};
forbid (principal, action, resource) when {
  resource.agreement.banned_purposes.contains(context.purpose)
};
forbid (principal, action, resource) when { resource.agreement.suspended_all };
forbid (principal, action, resource) when {
  resource.agreement.suspended_purposes.contains(context.purpose)
};
forbid (principal, action, resource) when { resource.agreement.withdrawn_all };
forbid (principal, action, resource) when {
  resource.agreement.withdrawn_purposes.contains(context.purpose)
};
forbid (principal, action, resource) when {
  (context.use_class == "recognition" || context.use_class == "evaluation") &&
  (context.purpose == "workplace" || context.purpose == "education") && context.eea
};
"""


def run() -> Result:
    """Measure both on the same synthetic registry."""
    chance = random.Random(20261101)
    standings = {f"{n:064x}": standing_of(f"{n:064x}", chance) for n in range(AGREEMENTS)}
    columns = columns_of(tuple(standings))
    start = time.perf_counter()
    gate = Gate(columns, standings)
    loaded = time.perf_counter() - start
    ours = seconds(lambda: gate.ask(REQUEST))
    ruling = gate.ask(REQUEST)
    rooted = _seconds_of_roots(columns, standings)
    theirs = _cedar(columns, standings, ruling)
    return Result(
        name="gate",
        what=(
            f"one request decided over {TAKES:,} synthetic takes under {AGREEMENTS:,} agreements, "
            f"all terms different, after loading them in {loaded:.1f} s; "
            f"{int(ruling.permit.sum()):,} permitted, {len(ruling.first):,} different decisions. "
            f"Their words and both Merkle roots take {rooted:.0f} s more (extrapolated from "
            f"{ROOTED:,} takes). "
            f"Cedar decided {SAMPLE:,} of them, alike, and is extrapolated linearly"
        ),
        value=ours,
        unit="s",
        peer="cedarpy, parsed handles, batch",
        peer_value=theirs,
    )


def _some(kind: list[T], chance: random.Random, least: int = 1) -> frozenset[T]:
    return frozenset(chance.sample(kind, chance.randint(least, len(kind))))


def standing_of(name: str, chance: random.Random) -> Standing:
    """Make an agreement of random terms, some of it asked for each time, withdrawn or suspended.

    One in ten is partly or wholly withdrawn, one in ten suspended, one in ten a minor's; one in
    seven has each recognition asked for, and half of these were agreed to.
    """
    begins = date(2024, 1, 1) + timedelta(days=chance.randrange(1_100))
    purposes = _some(list(Purpose), chance, 4)
    terms = Terms(
        use_classes=_some([u for u in UseClass if u != UseClass.REPLICA], chance, 2),
        purposes=purposes,
        banned_purposes=frozenset(Purpose) - purposes,
        modalities=_some(list(Modality), chance),
        materials=_some(list(Material), chance),
        territories=_some(["*", "DE", "FR", "US", "GB", "PL"], chance, 2),
        commercial=chance.random() < 0.8,
        approval_per_use={"replica", *(["recognition"] if chance.random() < 1 / 7 else [])},
        suspended_in_strike=chance.random() < 0.5,
        zone=chance.choice(ZONES),
        **(_minor(begins, chance) if chance.random() < 0.1 else {}),
        valid_from=begins,
        valid_until=begins + timedelta(days=1_800),
        train_until=begins + timedelta(days=chance.randrange(700, 1_100)),
    )
    withdrawals: tuple[Withdrawn, ...] = ()
    if chance.random() < 0.1:
        narrowed = _some(list(Purpose), chance) if chance.random() < 0.5 else frozenset[Purpose]()
        withdrawals = (Withdrawn(NOW - timedelta(days=9), purposes=narrowed),)
    return Standing(name, terms, name, withdrawals, _approved(chance), _suspended(name, chance))


def _minor(begins: date, chance: random.Random) -> dict[str, Any]:
    of_age = begins + timedelta(days=chance.randrange(400, 1_500))
    return {"minor": True, "represented_by": "guardian", "majority_on": of_age}


def _approved(chance: random.Random) -> tuple[Approved, ...]:
    purpose = REQUEST.purpose if chance.random() < 0.5 else Purpose.HEALTH
    until = NOW.date() + timedelta(days=90)
    return (Approved(REQUEST.licensee, purpose, REQUEST.use_class, until, NOW),)


def _suspended(name: str, chance: random.Random) -> tuple[Suspended, ...]:
    if chance.random() >= 0.1:
        return ()
    purposes = _some(list(Purpose), chance) if chance.random() < 0.5 else frozenset[Purpose]()
    cause = chance.choice(list(Cause))
    return (Suspended(name, cause, NOW - timedelta(days=3), purposes=purposes),)


def columns_of(names: tuple[str, ...]) -> Columns:
    """Make takes at random."""
    chance = np.random.default_rng(20261101)
    return Columns(
        entry=np.arange(TAKES, dtype=np.int64),
        agreement=chance.integers(0, len(names), TAKES),
        state=chance.choice(len(STATES), TAKES, p=[0.97, 0.02, 0.01]).astype(np.int64),
        modality=chance.choice(len(MODALITIES), TAKES, p=[0.7, 0.3]).astype(np.int64),
        agreements=names,
    )


def _seconds_of_roots(columns: Columns, standings: dict[str, Standing]) -> float:
    """Return how long the manifest's two lists and roots take for all takes, from a part."""
    names = columns.agreements
    rows = [
        (n, f"{n:064x}", f"Actor_{a}", "calm", names[a], 3_000, False, STATES[s], MODALITIES[m])
        for n, a, s, m in zip(
            range(ROOTED), columns.agreement, columns.state, columns.modality, strict=False
        )
    ]
    table = Table.of(rows)
    ruling = evaluate(table.columns, standings, REQUEST)
    start = time.perf_counter()
    permitted_root(take.as_json() for take in table.permitted(ruling, standings))
    denied_root(table.denied(ruling))
    return (time.perf_counter() - start) * TAKES / ROOTED


def _cedar(columns: Columns, standings: dict[str, Standing], ruling: Ruling) -> float:
    """Return Cedar's seconds for all takes, from a sample on which it must agree with us."""
    policies = cedarpy.PolicySet.from_str(POLICIES)
    named = {columns.agreements[n] for n in columns.agreement[:SAMPLE].tolist()}
    agreements = [agreement(name, standings[name]) for name in sorted(named)]
    takes = [take(columns, n) for n in range(SAMPLE)]
    entities = cedarpy.Entities.from_json_str(json.dumps(agreements + takes))
    asked = [question(REQUEST, n) for n in range(SAMPLE)]
    start = time.perf_counter()
    answers = cedarpy.is_authorized_batch(asked, policies, entities)
    took = time.perf_counter() - start
    theirs = np.array([answer.allowed for answer in answers])
    if not np.array_equal(theirs, ruling.permit[:SAMPLE]):
        raise RuntimeError("Cedar and the gate disagree: the figures compare different work")
    return took * TAKES / SAMPLE


def question(request: Request, take: int) -> dict[str, object]:
    """Return a request for one take as Cedar is asked it."""
    return {
        "principal": f'Licensee::"{request.licensee}"',
        "action": f'Action::"{request.action}"',
        "resource": f'Take::"{take}"',
        "context": {
            "use": _use(request.licensee, request.purpose, request.use_class),
            "purpose": request.purpose.value,
            "use_class": request.use_class.value,
            "modality": request.modality.value,
            "material": request.material.value,
            "territory": request.territory,
            "commercial": request.commercial,
            "eea": request.territory in statute.EEA | {"*"},
            "day": request.at.date().toordinal(),
        },
    }


def _use(licensee: str, purpose: Purpose, use_class: UseClass) -> str:
    return f"{licensee} {purpose} {use_class}"


def agreement(name: str, standing: Standing) -> dict[str, object]:
    """Return an agreement as an entity of Cedar."""
    terms, taken = standing.terms, standing.withdrawals
    held = stopping(terms, standing.suspensions)
    approved = [_use(a.licensee, a.purpose, a.use_class) for a in standing.approvals]
    sets = (
        "use_classes purposes banned_purposes approval_per_use modalities materials territories"
    ).split()
    days = ("valid_from", "valid_until", "train_until")
    return {
        "uid": {"type": "Agreement", "id": name},
        "attrs": {
            **{s: sorted(map(str, getattr(terms, s))) for s in sets},
            **{d: getattr(terms, d).toordinal() for d in days},
            "commercial": terms.commercial,
            "shift": (terms.day_of(NOW) - NOW.date()).days,
            "of_age_on": (terms.majority_on or date.max).toordinal(),
            "approved": approved,
            "suspended_all": any(not s.purposes for s in held),
            "suspended_purposes": sorted({p.value for s in held for p in s.purposes}),
            "withdrawn_all": any(not w.purposes for w in taken),
            "withdrawn_purposes": sorted({str(p) for w in taken for p in w.purposes}),
        },
        "parents": [],
    }


def take(columns: Columns, n: int) -> dict[str, object]:
    """Return a take as an entity of Cedar."""
    name = columns.agreements[columns.agreement[n]]
    return {
        "uid": {"type": "Take", "id": str(n)},
        "attrs": {
            "state": STATES[columns.state[n]],
            "modality": str(MODALITIES[columns.modality[n]]),
            "agreement": {"__entity": {"type": "Agreement", "id": name}},
        },
        "parents": [],
    }
