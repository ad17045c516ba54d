"""Transfers by Stripe's protocol, against a small server that speaks it: each once."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import yesand
from yesand.kernel.errors import BadInput, Refused
from yesand.kernel.ids import digest
from yesand.people import services as people
from yesand.people.models import User
from yesand.royalties.books.services import balance, post
from yesand.royalties.ledger import Draft, Side
from yesand.royalties.models import BankMovement, Payout, PayoutRun
from yesand.royalties.paying.banking.services import keep
from yesand.royalties.paying.details import at_stripe, details
from yesand.royalties.paying.reconciling.services import check_payouts
from yesand.royalties.paying.running.services import approve, prepare, proposal, void
from yesand.royalties.paying.sending.services import send
from yesand.royalties.paying.stripe import Stripe

pytestmark = [pytest.mark.enable_socket, pytest.mark.allow_hosts(["127.0.0.1"])]
ADA, BEN = "acct_1AdaAdaAdaAda", "acct_1BenBenBenBen"


@dataclass
class Server:
    """What the small server holds, and how it misbehaves.

    Attributes
    ----------
    drops : how many answers to a transfer get lost after it is made.
    declines : connected accounts that it pays nothing.
    """

    url: str = ""
    made: dict[str, dict[str, Any]] = field(default_factory=dict)
    posts: int = 0
    drops: int = 0
    declines: set[str] = field(default_factory=set)

    def transfer(self, form: dict[str, str], key: str) -> tuple[int, dict[str, Any]]:
        self.posts += 1
        if form["destination"] in self.declines:
            return 400, {"error": {"message": f"No such destination: '{form['destination']}'"}}
        known = self.made.get(key)
        if known is None:
            known = self.made[key] = {
                "id": f"tr_{len(self.made)}",
                "amount": int(form["amount"]),
                "amount_reversed": 0,
                "currency": form["currency"],
                "transfer_group": form["transfer_group"],
                "created": 1_790_000_000,
            }
        return 200, known

    def group(self, name: str) -> dict[str, Any]:
        return {"data": [t for t in self.made.values() if t["transfer_group"] == name]}


@pytest.fixture
def server() -> Iterator[Server]:
    held = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.answer(200, held.group(parse_qs(urlsplit(self.path).query)["transfer_group"][0]))

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            told = held.transfer(form, self.headers["Idempotency-Key"])
            if held.drops:
                held.drops -= 1
                self.connection.close()
                return
            self.answer(*told)

        def answer(self, status: int, told: dict[str, Any]) -> None:
            if self.headers["Authorization"] != "Bearer sk_test":
                status, told = 401, {"error": {"message": "Invalid API Key"}}
            body = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    listening = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    held.url = f"http://127.0.0.1:{listening.server_port}"
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    yield held
    listening.shutdown()
    listening.server_close()


@dataclass
class Office:
    house: yesand.House
    one: User
    two: User

    def run(self) -> PayoutRun:
        made = prepare(self.house.place, "EUR", self.one, "stripe")
        approve(self.house.place, made, self.two)
        return made


@pytest.fixture
def office(house: yesand.House) -> Office:
    one, two = (User.objects.create(username=name) for name in ("one", "two"))
    people.found(house.place, "acme", "Acme", people.Organisation.Kind.LICENSEE)
    for handle, account in (("Ada", ADA), ("Ben", BEN)):
        people.join(house.place, handle)
        name = f"performer:{handle}"
        sides = Side("licensee:acme", "EUR", 12_500_000), Side(name, "EUR", -12_500_000)
        post(house.place, [Draft(digest(name.encode()), "earned", sides)])
        keep(house.place, name, at_stripe(handle, account), one)
    return Office(house, one, two)


def standings() -> dict[str, str]:
    rows = Payout.objects.order_by("run__number")
    return {row.payee.partition(":")[2]: row.standing for row in rows}


@pytest.mark.sqlite
def test_a_lost_answer_makes_no_second_transfer(office: Office, server: Server) -> None:
    place, run, stripe = office.house.place, office.run(), Stripe("sk_test", server.url)
    server.drops = 1
    first = send(place, run, office.one, stripe)
    assert len(first.faults) == 1 and len(server.made) == 2
    assert sorted(standings().values()) == ["booked", "pending"]
    # Even when Stripe has forgotten the idempotency key, it has the transfer.
    server.made = {f"forgotten {key}": one for key, one in server.made.items()}
    again = send(place, run, office.one, stripe)
    assert again.faults == {} and server.posts == 2 and len(server.made) == 2
    assert standings() == {"Ada": "booked", "Ben": "booked"}
    assert send(place, run, office.one, stripe).file == again.file
    assert balance("bank") == {"EUR": -25_000_000} and check_payouts()
    next(iter(server.made.values()))["amount_reversed"] = 1_250
    send(place, run, office.one, stripe)
    assert sorted(standings().values()) == ["booked", "returned"]
    list(server.made.values())[1]["amount_reversed"] = 1
    send(place, run, office.one, stripe)
    assert BankMovement.objects.get(problem="another amount").out is False


@pytest.mark.sqlite
def test_what_stripe_declines_is_owed_again_and_nobody_else_may_say_so(
    office: Office, server: Server
) -> None:
    place, run = office.house.place, office.run()
    wrong = send(place, run, office.one, Stripe("sk_other", server.url))
    assert wrong.file is None and set(standings().values()) == {"pending"}
    with pytest.raises(Refused, match="only Stripe can say"):
        void(place, run.payouts.order_by("payee")[0], office.one, "it looks lost")
    server.declines = {BEN}
    sent = send(place, run, office.one, Stripe("sk_test", server.url))
    assert [why for why in sent.faults.values() if "No such destination" in why]
    assert standings() == {"Ada": "booked", "Ben": "void"}
    assert balance("performer:Ben") == {"EUR": -12_500_000}
    server.declines = set()
    send(place, run, office.one, Stripe("sk_test", server.url))
    assert len(server.made) == 1
    (item,) = proposal(place, "EUR", "stripe").items
    assert "No such destination" in item.again
    check_payouts()


@pytest.mark.sqlite
def test_each_way_of_paying_has_runs_of_its_own(office: Office) -> None:
    place = office.house.place
    keep(place, "performer:Ben", details("Ben", "AT611904300234573201"), office.one)
    by_bank, by_stripe = proposal(place, "EUR"), proposal(place, "EUR", "stripe")
    assert [i.account for i in by_bank.items] == ["performer:Ben"]
    assert [i.account for i in by_stripe.items] == ["performer:Ada"]
    assert by_bank.held[0].reason.value == "paid another way"
    with pytest.raises(BadInput, match="otherwise"):
        prepare(place, "JPY", office.one, "stripe")
    with pytest.raises(BadInput, match="No such way"):
        prepare(place, "EUR", office.one, "pigeon")
    with pytest.raises(BadInput, match="no connected account"):
        at_stripe("Ada", "acct_1")
    with pytest.raises(Refused, match="by the bank's file"):
        send(place, prepare(place, "EUR", office.one), office.one, Stripe("k"))
