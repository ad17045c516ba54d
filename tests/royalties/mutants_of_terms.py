"""Ways to break what terms promise, what is taken off, and corrections; each must be found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from yesand.kernel.money import part
from yesand.royalties import correcting, deducting, lines, reckoning, recouping
from yesand.royalties import statement as stating
from yesand.royalties.exchange import Exchange
from yesand.royalties.instruments.shapes import TaxTable
from yesand.royalties.lines import Kind
from yesand.royalties.simulating import contested, entered, mending, moved

Patch = pytest.MonkeyPatch


def pays_shares_as_measured(patch: Patch) -> None:
    """Whatever terms say of noise, the share pays as it was measured."""
    made = reckoning.share_of

    def measured(weight: Any, agreement: str, pay: Any, *told: Any) -> Any:
        return made(weight, agreement, pay.model_copy(update={"uncertainty": "point"}), *told)

    patch.setattr(reckoning, "share_of", measured)


def forgets_the_rests_of_drawn_shares(patch: Patch) -> None:
    """Shares that are drawn are rounded each by itself, and no longer add up."""
    drawn = lines.drawn
    patch.setattr(lines, "drawn", lambda share, equal, signal, _: drawn(share, equal, signal, 0))


def prices_by_the_newest_tariff(patch: Patch) -> None:
    """A month is priced by the last version that was published."""
    patch.setattr(entered, "standing", lambda versions, _: [*versions][-1])


def pays_fees_before_terms_begin(patch: Patch) -> None:
    """A fee for a month is due before the agreement begins."""
    patch.setattr(reckoning, "begun", lambda *_: True)


def pays_a_bonus_again(patch: Patch) -> None:
    """What was counted before is forgotten, and a threshold is passed once more."""
    made = reckoning.bonuses

    def again(facts: Any, settled: Any, terms: Any) -> Any:
        return made(facts, settled.model_copy(update={"counted": ()}), terms)

    patch.setattr(reckoning, "bonuses", again)


def shares_nothing_equally(patch: Patch) -> None:
    """The part that all share equally is shared as the rest is."""
    made = reckoning.lines_of

    def alike(pool: Any, pay: Any, *told: Any) -> Any:
        return made(pool, pay.model_copy(update={"non_featured_ppm": 0}), *told)

    patch.setattr(reckoning, "lines_of", alike)


def leaves_revenue_where_it_was_declared(patch: Patch) -> None:
    """A licensee's common pool is not divided."""
    patch.setattr(reckoning, "together", lambda *_: False)
    patch.setattr(reckoning, "divided", lambda *_: ())


def pays_an_advance_every_month(patch: Patch) -> None:
    """An advance that was paid is paid again."""
    made = stating.advance_lines

    def again(facts: Any, terms: Any) -> Any:
        return made(facts.model_copy(update={"advances": ()}), terms)

    patch.setattr(stating, "advance_lines", again)


def forgets_what_was_earned_beyond_advances(patch: Patch) -> None:
    """A correction gives back to an advance at once, whatever was earned beyond it."""
    made = stating.taken
    patch.setattr(stating, "taken", lambda *given, **_: made(*given, form=2))


def sets_earlier_months_against_an_advance(patch: Patch) -> None:
    """A month from before an advance was granted is put right at the advance's cost."""
    patch.setattr(recouping, "_by_grant", lambda own, _: [("9999-12", own)])


def moves_more_than_a_line_holds(patch: Patch) -> None:
    """What was moved of a line before is forgotten."""
    check = moved.check_amount
    patch.setattr(moved, "check_amount", lambda micro, line, _: check(micro, line, 0))


def moves_what_was_taken_back(patch: Patch) -> None:
    """A line is moved although a correction has taken it back, or will."""
    patch.setattr(moved, "_whole", lambda *_: True)


def forgets_what_invoices_carry(patch: Patch) -> None:
    """What was too small to ask for is not on the next invoice."""
    made = moved.sums_of
    patch.setattr(moved, "sums_of", lambda currency, lines, _, ppm: made(currency, lines, 0, ppm))


def recoups_across_agreements(patch: Patch) -> None:
    """An advance is paid back from all agreements, whatever the terms say."""
    pots = recouping._pots

    def across(taking: Any, agreement: str, was: Any) -> Any:
        terms = {
            digest: each.model_copy(
                update={"pay": each.pay.model_copy(update={"cross_collateral": True})}
            )
            for digest, each in taking.terms.items()
        }
        return pots(replace(taking, terms=terms), agreement, was)

    patch.setattr(recouping, "_pots", across)


def pays_agents_of_the_gross(patch: Patch) -> None:
    """An agent's part is taken before an advance is paid back."""
    agent = deducting._agent

    def gross(taking: Any, agreement: str, base: int) -> None:
        agent(taking, agreement, base + taking.kept[agreement])

    patch.setattr(deducting, "_agent", gross)


def asks_for_no_certificate(patch: Patch) -> None:
    """Everybody is taken for a resident whose country has no row."""
    patch.setattr(TaxTable, "rate", lambda own, _: (own.default_ppm, own.default_law))


def pays_below_the_threshold(patch: Patch) -> None:
    """The least that is paid out is forgotten."""
    patch.setattr(stating, "least_payout", lambda *_: 0)


def converts_the_other_way(patch: Patch) -> None:
    """An amount is divided by the rate instead of multiplied."""

    def other(own: Any, micro: int) -> int:
        return part(micro, own.one_micro, own.other_micro)

    patch.setattr(Exchange, "convert", other)


def takes_nothing_back(patch: Patch) -> None:
    """A corrected line is stated right, and the wrong one stays."""
    made = correcting.correction_lines

    def kept(*told: Any) -> Any:
        return (line for line in made(*told) if not line.corrects.reverses)

    patch.setattr(stating, "correction_lines", kept)


def takes_the_first_word_back(patch: Patch) -> None:
    """A month that is corrected again has its first lines taken back once more."""
    standing = correcting.standing
    patch.setattr(mending, "standing", lambda chain: standing([*chain][:1]))


def forgets_contributions_on_corrections(patch: Patch) -> None:
    """What goes to the fund is not corrected with what it is a part of."""
    made = correcting.lines_for

    def without(*told: Any) -> Any:
        return tuple(line for line in made(*told) if line.kind is not Kind.CONTRIBUTION)

    patch.setattr(correcting, "lines_for", without)


def takes_no_directions(patch: Patch) -> None:
    """What a performer has directed is not looked at."""
    patch.setattr(entered.Entered, "directed", _none)


def stops_at_a_models_own_manifest(patch: Patch) -> None:
    """Who taught what a model was made from has no share in it."""
    made = reckoning._paying
    patch.setattr(
        reckoning,
        "_paying",
        lambda weight, terms: [] if weight and weight.via else made(weight, terms),
    )


def pays_from_descendants_against_the_terms(patch: Patch) -> None:
    """Terms that exclude descendants are paid by them."""

    def all_of(weight: Any, _: Any) -> list[str]:
        return [part.agreement for part in weight.parts] if weight else []

    patch.setattr(reckoning, "_paying", all_of)


def holds_what_was_paid_out(patch: Patch) -> None:
    """A line in dispute is held whole, whatever was paid of it."""
    patch.setattr(contested, "held_part", lambda line, *_: max(0, line))


def states_no_release(patch: Patch) -> None:
    """What comes out of dispute is on no statement."""
    since = contested.Contested.since

    def kept(own: Any, *about: str) -> Any:
        return tuple(hold for hold in since(own, *about) if not hold.released)

    patch.setattr(contested.Contested, "since", kept)


def _none(*_: Any) -> tuple[str, ...]:
    return ()


#: Each is found by the pure core alone, and soon.
MUTANTS_OF_TERMS: tuple[Callable[[Patch], None], ...] = (
    pays_shares_as_measured,
    shares_nothing_equally,
    pays_an_advance_every_month,
    forgets_what_was_earned_beyond_advances,
    pays_agents_of_the_gross,
    asks_for_no_certificate,
    pays_below_the_threshold,
    converts_the_other_way,
    takes_nothing_back,
    holds_what_was_paid_out,
    forgets_what_invoices_carry,
)
#: These take more histories.
RARE_MUTANTS: tuple[Callable[[Patch], None], ...] = (
    forgets_the_rests_of_drawn_shares,
    prices_by_the_newest_tariff,
    pays_fees_before_terms_begin,
    pays_a_bonus_again,
    leaves_revenue_where_it_was_declared,
    recoups_across_agreements,
    sets_earlier_months_against_an_advance,
    moves_more_than_a_line_holds,
    moves_what_was_taken_back,
    takes_no_directions,
    takes_the_first_word_back,
    forgets_contributions_on_corrections,
    stops_at_a_models_own_manifest,
    pays_from_descendants_against_the_terms,
    states_no_release,
)
