"""A house that owes two performers money, and two producers who may pay it."""

from __future__ import annotations

from dataclasses import dataclass

from bank_files import OURS, camt
from yesand.kernel.ids import digest
from yesand.kernel.money import Money
from yesand.kernel.place import Place
from yesand.people import services as people
from yesand.people.models import Performer, User
from yesand.royalties.books.services import balance, post
from yesand.royalties.ledger import Draft, Side
from yesand.royalties.models import BankAccount, BankFile, PayoutRun
from yesand.royalties.paying.banking.services import HOUSE, keep
from yesand.royalties.paying.confirming.services import take_in
from yesand.royalties.paying.details import details
from yesand.royalties.paying.running.services import approve, prepare

ADAS = "GB33BUKB20201555555555"
BENS = "AT611904300234573201"


@dataclass
class Office:
    """A house that owes Ada and Ben, and two producers in it."""

    place: Place
    one: User
    two: User

    def owe(self, handle: str, amount: str, currency: str = "EUR", account: str = "") -> None:
        micro = Money.of(currency, amount).micro
        account = account or f"performer:{handle}"
        sides = Side("licensee:acme", currency, micro), Side(account, currency, -micro)
        name = digest(f"{account}{amount}{currency}{self.place.clock.now()}".encode())
        post(self.place, [Draft(name, "earned", sides)])

    def bank(self, handle: str, number: str = ADAS, by: User | None = None) -> BankAccount:
        return keep(self.place, f"performer:{handle}", details(handle, number), by or self.one)

    def paid(self) -> PayoutRun:
        """A run that is prepared and approved."""
        run = prepare(self.place, "EUR", self.one)
        approve(self.place, run, self.two)
        return run

    def told(self, *entries: str, name: str = "camt.xml") -> BankFile:
        return take_in(self.place, camt(*entries), name, self.one)


def owed(handle: str) -> int:
    return -balance(f"performer:{handle}").get("EUR", 0)


def open_office(place: Place) -> Office:
    """Furnish an empty house."""
    made = Office(place, *(User.objects.create(username=n) for n in ("one", "two")))
    people.found(place, "acme", "Acme", people.Organisation.Kind.LICENSEE)
    for handle, amount in (("Ada", "12.505001"), ("Ben", "3")):
        people.join(place, handle)
        Performer.objects.filter(handle=handle).update(
            user=User.objects.create(username=handle.lower(), email=f"{handle}@mail.example")
        )
        made.owe(handle, amount)
    keep(place, HOUSE, details("Haus der Stimmen", OURS), made.one)
    made.bank("Ada")
    made.bank("Ben", BENS)
    return made
