"""Words that mean the same here: a contract is an agreement, a clip is a take, a Friday is a day.

The router reads a sentence twice: by its letters as it stands, and by its words folded into these
concepts. So it needs to meet an idea once, not in every word that people have for it.
"""

from __future__ import annotations

import re

_CONCEPTS = {
    "agreement": "agreement agreements contract contracts deal deals licence license paperwork",
    "take": "take takes recording recordings clip clips upload uploads audio",
    "performance": "performance performances acting",
    "meeting": "meeting meetings appointment appointments session sessions booking bookings slot "
    "slots call calls talk review rehearsal",
    "calendar": "calendar diary agenda timetable",
    "money": "money euros euro eur dollars pounds cash funds",
    "earnings": "earnings royalties royalty pay income revenue payout payouts payment payments",
    "bill": "bill bills invoice invoices",
    "statement": "statement statements payslip payslips",
    "earn": "earn earned make made",
    "model": "model models ai ais system systems product products",
    "licensee": "licensee licensees lab labs company companies firm firms",
    "producer": "producer producers",
    "person": "human person someone somebody anybody anyone people",
    "day": "monday tuesday wednesday thursday friday saturday sunday mondays tuesdays wednesdays "
    "thursdays fridays today tomorrow tonight weekend",
    "day's": "monday's tuesday's wednesday's thursday's friday's saturday's sunday's tomorrow's "
    "today's",
    "month": "january february march april june july august september october november december",
    "noon": "noon morning afternoon evening midday",
    "emotion": "anger angry joy joyful joyous happy happiness sad sadness fear fearful afraid calm "
    "disgust disgusted surprise surprised neutral",
    "show": "show list display view see open",
    "withdraw": "withdraw withdrawal withdrawing revoke revoking",
    "delete": "delete deleted erase erased destroy destroyed wipe remove removed",
    "cancel": "cancel cancelled cancelling cancellation scrap unbook",
    "move": "move moved moving reschedule rescheduled rescheduling postpone postponed shift delay "
    "postponement",
    "book": "book booked arrange arranged organise plan reserve",
    "sign": "sign signed signing signature",
    "voice": "voice face likeness",
    "owe": "owe owed owing due outstanding",
    "fall": "fall fell drop dropped lower less smaller down decrease halved shrunk",
    "rise": "rise rose grow grown grew higher more up increase doubled",
    "train": "train trained training",
    "permit": "allowed permitted permit allow allows covered cover covers included include",
    "forbid": "forbidden forbid banned excluded exclude ruled",
    "country": "germany france italy europe abroad china us usa territory territories countries",
    "data": "data information details file files",
    "ada": "ada ben cleo alba",
    # Which bank it is says nothing of what is asked of it.
    "bank": "bank banks chase hsbc barclays lloyds natwest santander monzo revolut citibank citi "
    "pnc usaa boa hdfc icici sbi axis commerzbank sparkasse postbank suntrust capital fargo "
    "wachovia truist huntington scotiabank bmo rbc westpac anz halifax nationwide rbs tsb "
    "citizens ally",
    "savings": "savings saving checking chequing isa",
}
_FOLDED = {word: concept for concept, words in _CONCEPTS.items() for word in words.split()}
_NUMBER = re.compile(r"\d[\d.,:/-]*(am|pm|st|nd|rd|th|h)?\Z")


def folded(sentence: str) -> str:
    """Return a plain sentence with its words folded into concepts.

    >>> folded("show my contracts of 2026-10")
    'show my agreement of number'
    """
    return " ".join(_concept(word) for word in sentence.split())


def _concept(word: str) -> str:
    return _FOLDED.get(word, "number" if _NUMBER.match(word) else word)
