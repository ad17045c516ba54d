"""Predictions of any model, from a CSV: checked whole before anything is scored.

Columns: ``take``, ``performer``, ``label``, one for each emotion with its probability, and if you
like ``fold`` (in which the take was held out), ``corpus``, and groups: ``sex``, ``gender``,
``age``, ``language``, ``accent``, ``country``, ``intensity``, or any that is named as one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from yesand.affect.evaluating.known import Beside
from yesand.affect.evaluating.recall import Floats, Ints
from yesand.affect.rating.table import Line, lines
from yesand.kernel.errors import BadInput, NotFound

NEEDED = ("take", "performer", "label")
GROUPS = ("sex", "gender", "age", "language", "accent", "country", "intensity")
#: What a house says of a take by its name: ``take`` (its hash), ``performer``, ``label``.
Lookup = Callable[[str], Mapping[str, str]]
#: How far a row may be from one: probabilities are written with few digits.
TOLERANCE = 0.005


@dataclass(frozen=True)
class Predictions:
    """One row a take, in the file's order.

    Attributes
    ----------
    probability : shape (takes, labels), rows add up to one. label : what was acted, (takes,).
    given : the same in words; with corpora in their own spaces, where ``label`` is empty.
    folds : none where the file has none. corpora : empty where it has none.
    """

    takes: tuple[str, ...]
    performers: tuple[str, ...]
    labels: tuple[str, ...]
    probability: Floats
    given: tuple[str, ...]
    folds: tuple[str, ...] = ()
    corpora: tuple[str, ...] = ()
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def label(self) -> Ints:
        """What was acted, as the number of its column, shape (takes,)."""
        return np.array([self.labels.index(one) for one in self.given], dtype=np.int64)

    @property
    def people(self) -> tuple[str, ...]:
        """Whose each take is; of several corpora with the corpus: 03 is somebody else in each."""
        if len(set(self.corpora)) < 2:
            return self.performers
        return tuple(f"{c} {who}" for c, who in zip(self.corpora, self.performers, strict=True))

    def beside(self, home: Beside | None = None) -> Beside:
        """Return what is known of the takes, with what a house knows of them."""
        home, corpora = home or Beside(), self.corpora if len(set(self.corpora)) > 1 else ()
        own = {**self.groups, **({"corpus": corpora} if corpora else {})}
        return replace(home, groups={**home.groups, **own}, folds=self.folds or None)


class Unfit(BadInput):
    """Rows that no score can rest on; ``bad`` has all of them, with their reasons."""

    def __init__(self, where: str, bad: Sequence[tuple[int, str]]) -> None:
        some = "; ".join(f"row {row}: {why}" for row, why in bad[:5])
        more = f"; and {len(bad) - 5:,} more" if len(bad) > 5 else ""
        many = len({row for row, _ in bad})
        super().__init__(
            f"{many:,} row{'s' * (many > 1)} cannot be scored, so nothing was: {some}{more}",
            where=where,
            remedy="Mend them; a score of the others would flatter.",
        )
        self.bad = tuple(bad)

    def as_dict(self) -> dict[str, object]:  # type: ignore[override]  # rows beside the words
        """Return the error with every bad row."""
        return {**super().as_dict(), "bad": [{"row": row, "reason": why} for row, why in self.bad]}


def read(
    path: Path,
    groups: Sequence[str] = (),
    *,
    abroad: bool = False,
    lookup: Lookup | None = None,
) -> Predictions:
    """Read predictions.

    Parameters
    ----------
    groups : columns that are groups, beside those known as such.
    abroad : labels are words of each take's own corpus, and need not be columns.
    lookup : asked about every take; performer and label may then be left out, and may not differ.

    Raises
    ------
    NotFound : no such file. BadInput : no CSV, or a column is missing.
    Unfit : a row is no distribution, holds no number, a label outside or an empty field, names a
        take twice, or has a performer who is in two folds: such a model met whom it is asked about.
    """
    rows = _rows(path, NEEDED if lookup is None else NEEDED[:1])
    columns = tuple(rows[0].told)
    known = _groups(columns, [name.lower() for name in groups], str(path))
    labels = tuple(c for c in columns if c not in {*NEEDED, "fold", "corpus", *known})
    if len(labels) < 2:
        raise BadInput(
            "No columns with probabilities", where=str(path), remedy="Give one for each emotion."
        )
    rows, unknown = _looked_up([_lowered(row) for row in rows], lookup)
    table, wrong = _table(rows, labels)
    bad = [*unknown, *wrong, *_words(rows, labels, columns, abroad=abroad), *_twice(rows)]
    bad += _both_sides(rows) if "fold" in columns else ()
    if bad:
        raise Unfit(str(path), sorted(bad))
    return Predictions(
        takes=_column(rows, "take"),
        performers=_column(rows, "performer"),
        labels=labels,
        probability=table / table.sum(1, keepdims=True),
        given=_column(rows, "label"),
        folds=_column(rows, "fold") if "fold" in columns else (),
        corpora=_column(rows, "corpus") if "corpus" in columns else (),
        groups={name: _column(rows, name) for name in known},
    )


def _rows(path: Path, needed: Sequence[str]) -> list[Line]:
    try:
        rows = [*lines(path.read_bytes(), str(path), needed, ())]
    except OSError as fault:
        raise NotFound("Cannot read the predictions", where=str(path)) from fault
    if not rows:
        raise BadInput("No take to score", where=str(path))
    return rows


def _groups(columns: Sequence[str], named: Sequence[str], where: str) -> list[str]:
    if missing := sorted({*named} - {*columns}):
        raise BadInput(f"No column {missing[0]!r}", where=where)
    return [name for name in columns if name in {*GROUPS, *named}]


def _column(rows: Sequence[Line], name: str) -> tuple[str, ...]:
    return tuple(row.told[name] for row in rows)


def _lowered(row: Line) -> Line:
    """Return a row with its label written as columns are."""
    told = {"label": row.told["label"].lower()} if "label" in row.told else {}
    return replace(row, told={**row.told, **told})


def _looked_up(rows: list[Line], lookup: Lookup | None) -> tuple[list[Line], list[tuple[int, str]]]:
    if lookup is None:
        return rows, []
    found, bad = [], []
    for row in rows:
        try:
            known = lookup(row.told["take"])
            known = {**known, "label": known["label"].lower()}
        except BadInput as fault:
            bad.append((row.number, fault.what))
            continue
        for name in NEEDED[1:]:
            told = row.told.get(name, "")
            if told and told != known[name]:
                bad.append((row.number, f"the {name} is {known[name]!r} here, not {told[:40]!r}"))
        found.append(replace(row, told={**row.told, **known}))
    return found, bad


def _table(rows: Sequence[Line], labels: Sequence[str]) -> tuple[Floats, list[tuple[int, str]]]:
    table, bad = np.zeros((len(rows), len(labels))), []
    for k, row in enumerate(rows):
        try:
            told = row.checked()
            table[k] = [_probability(told, label) for label in labels]
            if abs(table[k].sum() - 1) > TOLERANCE:
                raise BadInput(f"its probabilities add up to {table[k].sum():.3f}, not to 1")
        except BadInput as fault:
            bad.append((row.number, fault.what))
    return table, bad


def _probability(told: dict[str, str], label: str) -> float:
    try:
        value = float(told[label])
    except ValueError:
        hint = f" (is it a group? --group {label})" if told[label] else ""
        raise BadInput(f"{label} is no number: {told[label][:20]!r}{hint}") from None
    if not 0 <= value <= 1:
        raise BadInput(f"{label} is no probability: {told[label][:20]}")
    return value


def _words(
    rows: Sequence[Line], labels: Sequence[str], columns: Sequence[str], *, abroad: bool
) -> Iterator[tuple[int, str]]:
    needed = [name for name in (*NEEDED, "fold", "corpus") if name in columns]
    for row in (row for row in rows if not row.surplus):
        for name in needed:
            if not row.told[name]:
                yield row.number, f"no {name}"
        label = row.told["label"]
        if label and not abroad and label not in labels:
            yield row.number, f"the label {label[:40]!r} is none of {', '.join(labels)}"


def _twice(rows: Sequence[Line]) -> Iterator[tuple[int, str]]:
    first: dict[str, int] = {}
    for row in rows:
        take = row.told["take"]
        if take and first.setdefault(take, row.number) != row.number:
            yield row.number, f"the take {take[:40]!r} is in row {first[take]} already"


def _both_sides(rows: Sequence[Line]) -> Iterator[tuple[int, str]]:
    """Yield the rows of performers in several folds that are not in the one they are most in."""
    folds: dict[tuple[str, str], Counter[str]] = {}
    for row in rows:
        who, fold = row.told["performer"], row.told["fold"]
        if who and fold:
            folds.setdefault((row.told.get("corpus", ""), who), Counter())[fold] += 1
    for row in rows:
        who, fold = row.told["performer"], row.told["fold"]
        met = folds.get((row.told.get("corpus", ""), who), Counter({fold: 1}))
        home = met.most_common(1)[0][0] if fold else fold
        if fold != home:
            yield (
                row.number,
                f"{who[:40]!r} is in fold {fold[:20]} and in fold {home[:20]}: "
                "the model has met them",
            )
