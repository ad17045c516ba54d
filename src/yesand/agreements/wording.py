"""The words of an agreement, made from its terms: a sentence for every field, so none can drift.

The summary picks the sentences that matter most to a person; the text has a numbered clause for
every field, each ending in the field's exact value. Nobody writes either by hand, in any language.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from yesand.agreements import clauses_of_care as care
from yesand.agreements import clauses_of_use as use
from yesand.agreements.clauses_of_use import AIMS, USES, Says
from yesand.agreements.pay_wording import paying
from yesand.agreements.terms import SINCE_TWO, Terms
from yesand.agreements.tongue import gettext_noop, tongue
from yesand.kernel.canonical import canonical

__all__ = ["AIMS", "SENTENCES", "USES", "Passage", "heading", "passages", "sentence", "text"]

_ = gettext_noop


def _yes(name: str, true: str, false: str) -> Says:
    return lambda terms, say: say.gettext(true if getattr(terms, name) else false)


#: One entry for every field of ``Terms``: its heading and its sentence.
SENTENCES: dict[str, tuple[str, Says]] = {
    "version": (
        _("Form of these terms"),
        lambda t, say: say.gettext("These terms are of form %(n)s.") % {"n": t.version},
    ),
    "based_on": (_("Standard"), care.based_on),
    "use_classes": (_("What may be made"), use.use_classes),
    "purposes": (_("What for"), use.purposes),
    "banned_purposes": (_("Never for"), use.banned_purposes),
    "described_use": (_("What exactly"), use.described_use),
    "approval_per_use": (_("Ask first"), use.approval_per_use),
    "modalities": (_("Which part of the performance"), use.modalities),
    "materials": (_("In which form"), use.materials),
    "territories": (_("Where"), use.territories),
    "commercial": (
        _("Money"),
        _yes(
            "commercial",
            _("Making money with it is allowed."),
            _("Making money with it is not allowed."),
        ),
    ),
    "exclusive": (
        _("Other work"),
        _yes(
            "exclusive",
            _("The performer may not give the same rights to anyone else."),
            _("The performer is free to work for others and to give them the same rights."),
        ),
    ),
    "onward_licensing": (
        _("Passing on"),
        _yes(
            "onward_licensing",
            _("Passing these rights on to others is allowed."),
            _("Passing these rights on to others is not allowed."),
        ),
    ),
    "zone": (_("Whose days"), use.zone),
    "valid_from": (_("From"), use.valid_from),
    "valid_until": (_("Until"), use.valid_until),
    "train_until": (_("Training until"), use.train_until),
    "suspended_in_strike": (
        _("Strike"),
        _yes(
            "suspended_in_strike",
            _("During a strike of the performer's union all new use of the recordings stops."),
            _("During a strike of the performer's union all new use of the recordings may go on."),
        ),
    ),
    "pay": (_("Pay"), lambda t, say: paying(t.pay, say)),
    "pays_while_in_use": (
        _("How long it pays"),
        _yes(
            "pays_while_in_use",
            _("Pay for use goes on for as long as a system that relies on the recordings is used."),
            "",
        ),
    ),
    "withdrawing": (_("Withdrawing"), care.withdrawing),
    "notice_days": (_("Notice"), care.notice_days),
    "credit": (
        _("Credit"),
        _yes(
            "credit",
            _("The performer is named as they wish."),
            _("The performer need not be named."),
        ),
    ),
    "no_derogatory_use": (
        _("Respect"),
        _yes(
            "no_derogatory_use",
            _("Nothing may be made of it that mocks or degrades the performer."),
            _("Degrading use is not specially excluded."),
        ),
    ),
    "moral_rights_waived": (
        _("Moral rights"),
        _yes(
            "moral_rights_waived",
            _("The performer gives up moral rights, as far as the law lets them."),
            _("The performer keeps all moral rights."),
        ),
    ),
    "third_party_training_notice": (
        _("Who trains"),
        _yes(
            "third_party_training_notice",
            _("The performer is told whenever another company trains with the recordings."),
            _("The performer is not told which companies train with the recordings."),
        ),
    ),
    "security": (_("Security"), care.security),
    "breach_notice_hours": (_("If something leaks"), care.breach_notice_hours),
    "report_every_months": (_("Reports"), care.report_every_months),
    "post_mortem": (
        _("After death"),
        _yes(
            "post_mortem",
            _("The agreement goes on after the performer's death, for their heirs."),
            _("The agreement ends with the performer's death."),
        ),
    ),
    "minor": (
        _("Age"),
        _yes("minor", _("The performer is a minor."), _("The performer is of age.")),
    ),
    "majority_on": (_("Coming of age"), care.majority_on),
    "represented_by": (_("Who stood by"), care.represented_by),
    "corpus": (_("Public collection"), care.corpus),
    "corpus_licence": (_("Licence of the collection"), care.corpus_licence),
    "attribution": (_("Source"), care.attribution),
    "share_alike": (
        _("Share alike"),
        _yes(
            "share_alike",
            _("What is made from it and passed on must carry the same licence."),
            _("What is made from it need not carry the same licence."),
        ),
    ),
    "trial": (_("Trial"), care.trial),
}

_SUMMARY = (
    "use_classes described_use purposes banned_purposes approval_per_use materials territories "
    "commercial valid_from train_until valid_until pay pays_while_in_use withdrawing"
).split()
_SUMMARY_OF_CORPUS = (
    "corpus corpus_licence use_classes purposes commercial attribution share_alike"
).split()
#: How a clause of a text begins, in any language.
_CLAUSE = re.compile(r"(\d+)\. ([^.]+)\. ")


@dataclass(frozen=True)
class Passage:
    """A paragraph of a signed text: a clause with the field that it sets, or one without."""

    says: str
    number: str = ""
    title: str = ""
    field: str = ""
    value: str = ""


def sentence(terms: Terms, name: str, language: str = "en") -> str:
    """Return the plain sentence of one field."""
    return SENTENCES[name][1](terms, tongue(language))


def heading(name: str, language: str = "en") -> str:
    """Return what one field is called."""
    return tongue(language).gettext(SENTENCES[name][0])


def summary(terms: Terms, language: str = "en") -> str:
    """Return what matters most, in short sentences, one a line."""
    of_corpus = terms.corpus and not terms.trial
    said = ["trial", "corpus", "corpus_licence"] if terms.trial else []
    said += _SUMMARY_OF_CORPUS if of_corpus else _SUMMARY
    lines = [sentence(terms, name, language) for name in said if _worth_saying(terms, name)]
    who = tongue(language).gettext(
        "“The performer” is the person in the recordings. “The producer” makes them."
    )
    return "\n".join(lines if of_corpus or terms.trial else [who, *lines])


def _worth_saying(terms: Terms, name: str) -> bool:
    silent = name == "described_use" and not terms.described_use
    return not silent and (terms.version > 1 or name not in SINCE_TWO)


def text(terms: Terms, language: str = "en") -> str:
    """Return the full text: one numbered clause a field, each ending in the exact value."""
    say, plain = tongue(language), terms.as_json()
    clauses = (
        f"{number}. {say.gettext(title)}. {says(terms, say)} [{name} = {_exact(plain[name])}]"
        for number, (name, (title, says)) in enumerate(_spoken(plain), start=1)
    )
    law = say.gettext(
        "What is not named here is not allowed. No term here can allow what a law forbids."
    )
    return "\n\n".join([*clauses, law])


def _spoken(plain: dict[str, Any]) -> Iterator[tuple[str, tuple[str, Says]]]:
    return ((name, said) for name, said in SENTENCES.items() if name in plain)


def _exact(value: Any) -> str:
    return canonical(value).decode()


def passages(signed: str, plain: Mapping[str, Any]) -> tuple[Passage, ...]:
    """Return the paragraphs of a signed text, each clause with the field that it sets.

    Parameters
    ----------
    plain : the terms that were signed with it, as JSON.

    >>> passages("1. Money. It is allowed. [commercial = true]", {"commercial": True})[0].field
    'commercial'
    """
    ends = {f" [{name} = {_exact(value)}]": name for name, value in plain.items()}
    return tuple(_passage(paragraph, ends) for paragraph in signed.split("\n\n"))


def _passage(paragraph: str, ends: Mapping[str, str]) -> Passage:
    begins = _CLAUSE.match(paragraph)
    end = next((end for end in ends if paragraph.endswith(end)), "")
    if not begins or not end:
        return Passage(paragraph)
    says = paragraph[begins.end() :].removesuffix(end)
    name = ends[end]
    return Passage(says, begins[1], begins[2], name, end.removeprefix(f" [{name} = ")[:-1])
