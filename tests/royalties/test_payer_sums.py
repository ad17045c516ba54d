"""One payment is divided by the largest remainder, and a table gives the pools it was made from."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from yesand.kernel.errors import CheckFailed
from yesand.royalties.payers.pools import Paid, pooled, read_table, shared, table_of

COUNTS = st.dictionaries(st.sampled_from("abcdef"), st.integers(0, 10**6), max_size=6)


@given(st.integers(0, 10**15), COUNTS)
def test_the_parts_of_a_payment_add_up_and_each_is_next_to_its_share(
    whole: int, counts: dict[str, int]
) -> None:
    total, parts = sum(counts.values()), shared(whole, counts)
    assert sum(parts.values()) == (whole if total else 0)
    for name, part in parts.items():
        assert abs(part - Fraction(whole * counts[name], total)) < 1


@given(st.lists(st.tuples(st.integers(0, 10**9), COUNTS), max_size=8))
def test_a_table_gives_the_pools_that_it_was_made_from_in_any_order(
    rows: list[tuple[int, dict[str, int]]],
) -> None:
    payers = [Paid(micro, used) for micro, used in rows]
    table, made = table_of(payers), pooled(payers)
    assert table == table_of(reversed(payers))
    assert pooled(read_table(table, "table")) == made
    idle = sum(p.micro for p in payers if not sum(p.used.values()))
    assert sum(part.micro for part in made.parts.values()) == made.micro - idle


@pytest.mark.parametrize(
    "row", [b"[]", b"{}", b'{"micro":-1,"used":{}}', b'{"micro":1.5,"used":{}}', b"x"]
)
def test_what_is_no_row_of_a_table_is_told(row: bytes) -> None:
    with pytest.raises(CheckFailed, match="Not a payer's row"):
        list(read_table(row + b"\n", "table"))
