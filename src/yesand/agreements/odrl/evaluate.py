"""Which rules of a policy are active for a request, and what follows: unknown is deny."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from yesand.agreements.odrl.actions import wider
from yesand.agreements.odrl.conditions import State, collections, every, state
from yesand.agreements.odrl.policy import Ask, DutyState, Kind, Policy, Rule, World


@dataclass(frozen=True)
class Premise:
    """One part of a rule, and whether the request and the world satisfy it."""

    part: str
    state: State


@dataclass(frozen=True)
class Report:
    """What became of one rule for one request (the ODRL compliance report's rule report)."""

    rule: Rule
    ask: Ask
    premises: tuple[Premise, ...]
    #: Duties of the rule that have been violated; one is enough to end a permission.
    violated: tuple[str, ...]

    @property
    def active(self) -> bool:
        """Tell whether the rule takes effect.

        A permission needs every premise satisfied and no duty violated. A prohibition takes
        effect unless a premise is known not to be satisfied: of two readings, the one that
        protects the performer.
        """
        whole = every(premise.state for premise in self.premises)
        if self.rule.kind is Kind.PROHIBITION:
            return whole is not State.UNSATISFIED
        return whole is State.SATISFIED and not self.violated


def evaluate(policy: Policy, ask: Ask, world: World) -> list[Report]:
    """Report on every rule of a policy."""
    return [_report(rule, ask, world) for rule in policy.rules]


def permitted(reports: Iterable[Report]) -> bool:
    """Tell whether the request may go ahead: some permission is active, and no prohibition."""
    active = [report.rule.kind for report in reports if report.active]
    return Kind.PERMISSION in active and Kind.PROHIBITION not in active


def _report(rule: Rule, ask: Ask, world: World) -> Report:
    violated = [d for d in rule.duties if world.duties.get(d) is DutyState.VIOLATED]
    return Report(rule, ask, tuple(_premises(rule, ask, world)), tuple(violated))


def _premises(rule: Rule, ask: Ask, world: World) -> Iterator[Premise]:
    if rule.target is not None:
        yield Premise("target", State.of(rule.target in collections(ask.target, world)))
    if rule.assignee is not None:
        yield Premise("assignee", State.of(rule.assignee in collections(ask.assignee, world)))
    if rule.action is not None:
        yield Premise("action", State.of(rule.action in wider(ask.action)))
    for constraint in rule.constraints:
        yield Premise("constraint", state(constraint, world))
