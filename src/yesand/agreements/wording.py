"""The words of an agreement, made from its terms: a sentence for every field, so none can drift.

The summary picks the sentences that matter most to a person; the text has a numbered clause for
every field, each ending in the field's exact value. Nobody writes either by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any

from babel import Locale
from babel.dates import format_date

from yesand.agreements.pay_wording import paying
from yesand.agreements.terms import WORLD, Terms
from yesand.agreements.vocabulary import Material, Modality, Purpose, UseClass
from yesand.kernel.canonical import canonical

USES = {
    UseClass.RECOGNITION: "make systems that recognise emotion in other people",
    UseClass.SYNTHESIS: "make systems that speak or move with emotion, as nobody in particular",
    UseClass.REPLICA: "make a copy of this voice or face that people would recognise",
    UseClass.EVALUATION: "test how well systems work",
}
AIMS = {
    Purpose.RESEARCH: "research",
    Purpose.EMOTION_RECOGNITION: "products that recognise emotion",
    Purpose.VOICE_ASSISTANT: "voice assistants",
    Purpose.ENTERTAINMENT: "games, films and other entertainment",
    Purpose.HEALTH: "health",
    Purpose.ACCESSIBILITY: "helping people with disabilities",
    Purpose.WORKPLACE: "watching people at work",
    Purpose.EDUCATION: "watching people at school or university",
    Purpose.ADVERTISING: "advertising",
    Purpose.POLITICAL: "politics",
    Purpose.ADULT: "sexual content",
}
CHANNELS = {Modality.VOICE: "the voice", Modality.FACE: "the face and body"}
FORMS = {
    Material.RAW: "the recordings themselves",
    Material.FEATURES: "measurements taken from the recordings (features)",
}
HELPERS = {
    "none": "nobody",
    "counsel": "a lawyer of their own",
    "union": "their union",
    "guardian": "a parent or guardian",
}


def listed(words: Iterable[str], last: str = "and") -> str:
    """Return ``a, b and c``; of nothing, ``nothing``."""
    found = list(words)
    if not found:
        return "nothing"
    return f" {last} ".join(filter(None, [", ".join(found[:-1]), found[-1]]))


def _of(words: dict[Any, str], chosen: frozenset[Any], last: str = "and") -> str:
    return listed((words[w] for w in words if w in chosen), last)


def _day(day: date) -> str:
    return format_date(day, "d MMMM y", locale="en")


def _use_classes(t: Terms) -> str:
    if not t.use_classes:
        return "The recordings may not be used for any kind of system."
    return (
        f"The recordings may be used to {listed((USES[u] for u in sorted(t.use_classes)), 'or')}."
    )


def _purposes(t: Terms) -> str:
    if not t.purposes:
        return "No purpose is allowed."
    return f"They may be used for these things only: {_of(AIMS, t.purposes)}."


def _banned(t: Terms) -> str:
    if not t.banned_purposes:
        return "No purpose is banned by name; what is not allowed above is still not allowed."
    return f"They may never be used for {_of(AIMS, t.banned_purposes, 'or')}."


def _approval(t: Terms) -> str:
    if not t.approval_per_use:
        return "No further question has to be asked for the uses allowed above."
    uses = _of(USES, t.approval_per_use, "or")
    return f"The performer must be asked, and must agree, each time before anyone may {uses}."


def _modalities(t: Terms) -> str:
    return f"What may be used: {_of(CHANNELS, t.modalities)}."


def _materials(t: Terms) -> str:
    return f"It may be handed over as {_of(FORMS, t.materials, 'or')}."


def _territories(t: Terms) -> str:
    if WORLD in t.territories:
        return "It may be used everywhere in the world."
    names = Locale("en").territories
    return f"It may be used in: {listed(names[c] for c in sorted(t.territories))}."


def _commercial(t: Terms) -> str:
    return f"Making money with it is {'allowed' if t.commercial else 'not allowed'}."


def _exclusive(t: Terms) -> str:
    if t.exclusive:
        return "The performer may not give the same rights to anyone else."
    return "The performer is free to work for others and to give them the same rights."


def _onward(t: Terms) -> str:
    allowed = "allowed" if t.onward_licensing else "not allowed"
    return f"Passing these rights on to others is {allowed}."


def _valid_until(t: Terms) -> str:
    if t.valid_until is None:
        return "The agreement has no last day; the performer can end it by withdrawing."
    return f"It ends after {_day(t.valid_until)}."


def _train_until(t: Terms) -> str:
    if t.train_until is None:
        return "There is no separate last day for training."
    return f"No system may be trained with the recordings after {_day(t.train_until)}."


def _strike(t: Terms) -> str:
    then = "stops" if t.suspended_in_strike else "may go on"
    return f"During a strike of the performer's union all new use of the recordings {then}."


def _withdrawing(t: Terms) -> str:
    w = t.withdrawing
    return (
        "The performer may withdraw at any time and need not say why. Then new training "
        f"{_within(w.stop_training_days, 'stops')}, everyone concerned is told "
        f"{_by(w.notify_days)}, the recordings are deleted {_by(w.delete_recordings_days)}, and "
        f"systems are retrained or retired {_by(w.retrain_or_retire_days)}. "
        f"A recognisable copy of the performer is {'deleted' if w.delete_replica else 'kept'}. "
        "Until a system is retired it goes on paying."
    )


def _within(days: int, verb: str) -> str:
    return f"{verb} at once" if days == 0 else f"{verb} within {days} days"


def _every(months: int) -> str:
    return "every month" if months == 1 else f"every {months} months"


def _by(days: int) -> str:
    return "at once" if days == 0 else f"within {days} days"


def _corpus(t: Terms) -> str:
    if not t.corpus:
        return "The recordings do not come from a public collection."
    return f"The recordings come from the public collection {t.corpus}."


def _licence(t: Terms) -> str:
    if not t.corpus_licence:
        return "No licence of a public collection applies."
    return f"That collection's own licence is: {t.corpus_licence}."


def _attribution(t: Terms) -> str:
    return f"Name the source like this: {t.attribution}" if t.attribution else "No source is named."


def _trial(t: Terms) -> str:
    if not t.trial:
        return "These terms are meant in earnest."
    return (
        "TRIAL. These terms are for trying out this system. No performer agreed to them. Nothing "
        "made under them may leave this house, and nobody is paid."
    )


def _yes(name: str, true: str, false: str) -> Callable[[Terms], str]:
    return lambda terms: true if getattr(terms, name) else false


#: One entry for every field of ``Terms``: its heading and its sentence.
SENTENCES: dict[str, tuple[str, Callable[[Terms], str]]] = {
    "version": ("Form of these terms", lambda t: f"These terms are of form {t.version}."),
    "use_classes": ("What may be made", _use_classes),
    "purposes": ("What for", _purposes),
    "banned_purposes": ("Never for", _banned),
    "approval_per_use": ("Ask first", _approval),
    "modalities": ("Which part of the performance", _modalities),
    "materials": ("In which form", _materials),
    "territories": ("Where", _territories),
    "commercial": ("Money", _commercial),
    "exclusive": ("Other work", _exclusive),
    "onward_licensing": ("Passing on", _onward),
    "valid_from": ("From", lambda t: f"The agreement begins on {_day(t.valid_from)}."),
    "valid_until": ("Until", _valid_until),
    "train_until": ("Training until", _train_until),
    "suspended_in_strike": ("Strike", _strike),
    "pay": ("Pay", lambda t: paying(t.pay)),
    "withdrawing": ("Withdrawing", _withdrawing),
    "notice_days": (
        "Notice",
        lambda t: f"The producer gives {t.notice_days} days' notice before ending the agreement.",
    ),
    "credit": (
        "Credit",
        _yes("credit", "The performer is named as they wish.", "The performer need not be named."),
    ),
    "no_derogatory_use": (
        "Respect",
        _yes(
            "no_derogatory_use",
            "Nothing may be made of it that mocks or degrades the performer.",
            "Degrading use is not specially excluded.",
        ),
    ),
    "third_party_training_notice": (
        "Who trains",
        _yes(
            "third_party_training_notice",
            "The performer is told whenever another company trains with the recordings.",
            "The performer is not told which companies train with the recordings.",
        ),
    ),
    "security": ("Security", lambda t: f"The recordings are kept {t.security.replace('-', ' ')}."),
    "report_every_months": (
        "Reports",
        lambda t: f"The performer gets a report {_every(t.report_every_months)}.",
    ),
    "post_mortem": (
        "After death",
        _yes(
            "post_mortem",
            "The agreement goes on after the performer's death, for their heirs.",
            "The agreement ends with the performer's death.",
        ),
    ),
    "minor": ("Age", _yes("minor", "The performer is a minor.", "The performer is of age.")),
    "represented_by": (
        "Who stood by",
        lambda t: f"While signing, the performer was advised by {HELPERS[t.represented_by]}.",
    ),
    "corpus": ("Public collection", _corpus),
    "corpus_licence": ("Licence of the collection", _licence),
    "attribution": ("Source", _attribution),
    "share_alike": (
        "Share alike",
        _yes(
            "share_alike",
            "What is made from it and passed on must carry the same licence.",
            "What is made from it need not carry the same licence.",
        ),
    ),
    "trial": ("Trial", _trial),
}

_SUMMARY = (
    "use_classes purposes banned_purposes approval_per_use materials territories commercial "
    "valid_from train_until valid_until pay withdrawing"
).split()
_SUMMARY_OF_CORPUS = (
    "corpus corpus_licence use_classes purposes commercial attribution share_alike"
).split()


def sentence(terms: Terms, name: str) -> str:
    """Return the plain sentence of one field."""
    return SENTENCES[name][1](terms)


def summary(terms: Terms) -> str:
    """Return what matters most, in short sentences, one a line."""
    names = _SUMMARY_OF_CORPUS if terms.corpus and not terms.trial else _SUMMARY
    first = ["trial", "corpus", "corpus_licence"] if terms.trial else []
    return "\n".join(sentence(terms, n) for n in [*first, *names])


def text(terms: Terms) -> str:
    """Return the full text: one numbered clause a field, each ending in the exact value."""
    plain: dict[str, Any] = terms.as_json()
    clauses = (
        f"{number}. {heading}. {say(terms)} [{name} = {canonical(plain[name]).decode()}]"
        for number, (name, (heading, say)) in enumerate(SENTENCES.items(), start=1)
    )
    law = "What is not named here is not allowed. No term here can allow what a law forbids."
    return "\n\n".join([*clauses, law])
