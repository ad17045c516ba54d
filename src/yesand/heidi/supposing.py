"""What a sentence supposes of a price: which part of it, and of which unit.

>>> part_of_the_price("What would our bill be if the price rose by 20 %?")
'120'
>>> part_of_the_price("How much would we owe at half the price?")
'50'
>>> part_of_the_price("And if it fell to 80 %?")
'80'
"""

from __future__ import annotations

import re

# A number that is not told here whole, as 2.5 or 1,000, is not read as a part of itself.
_NUMBER = re.compile(r"(?<![\d.,])(\d{1,4}) ?(?:%|per ?cent|prozent)")
_OTHER_NUMBER = re.compile(r"\d[.,]\d+ ?(?:%|per ?cent|prozent)")
#: What is said just before the number where it is the price's part itself, and no change of it.
_ITSELF = re.compile(r"\b(to|at|auf|zu)\s+(about |only |just )?$")
_DOWN = re.compile(r"\b(fell|falls?|fallen|dropp?ed|drops?|lower|less|cheaper|down|discount|off)\b")
_UP = re.compile(r"\b(rose|rises?|risen|more|higher|up|raised?|increase[sd]?|dearer|went up)\b")
_WORDS = {"double": "200", "doubled": "200", "twice": "200", "half": "50", "halved": "50"}
_UNITS = {
    "request": r"requests?",
    "inference-second": r"inference[- ]seconds?|seconds? of input",
    "output-second": r"output[- ]seconds?|seconds? of (speech|output)",
    "character": r"characters?",
    "revenue": r"revenues?",
}


def part_of_the_price(text: str) -> str:
    """Return the percentage of the price that is supposed; empty: none is named."""
    plain = text[:400].lower()
    found = _NUMBER.search(plain)
    if found is None and _OTHER_NUMBER.search(plain):
        return ""
    if found is None:
        return next((told for word, told in _WORDS.items() if re.search(rf"\b{word}\b", plain)), "")
    number = int(found[1])
    if _ITSELF.search(plain[: found.start()]):
        return str(number)
    if _DOWN.search(plain):
        return str(max(100 - number, 0))
    return str(100 + number if _UP.search(plain) else number)


def unit_named(text: str) -> str:
    """Return the usage unit whose price is meant; empty: all."""
    plain = text[:400].lower()
    return next((unit for unit, said in _UNITS.items() if re.search(rf"\b({said})\b", plain)), "")
