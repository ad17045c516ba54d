"""All tools: the closed list from which the router, and a language model, may choose."""

from __future__ import annotations

from django.utils.translation import gettext as _

from yesand.heidi.intents import Intent
from yesand.heidi.reading.services import Question
from yesand.heidi.reply import Reply
from yesand.heidi.slots import Asked, Change, Found, Issued, Meet, Slots, Supposed
from yesand.heidi.tools import (
    books,
    desk,
    meetings,
    money,
    paying,
    prices,
    records,
    standing,
    usage,
    withdrawing,
)
from yesand.heidi.tools.asker import Asker, Tool
from yesand.heidi.tools.places import named
from yesand.heidi.topics import Named, Topic


def ask_human(asker: Asker, slots: Asked) -> Reply:
    """Offer to pass a question on to the producer; it is sent by a click."""
    return Reply(
        _("I can pass this on to the producer, who answers here. Shall I send it?"),
        offers_human=True,
    )


def look_up(asker: Asker, slots: Asked) -> Reply:
    """Answer from documentation, agreements, articles and one's own records, or say no."""
    question = Question.of(slots.question)
    quotes, links = question.quotes(asker.request), named(asker, question.english)
    if links and not quotes:
        return Reply(_("There is a page for that:"), links=links)
    if not quotes:
        return Reply(
            _(
                "I do not know that. I know your own records here, your agreements, the articles "
                "and our documentation. Shall I ask the producer for you?"
            ),
            suggestions=standing.suggestions(asker),
            offers_human=True,
        )
    return Reply(_("This is what I find about it:"), quotes=quotes, links=links)


TOOLS: dict[Named, Tool] = {
    tool.intent: tool
    for tool in (
        Tool(Intent.HELP, "Say who Heidi is and what can be asked", Slots, standing.help_),
        Tool(Intent.ACCOUNT, "The person's account at a glance", Slots, standing.account),
        Tool(Intent.AGREEMENTS, "List the person's agreements", Slots, records.agreements),
        Tool(Intent.CLAUSE, "Explain a clause of their own agreement", Asked, records.clause),
        Tool(Intent.TAKES, "Find takes by emotion, state, month, scene", Found, records.takes),
        Tool(Intent.MODELS, "Models that learned from them, and shares", Slots, records.learned),
        Tool(Intent.BALANCE, "What is owed now, earned and paid", Slots, money.balance),
        Tool(Intent.CHANGE, "Why the last statement differs", Slots, money.change),
        Tool(Intent.STATEMENTS, "Statements, by month or amount", Issued, money.statements),
        Tool(Intent.INVOICES, "Invoices, and who is late with one", Issued, desk.invoices),
        Tool(Intent.DISPUTES, "Disputes of lines of statements", Slots, desk.disputes),
        Tool(
            Intent.CLOSING,
            "Whether a month is settled, or what is in the way",
            Issued,
            desk.closing,
        ),
        Tool(Topic.PAYOUTS, "Payouts and runs, and why one is not paid", Slots, paying.payouts),
        Tool(Topic.ESCROW, "Usage that nobody can be billed for yet", Slots, usage.escrow),
        Tool(Topic.MISSING, "Usage missing, attested or estimated", Issued, usage.missing),
        Tool(Topic.EXCEPTIONS, "What waits for a person at the desk", Slots, usage.exceptions),
        Tool(Topic.BOOKS, "Trial balance and reconciliation", Slots, books.books),
        Tool(Topic.RECEIVABLES, "What licensees owe, by age", Issued, books.receivables),
        Tool(Topic.AUDITS, "Audits of pay", Slots, books.audits),
        Tool(Topic.PRICES, "Tariffs: the prices in force", Slots, prices.prices),
        Tool(Topic.SUPPOSED, "What a bill would be at another price", Supposed, prices.supposed),
        Tool(Intent.MEETINGS, "The person's coming meetings", Slots, meetings.mine),
        Tool(Intent.BOOK, "Propose a meeting (the person confirms)", Meet, meetings.book),
        Tool(Intent.MOVE, "Propose to move a meeting (they confirm)", Change, meetings.move),
        Tool(Intent.CANCEL, "Propose to cancel a meeting (they confirm)", Change, meetings.cancel),
        Tool(Intent.WITHDRAW, "Withdrawals, and the way to one's own", Slots, withdrawing.withdraw),
        Tool(Intent.HUMAN, "Offer to pass a question to the producer", Asked, ask_human),
        Tool(Intent.OTHER, "Search documentation and own records", Asked, look_up),
    )
}
