"""What terms let machines do with a file, as its credential says it (CAWG training-mining 1.1).

A credential knows four aims and three answers; terms know far more. So what terms permit at all is
``constrained``, and the condition is the agreement, named by its hash. Nothing here widens terms:
whoever may do something still asks the gate.
"""

from __future__ import annotations

from datetime import date

from yesand.agreements.days import first_moment, last_moment
from yesand.agreements.decision import Withdrawn
from yesand.agreements.film import with_it
from yesand.agreements.naming import uri
from yesand.agreements.standing import Standing
from yesand.agreements.terms import WORLD, Terms
from yesand.agreements.vocabulary import Material, Modality, Purpose, UseClass
from yesand.provenance.credentials.mining import Aim, Mining, Said, Use

#: Which kinds of system an aim is about. A system that only measures is fed with a file, too.
_USES = {
    Aim.AI_TRAINING: frozenset({UseClass.RECOGNITION}),
    Aim.AI_GENERATIVE_TRAINING: frozenset({UseClass.SYNTHESIS, UseClass.REPLICA}),
    Aim.AI_INFERENCE: frozenset({UseClass.RECOGNITION, UseClass.EVALUATION}),
    Aim.DATA_MINING: frozenset(UseClass),
}
#: After its last day for training, a file may still be measured with.
_TRAINING = frozenset({Aim.AI_TRAINING, Aim.AI_GENERATIVE_TRAINING})


def mining(standing: Standing, modality: Modality, on: date) -> Mining:
    """Return what stands for a file of that modality on a day."""
    begun = in_term(standing.terms, on)
    return Mining({aim: _said(aim, standing, modality, on, begun=begun) for aim in Aim})


def in_term(terms: Terms, on: date) -> bool:
    """Tell whether terms have begun and are not over on a day in UTC."""
    # A day in UTC, of which every hour must lie in the term, wherever its days are counted.
    return terms.in_term(first_moment(on)) and terms.in_term(last_moment(on))


def open_uses(standing: Standing, modality: Modality) -> frozenset[UseClass]:
    """Return the use classes for which anything is left after what was taken back."""
    terms = standing.terms
    if terms.trial or not terms.modalities.issuperset(with_it(modality)):
        return frozenset()
    return frozenset(u for u in terms.licensed if open_purposes(standing, u, modality))


def open_purposes(standing: Standing, use: UseClass, modality: Modality) -> frozenset[Purpose]:
    """Return the purposes of a use that nobody took back from everybody."""
    left = standing.terms.purposes
    for taken in standing.withdrawals:
        if any(_about(taken, use, each) for each in with_it(modality)):
            left = left - taken.purposes if taken.purposes else frozenset()
    return left


def _about(taken: Withdrawn, use: UseClass, modality: Modality) -> bool:
    """Tell whether a withdrawal is about a use, and not about single licensees alone."""
    return (
        not taken.licensees
        and (not taken.use_classes or use in taken.use_classes)
        and (not taken.modalities or modality in taken.modalities)
    )


def _said(aim: Aim, standing: Standing, modality: Modality, on: date, *, begun: bool) -> Said:
    terms = standing.terms
    late = terms.training_over(on) and aim in _TRAINING
    unmeasured = aim == Aim.DATA_MINING and Material.FEATURES not in terms.materials
    if not begun or late or unmeasured or not _USES[aim] & open_uses(standing, modality):
        return Said(Use.NOT_ALLOWED)
    if _unconditional(standing):
        return Said(Use.ALLOWED)
    return Said(Use.CONSTRAINED, uri(standing.agreement))


def _unconditional(standing: Standing) -> bool:
    """Tell whether terms hold anything back at all: anybody may, for anything, anywhere, always."""
    terms = standing.terms
    return (
        terms.commercial
        and terms.onward_licensing
        and WORLD in terms.territories
        and terms.purposes == frozenset(Purpose)
        and not standing.withdrawals
        and not (terms.approval_per_use & terms.use_classes)
        and terms.valid_until is None
        and terms.train_until is None
    )
