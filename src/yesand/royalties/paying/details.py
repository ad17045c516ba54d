"""Where somebody is paid: whose account, which, and at which bank."""

from __future__ import annotations

import re
from dataclasses import asdict, dataclass

from yesand.kernel.canonical import canonical, parse
from yesand.kernel.errors import BadInput
from yesand.kernel.sealing import Seal
from yesand.royalties.paying.iban import bic, iban, masked

#: The longest name that a payment may carry (the EPC's rulebook: 70 characters).
LONGEST = 70
#: The ways on which somebody can be paid (``rails``).
BANK, STRIPE = "bank", "stripe"
_PURPOSE = "bank details"
_CONNECTED = re.compile(r"acct_[A-Za-z0-9]{8,40}\Z")


@dataclass(frozen=True)
class Details:
    """One bank account.

    Attributes
    ----------
    holder : its owner as the bank knows them: the payee, or who is paid in their stead.
    company : whether that is a company (a loan-out company, a guardian's office) in their stead.
    stripe : a connected account of Stripe's instead of a bank account.
    """

    holder: str
    iban: str = ""
    bic: str = ""
    company: bool = False
    stripe: str = ""

    @property
    def masked(self) -> str:
        """What others may see of the number."""
        return masked(self.stripe or self.iban)

    @property
    def spaced(self) -> str:
        """The number as it stands on bank statements: in groups of four."""
        return " ".join(self.iban[n : n + 4] for n in range(0, len(self.iban), 4))

    @property
    def country(self) -> str:
        """The country of the account."""
        return self.iban[:2]

    def sealed(self, secret: str) -> str:
        """Return the details as they are kept: nobody reads them without the house's secret."""
        return Seal(_PURPOSE, secret).close(canonical(asdict(self)).decode())


def details(holder: str, number: str, code: str = "", *, company: bool = False) -> Details:
    """Return bank details that a bank would take.

    Raises
    ------
    BadInput : the field (``where``) and what is wrong with it.
    """
    return Details(_name(holder), iban(number), bic(code), company)


def at_stripe(holder: str, account: str) -> Details:
    """Return a connected account of Stripe's as bank details.

    Raises
    ------
    BadInput : the field (``where``) and what is wrong with it.
    """
    return Details(_name(holder), stripe=connected(account))


def connected(text: str) -> str:
    """Return the id of a connected account of Stripe's.

    Raises
    ------
    BadInput : not of its form.
    """
    found = text.strip()
    if not _CONNECTED.match(found):
        raise BadInput(
            "That is no connected account of Stripe’s",
            where="stripe",
            remedy="It begins with acct_ and stands in the payee's account there.",
        )
    return found


def _name(holder: str) -> str:
    name = " ".join(holder.split())
    if not name or len(name) > LONGEST or not name.isprintable():
        raise BadInput(
            f"The account holder's name is missing, or longer than {LONGEST} characters",
            where="holder",
            remedy="Write it as it stands on the bank statement.",
        )
    return name


def opened(sealed: str, secret: str) -> Details:
    """Return sealed details.

    Raises
    ------
    CheckFailed : they were changed, or sealed under another secret.
    """
    return Details(**parse(Seal(_PURPOSE, secret).open(sealed).encode()))
