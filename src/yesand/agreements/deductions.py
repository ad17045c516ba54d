"""What terms say of the way from what is earned to what is paid: advance, agent, tax, threshold.

Nothing is taken off that is not named here, and nothing ever makes a performer pay: what is not
earned yet is carried, and never charged.
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from yesand.agreements.amounts import MILLION, Amount, Flag, Part, Ppm
from yesand.agreements.places import countries

#: What an advance may be recouped from besides royalties, if the terms name it.
Guaranteed = Literal["minimum", "session-fee"]
Slug = Annotated[str, Field(pattern=r"^([a-z0-9][a-z0-9-]{0,49})?$")]


def _country(code: str) -> str:
    if code and code not in countries():
        raise ValueError(f"{code!r} is not an ISO 3166-1 alpha-2 country code")
    return code


Country = Annotated[str, AfterValidator(_country)]


class Deductions(Part):
    """The part of the pay that says what is taken off, and when it is paid out.

    Attributes
    ----------
    advance : paid once, by the other party of the agreement, on royalties still to be earned.
    advance_name : which advance it is. An agreement that follows and names the same one goes on
        with it; a new name is a new advance.
    recoup_ppm : the part of royalties that goes to pay back the advance, until it is earned out.
    cross_collateral : whether it is paid back from all agreements with that party, or this alone.
    recoup_from : a guaranteed minimum and session fees too, if named; never unless named.
    agent, agent_ppm : who gets which part of what is left after that (account ``agent:<slug>``).
    withhold : the country whose tax the house withholds (account ``tax:<country>``).
    least_payout : what is less is carried to the next month.
    audit_shortfall_ppm : if an audit finds more than this part unpaid, the payer bears its cost.
    one_currency : declared revenue in another currency is paid in that of the terms.
    """

    advance: Amount | None = None
    advance_name: Slug = "advance"
    recoup_ppm: Ppm = MILLION
    cross_collateral: Flag = False
    recoup_from: frozenset[Guaranteed] = frozenset()
    agent: Slug = ""
    agent_ppm: Ppm = 0
    withhold: Country = ""
    least_payout: Amount | None = None
    audit_shortfall_ppm: Ppm = 0
    one_currency: Flag = False

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if bool(self.agent) != bool(self.agent_ppm):
            raise ValueError("an agent's part needs agent and agent_ppm, both")
        about = self.cross_collateral or self.recoup_from or self.recoup_ppm != MILLION
        if self.advance is None and (about or self.advance_name != "advance"):
            raise ValueError("what pays back an advance is said of no advance: name its amount")
        if self.advance is not None and not (self.advance_name and self.recoup_ppm):
            raise ValueError("an advance needs its advance_name, and a recoup_ppm above 0")
        return self


#: The names of these terms, in their order.
DEDUCTIONS = tuple(Deductions.model_fields)
