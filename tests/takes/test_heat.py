"""The corpus at a glance adds up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from yesand.takes.heat import SHADES, heat

NAMES = st.sampled_from(["Ada", "Ben", "Cleo", "ada"])
COUNTS = st.dictionaries(
    st.tuples(NAMES, st.sampled_from(["joy", "anger", "calm"])),
    st.tuples(st.integers(1, 500), st.integers(1, 10**7)),
)


@given(COUNTS)
def test_rows_and_columns_add_up_to_the_whole(
    counts: dict[tuple[str, str], tuple[int, int]],
) -> None:
    table = heat([(*key, *value) for key, value in counts.items()])
    assert table.whole.number == sum(n for n, _ in counts.values())
    assert table.whole.duration_ms == sum(length for _, length in counts.values())
    assert sum(total.number for _, _, total in table.rows) == table.whole.number
    cells = [cell for _, row, _ in table.rows for cell in row]
    assert all((cell.shade > 0) == (cell.number > 0) for cell in cells)
    assert max((cell.shade for cell in cells), default=SHADES) == SHADES
