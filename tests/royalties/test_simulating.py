"""Seeded histories against an oracle; and that what is broken on purpose is found."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable

import pytest
from mutants import MUTANTS
from mutants_of_terms import MUTANTS_OF_TERMS, RARE_MUTANTS

from yesand.royalties.simulating.dealing import history
from yesand.royalties.simulating.levels import simulate, simulate_many
from yesand.royalties.simulating.running import Failure

#: Within how many seeds each mutant is found.
WITHIN = 70
#: In how many steps it is told, at most.
SHORT = 18


def found(within: int = WITHIN) -> Failure | None:
    """Return the first failure of so many seeds."""
    ran = (simulate(seed).failure for seed in range(1, within + 1))
    return next((failure for failure in ran if failure), None)


def test_twenty_histories_come_to_what_the_oracle_says() -> None:
    tally = simulate_many(1, 20)
    assert tally.failures == [] and tally.counts["lines"] > 500


@pytest.mark.deep
@pytest.mark.slow
def test_three_hundred_more_do_too() -> None:
    assert simulate_many(1_000, 300, workers=2).failures == []


def test_the_same_seed_is_the_same_history_and_ends_the_same() -> None:
    assert history(7) == history(7) != history(8)
    assert simulate(7).digest == simulate(7).digest != simulate(8).digest


def test_another_process_comes_to_the_same_whatever_its_hashes_are() -> None:
    told = [
        subprocess.run(
            [sys.executable, "-m", "yesand.cli", "simulate", "--seed", "7", "--json"],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": os.pathsep.join(sys.path)},
            capture_output=True,
            check=True,
            text=True,
        ).stdout
        for seed in ("1", "2")
    ]
    assert told[0] == told[1] and json.loads(told[0])["failures"] == []


Breaking = Callable[[pytest.MonkeyPatch], None]


def check_found(breaks: Breaking, monkeypatch: pytest.MonkeyPatch) -> None:
    breaks(monkeypatch)
    failure = found()
    assert failure is not None and failure.faults
    assert 0 < len(failure.trace) <= SHORT, "the trace is not small"
    assert f"seed {failure.seed} fails at step {failure.step}" in failure.lines()[0]


@pytest.mark.parametrize("breaks", [*MUTANTS, *MUTANTS_OF_TERMS])
def test_what_is_broken_on_purpose_is_found(
    breaks: Breaking, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_found(breaks, monkeypatch)


@pytest.mark.deep
@pytest.mark.parametrize("breaks", RARE_MUTANTS)
def test_what_is_broken_where_histories_seldom_come_is_found(
    breaks: Breaking, monkeypatch: pytest.MonkeyPatch
) -> None:
    check_found(breaks, monkeypatch)
