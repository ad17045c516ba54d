"""Yes-And: the unbroken line from a performer's consent to what they are owed.

The public names are loaded when first used, so that ``import yesand`` is quick.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from yesand.agreements.decision import Decision, Request, decide
    from yesand.agreements.terms import Terms
    from yesand.house import House, create, open
    from yesand.kernel.errors import YesAndError
    from yesand.kernel.money import Money
    from yesand.royalties.evidence import verify

_HOME = {
    "House": "yesand.house",
    "create": "yesand.house",
    "open": "yesand.house",
    "Terms": "yesand.agreements.terms",
    "Request": "yesand.agreements.decision",
    "Decision": "yesand.agreements.decision",
    "decide": "yesand.agreements.decision",
    "Money": "yesand.kernel.money",
    "YesAndError": "yesand.kernel.errors",
    "verify": "yesand.royalties.evidence",
}
__all__ = [
    "Decision", "House", "Money", "Request", "Terms", "YesAndError",
    "create", "decide", "open", "verify",
]  # fmt: skip
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'yesand' has no attribute {name!r}")
    return getattr(import_module(_HOME[name]), name)


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
