"""Takes as the registry holds them, row by row, made into columns for the gate and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from yesand.agreements.standing import Standing
from yesand.corpus.gate import MODALITIES, STATES, Columns, Ruling
from yesand.corpus.manifest import ManifestTake

#: What is read of a take, in this order.
ROW = (
    "entry_id",
    "sha256",
    "performer__handle",
    "emotion",
    "session__agreement_id",
    "duration_ms",
    "synthetic",
    "state",
    "modality",
)
PERFORMER, LENGTH = ROW.index("performer__handle"), ROW.index("duration_ms")
Row = tuple[Any, ...]


@dataclass(frozen=True, eq=False)
class Table:
    """Rows in log order, and the same as columns."""

    rows: Sequence[Row]
    columns: Columns

    @classmethod
    def of(cls, rows: Sequence[Row], states: Mapping[int, str] | None = None) -> Table:
        """Make columns of rows.

        Parameters
        ----------
        states : log entry → state, where it is to be another than the row's.
        """
        names: dict[str, int] = {}
        told = states or {}
        columns = Columns(
            entry=np.array([r[0] for r in rows], dtype=np.int64),
            agreement=np.array([names.setdefault(r[4], len(names)) for r in rows], dtype=np.int64),
            state=np.array([STATES.index(told.get(r[0], r[7])) for r in rows], dtype=np.int64),
            modality=np.array([MODALITIES.index(r[8]) for r in rows], dtype=np.int64),
            agreements=tuple(names),
            sha256=[r[1] for r in rows],
        )
        return cls(rows, columns)

    def permitted(
        self, ruling: Ruling, standings: Mapping[str, Standing]
    ) -> tuple[ManifestTake, ...]:
        """Return the takes that were let through, each with the agreement that stands for it."""
        heads = [standings[a].agreement if a in standings else "" for a in self.columns.agreements]
        return tuple(
            _manifest_take(self.rows[i], heads[self.columns.agreement[i]])
            for i in np.flatnonzero(ruling.permit).tolist()
        )

    def denied(self, ruling: Ruling) -> tuple[tuple[int, int], ...]:
        """Return (log entry, number of the decision) of the takes that stayed out."""
        out = np.flatnonzero(~ruling.permit)
        entries, numbers = self.columns.entry[out].tolist(), ruling.decision[out].tolist()
        return tuple(zip(entries, numbers, strict=True))

    def used(self, ruling: Ruling) -> list[str]:
        """Return the agreements that permitted takes were recorded under."""
        numbers = np.unique(self.columns.agreement[ruling.permit])
        return [self.columns.agreements[n] for n in numbers]


def _manifest_take(row: Row, agreement: str) -> ManifestTake:
    entry, sha256, performer, emotion, _, duration_ms, synthetic, *_ = row
    return ManifestTake(sha256, performer, emotion, agreement, duration_ms, synthetic, entry)
