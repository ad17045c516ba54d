"""Single decisions, one after another, beside Cedar (cedarpy) with parsed policies and entities.

The same synthetic agreements and rules as in ``gate``. Ours compiles every request anew and puts
it to compiled terms; Cedar is asked in one batch, which is its fastest way. All answers must agree.
"""

from __future__ import annotations

import json
import random
from dataclasses import replace

import cedarpy
import numpy as np

from benchmarks.gate import POLICIES, REQUEST, agreement, question, standing_of, take
from benchmarks.harness import Result, seconds
from yesand.agreements.compiled import Ask, Rule, permits
from yesand.agreements.decision import Request
from yesand.agreements.standing import Standing
from yesand.agreements.vocabulary import Modality, Purpose, UseClass
from yesand.corpus.gate import Columns

AGREEMENTS, QUESTIONS = 500, 20_000


def run() -> Result:
    """Measure both on the same questions."""
    chance = random.Random(20261125)
    standings = [standing_of(f"{n:064x}", chance) for n in range(AGREEMENTS)]
    asked = [(chance.randrange(AGREEMENTS), _request(chance)) for _ in range(QUESTIONS)]
    ready = [(Rule.of(s.terms), s.withdrawals, s.approvals, s.suspensions) for s in standings]

    def answer(number: int, request: Request) -> bool:
        rule, taken, leave, held = ready[number]
        return permits(rule, Ask.of(request), taken, approvals=leave, suspensions=held)

    def answered() -> list[bool]:
        return [answer(number, request) for number, request in asked]

    took, mine = seconds(answered), answered()
    theirs = _cedar(standings, asked, mine)
    return Result(
        name="decision",
        what=(
            f"{QUESTIONS:,} different requests to one of {AGREEMENTS} synthetic agreements each, "
            f"{sum(mine):,} permitted; all answers alike"
        ),
        value=QUESTIONS / took,
        unit="decisions/s",
        peer="cedarpy, parsed handles, batch",
        peer_value=QUESTIONS / theirs,
        higher_is_better=True,
    )


def _request(chance: random.Random) -> Request:
    return replace(
        REQUEST,
        purpose=chance.choice(list(Purpose)),
        use_class=chance.choice([UseClass.RECOGNITION, UseClass.SYNTHESIS]),
        territory=chance.choice(["DE", "FR", "US"]),
        commercial=chance.random() < 0.5,
    )


def _cedar(
    standings: list[Standing], asked: list[tuple[int, Request]], expected: list[bool]
) -> float:
    """Return Cedar's seconds; its answers must be the expected ones."""
    voice = list(Modality).index(Modality.VOICE)
    numbers = np.arange(len(standings))
    accepted, voices = np.zeros_like(numbers), np.full_like(numbers, voice)
    names = tuple(standing.agreement for standing in standings)
    columns = Columns(numbers, numbers, accepted, voices, names)
    known = [agreement(s.agreement, s) for s in standings]
    takes = [take(columns, n) for n in range(len(standings))]
    policies = cedarpy.PolicySet.from_str(POLICIES)
    entities = cedarpy.Entities.from_json_str(json.dumps(known + takes))
    questions = [question(request, n) for n, request in asked]
    took = seconds(lambda: cedarpy.is_authorized_batch(questions, policies, entities))
    answers = cedarpy.is_authorized_batch(questions, policies, entities)
    if [answer.allowed for answer in answers] != expected:
        raise RuntimeError("Cedar and we disagree: the figures compare different work")
    return took
