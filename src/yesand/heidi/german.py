"""German questions, word for word in the English that the router and the readers of dates know.

This is a gloss and no translation: the router weighs which words a sentence has, not their order.
A sentence is read so only if at least a third of its words are German ones from this list.

>>> in_english("Bitte den Termin auf Dienstag um 15 Uhr verschieben")
'please the meeting to tuesday at 15:00 move'
>>> in_english("Die another day")
'Die another day'
"""

from __future__ import annotations

import re

_GLOSS = {
    "i": "ich",
    "me": "mir mich",
    "my": "mein meine meinen meinem meiner meines",
    "we": "wir",
    "our": "unser unsere unseren unserem unserer unseres",
    "what": "was",
    "who": "wer wem wen",
    "when": "wann",
    "why": "warum wieso weshalb",
    "which": "welche welcher welches welchen welchem",
    "how": "wie",
    "where": "wo",
    "is": "ist",
    "are": "sind",
    "was": "wurde wurden war",
    "has": "hat haben habe",
    "may": "darf dürfen mai",
    "can": "kann können könnte",
    "would like": "möchte will wollen",
    "please": "bitte",
    "not": "nicht",
    "the": "der die das den dem des",
    "a": "ein eine einen einem einer",
    "and": "und",
    "with": "mit",
    "from": "von vom",
    "for": "für",
    "to": "auf zu zum zur",
    "on": "am",
    "at": "um",
    "in": "im",
    "all": "alle allen aller alles",
    "show": "zeig zeige zeigen",
    "help": "hilfe helfen hilf",
    "account": "konto",
    "balance": "guthaben kontostand saldo",
    "books": "bücher",
    "do balance": "stimmen",
    "owe": "schulden schulde schuldet",
    "owed": "zustehen geschuldet",
    "money": "geld",
    "bank details": "bankverbindung bankdaten kontodaten",
    "give": "gebe geben eingeben angeben",
    "pay": "bezahlung vergütung",
    "paid": "bezahlt gezahlt",
    "earned": "verdient verdiene",
    "royalties": "tantiemen",
    "payout": "auszahlung auszahlungen",
    "statement": "abrechnung",
    "statements": "abrechnungen",
    "line": "zeile",
    "invoice": "rechnung",
    "invoices": "rechnungen",
    "open": "offen offene offenen",
    "overdue": "überfällig überfällige",
    "due": "fällig",
    "dispute": "einspruch anfechten anfechtung",
    "disputes": "einsprüche",
    "close": "abschließen abschliessen",
    "closed": "abgeschlossen",
    "change": "geändert ändert verändert änderung gesunken gestiegen",
    "agreement": "vereinbarung vertrag",
    "agreements": "vereinbarungen verträge",
    "clause": "klausel",
    "explain clause": "erkläre erklären",
    "terms": "bedingungen",
    "use": "nutzen verwenden benutzen",
    "commercially": "kommerziell",
    "voice": "stimme",
    "cloned": "geklont klonen",
    "learned": "gelernt",
    "trained": "trainiert trainieren",
    "models": "modelle modellen",
    "model": "modell",
    "service": "einsatz dienst",
    "performers": "darsteller darstellern darstellerinnen",
    "producer": "produktion produzentin produzent",
    "take": "aufnahme",
    "takes": "aufnahmen",
    "scene": "szene",
    "rejected": "abgelehnt",
    "accepted": "angenommen",
    "disputed": "strittig",
    "meeting": "termin treffen gespräch",
    "meetings": "termine termins terminen",
    "session": "sitzung darbietung",
    "rating hour": "bewertungsstunde bewertung",
    "book": "buch buche buchen",
    "booked": "gebucht",
    "cancel": "absagen absage storniere stornieren",
    "move": "verschieben verschiebe verlegen",
    "withdraw": "widerrufen widerrufe widerruf zurückziehen",
    "talk to a human": "mensch menschen",
    "delete": "löschen gelöscht",
    "next": "nächster nächste nächsten nächstes",
    "last": "letzter letzte letzten letztes",
    "this": "diese dieser diesen dieses",
    "week": "woche wochen",
    "month": "monat",
    "today": "heute",
    "tomorrow": "morgen",
    "day after tomorrow": "übermorgen",
    "morning": "morgens vormittag vormittags",
    "noon": "mittag mittags",
    "afternoon": "nachmittag nachmittags",
    "evening": "abend abends",
    "monday": "montag",
    "tuesday": "dienstag",
    "wednesday": "mittwoch",
    "thursday": "donnerstag",
    "friday": "freitag",
    "saturday": "samstag sonnabend",
    "sunday": "sonntag",
    "january": "januar jänner",
    "february": "februar",
    "march": "märz",
    "june": "juni",
    "july": "juli",
    "october": "oktober",
    "december": "dezember",
    "anger": "wut zorn ärger",
    "joy": "freude",
    "sadness": "trauer traurigkeit",
    "fear": "angst",
    "disgust": "ekel",
    "surprise": "überraschung",
}
_ENGLISH = {word: english for english, words in _GLOSS.items() for word in words.split()}
#: Words that English has too: they tell nothing of the language.
_BOTH = frozenset("die was war am an in will hat den".split())
_WHOLE = (
    (re.compile(r"\bwie (hoch|viel) ist\b"), "what is"),
    (re.compile(r"\bsteht mir\b(.*?)\bzu\b"), r"am i owed \1"),
    (re.compile(r"\b(\d{1,2})(?:[:.](\d\d))? ?uhr\b"), lambda m: f"{m[1]}:{m[2] or '00'}"),
    (re.compile(r"\b(\d{1,2})\. (?=[a-zä])"), r"\1 "),
)
_WORD = re.compile(r"[^\W\d_]+")


def in_english(text: str) -> str:
    """Return a German sentence word for word in English; any other as it stands."""
    words = _WORD.findall(text.lower())
    told = sum(w in _ENGLISH and w not in _BOTH for w in words)
    if not told or told * 3 < len(words):
        return text
    plain = text.lower().replace(":innen", "innen").replace(":in", "in")
    for pattern, english in _WHOLE:
        plain = pattern.sub(english, plain)
    return " ".join(_WORD.sub(lambda m: _ENGLISH.get(m[0], m[0]), plain).split())
