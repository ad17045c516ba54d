from __future__ import annotations

from pathlib import Path

import pytest

from conformance import merkle_vectors, rfc8785, tessera_log

pytestmark = pytest.mark.conformance


def test_every_merkle_vector_ends_as_its_authors_say(conformance: Path) -> None:
    outcome = merkle_vectors.run(conformance)
    assert (outcome.failures, outcome.total) == ([], 518)


def test_another_programs_log_reads_and_writes_the_same(conformance: Path) -> None:
    outcome = tessera_log.run(conformance)
    assert outcome.failures == []
    assert outcome.passed == outcome.total >= 2 * 16 + 29


def test_canonical_bytes_are_those_of_the_rfc_authors(conformance: Path) -> None:
    outcome = rfc8785.run(conformance)
    assert (outcome.failures, outcome.total) == ([], 6)
