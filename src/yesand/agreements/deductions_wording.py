"""What is taken off the pay, and when it is paid out, in plain sentences."""

from __future__ import annotations

from collections.abc import Iterator

from yesand.agreements.amounts import MILLION
from yesand.agreements.deductions import Deductions
from yesand.agreements.tongue import Tongue, gettext_noop

_ = gettext_noop
#: What an advance may be paid back from besides royalties.
GUARANTEED = {"minimum": _("guaranteed minimums"), "session-fee": _("session fees")}


def percent(ppm: int) -> str:
    """Write parts in a million as a percentage, exactly."""
    whole, rest = divmod(ppm, MILLION // 100)
    fraction = f"{rest:04d}".rstrip("0")
    return f"{whole}.{fraction} %" if fraction else f"{whole} %"


def deducting(terms: Deductions, say: Tongue) -> Iterator[str]:
    """Yield a sentence for each term that takes something off, or makes it wait."""
    yield from _advance(terms, say)
    _ = say.gettext
    if terms.agent:
        told = {"share": say.number(percent(terms.agent_ppm)), "agent": terms.agent}
        yield _("Of what is left after that, %(share)s goes to the agent %(agent)s.") % told
    if terms.withhold:
        told = {"country": say.place(terms.withhold)}
        yield _("Tax is withheld for %(country)s, by the rates that its law sets.") % told
    if terms.least_payout:
        told = {"amount": say.money(terms.least_payout.money())}
        yield _("What is less than %(amount)s waits for the next month.") % told
    if terms.audit_shortfall_ppm:
        told = {"share": say.number(percent(terms.audit_shortfall_ppm))}
        yield (
            _("If an audit finds that more than %(share)s was not paid, the producer pays for it.")
            % told
        )
    if terms.one_currency:
        yield _("Earnings in other currencies are paid in this one, at the rate of the day.")


def _advance(terms: Deductions, say: Tongue) -> Iterator[str]:
    _ = say.gettext
    if terms.advance is None:
        return
    told = {"amount": say.money(terms.advance.money()), "name": terms.advance_name}
    told["share"] = say.number(percent(terms.recoup_ppm))
    yield _("The performer is paid %(amount)s once, as the advance “%(name)s”.") % told
    if terms.cross_collateral:
        yield _("%(share)s of royalties from all agreements with the producer pays it back.") % told
    else:
        yield _("%(share)s of royalties pays it back.") % told
    if terms.recoup_from:
        told["also"] = say.named(GUARANTEED, terms.recoup_from)
        yield _("So do %(also)s.") % told
    yield _("What is not earned is never asked back.")
