"""Terms as an ODRL 2.2 Agreement in JSON-LD, and so that nothing of them is lost.

One permission for each action, each with every limit of the terms; prohibitions for what is banned
by name, by law, by a strike, by a withdrawal or a suspension; duties for what is promised
(``duties``). What a document says, any ODRL evaluator can act on: it need not know our terms.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from yesand.agreements.approval import Approved
from yesand.agreements.days import first_moment, last_moment
from yesand.agreements.decision import FITS, Withdrawn
from yesand.agreements.odrl.actions import PROFILE
from yesand.agreements.odrl.duties import besides, with_each_use
from yesand.agreements.odrl.names import (
    CONTEXT,
    EVERYWHERE,
    OUTSIDE,
    licensee,
    named,
    place,
    suspension,
    take,
)
from yesand.agreements.odrl.parts import Frame, Part, among, constraint, moment, ref, typed
from yesand.agreements.statute import EEA, INFERRING, SETTINGS
from yesand.agreements.suspending.suspension import Suspended, stopping
from yesand.agreements.terms import Terms
from yesand.agreements.vocabulary import Action, UseClass


def document(
    terms: Terms,
    frame: Frame,
    withdrawals: Sequence[Withdrawn] = (),
    approvals: Sequence[Approved] = (),
    suspensions: Sequence[Suspended] = (),
) -> Part:
    """Return terms, less what was withdrawn or is suspended, as an ODRL Agreement of our profile.

    Parameters
    ----------
    approvals : the single uses that the performer agreed to.
    suspensions : those in force; a strike that the terms go on through says nothing here.

    >>> import yesand
    >>> frame = Frame("urn:a", "urn:performer", "urn:producer", "urn:takes")
    >>> made = document(yesand.Terms(valid_from="2026-01-01"), frame)
    >>> made["@type"], [rule["action"] for rule in made["permission"]]
    ('Agreement', ['ya:train', 'ya:evaluate', 'ya:export', 'ya:synthesise'])
    """
    shared = list(with_each_use(terms, frame))
    return {
        "@context": CONTEXT,
        "@type": "Agreement",
        "uid": frame.uid,
        "profile": PROFILE,
        "ya:version": terms.version,
        "ya:minor": terms.minor,
        "ya:representedBy": ref(f"ya:helper-{terms.represented_by}"),
        **({"ya:corpus": terms.corpus} if terms.corpus else {}),
        **({"ya:corpusLicence": terms.corpus_licence} if terms.corpus_licence else {}),
        **(_since_two(terms) if terms.version > 1 else {}),
        "permission": list(_permissions(terms, frame, [duty["uid"] for duty in shared], approvals)),
        "prohibition": [
            *_prohibitions(terms, frame),
            *_withdrawn(withdrawals, frame),
            *_suspended(stopping(terms, tuple(suspensions)), frame),
        ],
        "obligation": [*shared, *besides(terms, frame)],
    }


def _since_two(terms: Terms) -> Part:
    """Return what terms of form 1 did not say yet."""
    told: Part = {"ya:timeZone": terms.zone, "ya:moralRightsWaived": terms.moral_rights_waived}
    told["ya:paidWhile"] = ref("ya:inUse")
    if terms.based_on:
        told["ya:basedOn"] = terms.based_on
    if terms.described_use:
        told["ya:describedUse"] = terms.described_use
    if terms.majority_on:
        told["ya:majorityOn"] = typed(terms.majority_on.isoformat(), "date")
    return told


def _rule(frame: Frame, name: str, kind: str, action: str, limits: list[Part]) -> Part:
    return {
        "uid": frame.named(name),
        "@type": kind,
        "assigner": frame.assigner,
        "assignee": frame.assignee,
        "target": frame.target,
        "action": action,
        **({"constraint": limits} if limits else {}),
    }


def _permissions(
    terms: Terms, frame: Frame, duties: list[str], approvals: Sequence[Approved]
) -> Iterator[Part]:
    carried = {"duty": duties} if duties else {}
    for action in Action:
        limits = list(_limits(terms, action, approvals))
        yield {**_rule(frame, action.value, "Permission", named(action), limits), **carried}
    if terms.onward_licensing:
        yield _rule(frame, "pass-on", "Permission", "grantUse", [])


def _limits(terms: Terms, action: Action, approvals: Sequence[Approved]) -> Iterator[Part]:
    yield _uses(terms.use_classes & FITS[action])
    yield among("purpose", "isAnyOf", map(named, terms.purposes))
    yield among("ya:channel", "isAnyOf", map(named, terms.modalities))
    yield among("ya:form", "isAnyOf", map(named, terms.materials))
    yield among("spatial", "isPartOf", map(place, terms.territories))
    yield constraint("dateTime", "gteq", moment(first_moment(terms.valid_from, terms.zone)))
    if terms.valid_until:
        yield constraint("dateTime", "lteq", moment(last_moment(terms.valid_until, terms.zone)))
    if terms.train_until and action is Action.TRAIN:
        yield constraint("dateTime", "lteq", moment(last_moment(terms.train_until, terms.zone)))
    if not terms.commercial:
        yield constraint("ya:commercial", "eq", False)
    if terms.approval_per_use:
        freely = among("ya:use", "isNoneOf", map(named, terms.approval_per_use))
        leave = [_leave(one, terms) for one in sorted(approvals)]
        yield {"or": [freely, constraint("ya:approved", "eq", True), *leave]}


def _leave(approved: Approved, terms: Terms) -> Part:
    """Return leave for a single use, as limits that hold together."""
    return {
        "and": [
            constraint("recipient", "eq", ref(licensee(approved.licensee))),
            constraint("purpose", "eq", ref(named(approved.purpose))),
            constraint("ya:use", "eq", ref(named(approved.use_class))),
            constraint("dateTime", "lteq", moment(last_moment(approved.until, terms.zone))),
        ],
        "dct:issued": moment(approved.at),
    }


def _uses(uses: frozenset[UseClass]) -> Part:
    return among("ya:use", "isAnyOf", map(named, uses))


def _prohibitions(terms: Terms, frame: Frame) -> Iterator[Part]:
    def never(name: str, *limits: Part, action: str = "use") -> Part:
        return _rule(frame, name, "Prohibition", action, list(limits))

    if terms.banned_purposes:
        yield never("banned", among("purpose", "isAnyOf", map(named, terms.banned_purposes)))
    if terms.licensed != terms.use_classes:
        yield never("replica-apart", _uses(terms.use_classes - terms.licensed))
    if terms.majority_on:
        of_age = moment(first_moment(terms.majority_on, terms.zone))
        yield never("of-age", constraint("dateTime", "gteq", of_age))
    if terms.suspended_in_strike:
        yield never("strike", constraint("ya:strike", "eq", True))
    if terms.no_derogatory_use:
        yield never("respect", action="ya:degrade")
    if terms.trial:
        yield never("trial", constraint("recipient", "isPartOf", ref(OUTSIDE)))
        yield never("trial-export", action=named(Action.EXPORT))
    yield never(
        "statute",
        among("purpose", "isAnyOf", map(named, SETTINGS)),
        _uses(INFERRING),
        among("spatial", "isAnyOf", [EVERYWHERE, *map(place, EEA)]),
    )


def _withdrawn(withdrawals: Sequence[Withdrawn], frame: Frame) -> Iterator[Part]:
    for number, each in enumerate(withdrawals, start=1):
        limits = [
            *_narrowed(each),
            *_among("ya:channel", map(named, each.modalities)),
            *_among("ya:take", map(take, each.takes)),
        ]
        rule = _rule(frame, f"withdrawal-{number}", "Prohibition", "use", limits)
        yield {**rule, "dct:issued": moment(each.at)}


def _suspended(suspensions: Sequence[Suspended], frame: Frame) -> Iterator[Part]:
    for number, each in enumerate(suspensions, start=1):
        rule = _rule(frame, f"suspension-{number}", "Prohibition", "use", list(_narrowed(each)))
        yield {
            **rule,
            "dct:issued": moment(each.at),
            "dct:source": ref(suspension(each.name)),
            "ya:cause": ref(f"ya:cause-{each.cause}"),
        }


def _narrowed(by: Withdrawn | Suspended) -> Iterator[Part]:
    yield from _among("purpose", map(named, by.purposes))
    yield from _among("ya:use", map(named, by.use_classes))
    yield from _among("recipient", map(licensee, by.licensees))


def _among(left: str, names: Iterable[str]) -> list[Part]:
    found = list(names)
    return [among(left, "isAnyOf", found)] if found else []
