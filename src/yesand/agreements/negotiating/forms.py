"""A field to fill in for every term that may be negotiated, made from the terms' own types."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, get_args, get_origin

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import ValidationError

from yesand.agreements.clauses_of_care import KEPT
from yesand.agreements.clauses_of_use import AIMS, CHANNELS, FORMS, USES
from yesand.agreements.collective.errors import BelowFloor
from yesand.agreements.comparing.clauses import heading, sentence
from yesand.agreements.comparing.effects import DIRECTIONS, neither
from yesand.agreements.comparing.kinds import PRICES, annotation
from yesand.agreements.comparing.values import LABELS, Voice, clause_of, fields, label, words
from yesand.agreements.days import zones
from yesand.agreements.deductions import Guaranteed
from yesand.agreements.deductions_wording import GUARANTEED
from yesand.agreements.drafts import variables
from yesand.agreements.negotiating.advice import advice
from yesand.agreements.negotiating.steps.services import LONGEST_NOTE
from yesand.agreements.negotiating.units import BASIS, scale, unit
from yesand.agreements.pay import SINCE_SIGNED
from yesand.agreements.pay_wording import FALLBACK, POOL, TO, UNCERTAINTY
from yesand.agreements.terms import MILLION, Amount, Terms
from yesand.agreements.vocabulary import Material, Modality, Purpose, UseClass
from yesand.kernel.errors import BadInput, Refused

#: What is neither better nor worse, and is agreed all the same.
_ALSO = {"valid_from", "zone", "post_mortem", "pay.fallback", "pay.uncertainty"}
_ALSO |= {"pay.non_featured_ppm", "pay.pool", "pay.pool_unit"}
#: What terms leave out where it says nothing.
_LATER = frozenset(SINCE_SIGNED)
#: How a person reads the words of the closed lists.
_WORDS: Mapping[Any, Mapping[Any, str]] = {
    UseClass: USES,
    Purpose: AIMS,
    Modality: CHANNELS,
    Material: FORMS,
    "security": KEPT,
    "pay.fallback": FALLBACK,
    "pay.uncertainty": UNCERTAINTY,
    "pay.period_fee_to": TO,
    "pay.pool": POOL,
    Guaranteed: GUARANTEED,
}


def negotiable(*, judged: bool = False) -> Iterator[str]:
    """Yield the names of what is agreed on.

    Parameters
    ----------
    judged : only what can be better or worse for a performer.
    """
    known = {**fields(Terms(valid_from=date(2000, 1, 1)).as_json())}
    known |= {f"{BASIS}{part}": None for part in known["pay.basis"]}
    known |= {f"pay.{name}": None for name in SINCE_SIGNED}
    prices = [name for name in LABELS if name.startswith(PRICES)]
    order = dict.fromkeys(map(clause_of, known))
    every = sorted(
        {**known, **dict.fromkeys(prices)}, key=lambda n: list(order).index(clause_of(n))
    )
    for name in every:
        direction = DIRECTIONS.get(PRICES[:-1] if name in prices else name)
        better_or_worse = direction not in (None, neither) and not _fixed(name)
        also = not judged and (name in _ALSO or name.startswith(BASIS))
        if better_or_worse or also:
            yield name


def _called(name: str, voice: Voice, terms: Terms) -> str:
    """Return what a field is called, with the unit that it is filled in with."""
    parts = heading(clause_of(name), voice.language), label(name, voice)
    told = terms.pay.currency if _plain(name) is Amount else unit(name)
    said = ": ".join(filter(None, parts))
    return f"{said} ({voice.say(told)})" if told else said


def _fixed(name: str) -> bool:
    return get_args(_plain(name)) == (True,)


def _plain(name: str) -> Any:
    """Return a field's type without what limits it, and without the none that it may be."""
    found = annotation(name)
    while get_origin(found) is Annotated:
        found = get_args(found)[0]
    inner = [a for a in get_args(found) if a is not type(None)]
    may_be_none = type(None) in get_args(found)
    return inner[0] if may_be_none else found


class TermsForm(forms.Form):
    """Every negotiable term, filled with what lies on the table."""

    #: Whether a field may be left empty, which then says nothing (a floor states some terms).
    partial = False

    def __init__(self, terms: Terms, voice: Voice, data: Any = None) -> None:
        super().__init__(data)
        self.terms, self.voice = terms, voice
        self.names = tuple(negotiable(judged=self.partial))
        held = fields(terms.as_json())
        held = {**{f"pay.{n}": getattr(terms.pay, n) for n in SINCE_SIGNED}, **held}
        held |= {f"{BASIS}{part}": share for part, share in held["pay.basis"].items()}
        for name in self.names:
            made = _field(name, voice, partial=self.partial)
            made.label = _called(name, voice, terms)
            if not self.partial:
                made.initial = _shown(name, held.get(name))
            self.fields[name] = made
        self.order_fields([*self.names, "note"])

    def told(self) -> dict[str, Any]:
        """Return what was filled in, by the fields' names, as plain JSON."""
        found = {n: _read(n, self.cleaned_data.get(n), self.terms) for n in self.names}
        return {n: v for n, v in found.items() if not self.partial or v not in (None, [], "")}


class CounterForm(TermsForm):
    """Other terms, and what is said to the other side beside them."""

    note = forms.CharField(
        label=gettext_lazy("A word to the other side"),
        required=False,
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def clean(self) -> dict[str, Any]:
        """Read the terms as a whole."""
        told: dict[str, Any] = super().clean() or {}
        if not self.errors:
            try:
                self.changed = Terms.model_validate(_filled(self.terms.as_json(), self.told()))
            except ValidationError as fault:
                self.say(advice(fault, self.voice))
            else:
                self._check_set(self.changed.described_use)
        return told

    def _check_set(self, said: str) -> None:
        unset = ", ".join(f"${{{name}}}" for name in variables(said))
        if unset:
            words = _("Say what stands in the place of %(unset)s.")
            self.add_error("described_use", words % {"unset": unset})

    def say(self, faults: Iterable[tuple[str, str]]) -> None:
        """Show each fault beside its field; above all of them, if it is of no field here."""
        for name, said in faults:
            self.add_error(self._beside(name), said)

    def _beside(self, name: str) -> str | None:
        parts = name.split(".")
        outer = (".".join(parts[:end]) for end in range(len(parts), 0, -1))
        return next((each for each in outer if each in self.fields), None)

    def refused(self, fault: BadInput | Refused) -> None:
        """Show why the terms were not accepted, and beside which fields."""
        self.add_error(None, str(fault))
        self.say(fault.clauses if isinstance(fault, BelowFloor) else ())


class FloorForm(TermsForm):
    """The terms that a collective agreement states, and none of the others."""

    partial = True


def _filled(plain: dict[str, Any], told: Mapping[str, Any]) -> dict[str, Any]:
    """Return terms with what was told, fields that they do not have left out."""
    for name, value in told.items():
        at: dict[str, Any] = plain
        *outer, last = name.split(".")
        for part in outer:
            at = at[part]
        if name.startswith(PRICES) and value is None:
            at.pop(last, None)
        elif name.startswith(PRICES) or last in at or (outer == ["pay"] and last in _LATER):
            at[last] = value
    return plain


def _field(name: str, voice: Voice, *, partial: bool) -> forms.Field:
    kind, needed = _plain(name), not partial and type(None) not in get_args(annotation(name))
    if kind is bool or get_origin(kind) is Literal:
        return _one_of(name, kind, voice, needed=needed)
    if name == "zone":
        return forms.ChoiceField(choices=[(zone, zone) for zone in sorted(zones())])
    if get_origin(kind) is frozenset:
        return _several(get_args(kind)[0], voice)
    if kind is date:
        return forms.DateField(required=needed, widget=forms.DateInput(attrs={"type": "date"}))
    return _written(name, kind, needed=needed)


def _one_of(name: str, kind: Any, voice: Voice, *, needed: bool) -> forms.Field:
    some = [("yes", _("yes")), ("no", _("no"))]
    if kind is not bool:
        some = [(str(word), _said(name, word, voice)) for word in get_args(kind)]
    elif "." not in name:  # a clause of its own says both in words
        both = ((told, sentence(name, told == "yes", voice.language)) for told, _word in some)
        some = list(both)
    return forms.ChoiceField(choices=some if needed else [("", "—"), *some], required=needed)


def _written(name: str, kind: Any, *, needed: bool) -> forms.Field:
    if kind is Amount:
        return forms.DecimalField(required=False, min_value=0, decimal_places=6, max_digits=15)
    if scale(name):
        return forms.DecimalField(required=needed, min_value=0, decimal_places=4, max_digits=9)
    if kind is int:
        return forms.IntegerField(required=needed, min_value=0)
    return forms.CharField(required=False, max_length=2_000)


def _several(of: Any, voice: Voice) -> forms.Field:
    if of in _WORDS:
        some = get_args(of) or tuple(of)
        return forms.MultipleChoiceField(
            choices=[(str(each), _said(of, each, voice)) for each in some],
            required=False,
            widget=forms.CheckboxSelectMultiple,
        )
    places = _("Countries by their two letters, such as DE, AT; * is everywhere.")
    return forms.CharField(required=False, max_length=1_000, help_text=places)


def _said(closed: Any, word: Any, voice: Voice) -> str:
    return voice.say(_WORDS[closed][word]) if closed in _WORDS else words([word], voice)


def _shown(name: str, value: Any) -> Any:
    """Return a value as its field shows it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return Decimal(value["micro"]) / MILLION
    parts = scale(name)
    if parts and value is not None:
        return Decimal(value) / parts
    return ", ".join(value) if name == "territories" else value


def _read(name: str, value: Any, terms: Terms) -> Any:
    """Return a filled-in value as plain JSON."""
    kind = _plain(name)
    if value in (None, ""):
        return "" if kind is str else [] if get_origin(kind) is frozenset else None
    if kind is bool:
        return value == "yes"
    if kind is Amount:
        return {"currency": terms.pay.currency, "micro": int(value * MILLION)}
    parts = scale(name)
    if parts:
        return int(value * parts)
    if name == "territories":
        return sorted({code.strip().upper() for code in value.split(",") if code.strip()})
    return value.isoformat() if isinstance(value, date) else value
