"""Which language model is asked, if any: ``YESAND_LLM_URL``, ``_MODEL``, ``_KEY``, ``_SECONDS``."""

from __future__ import annotations

import os
from dataclasses import dataclass

from yesand.kernel.vault import told


@dataclass(frozen=True)
class Endpoint:
    """An endpoint that speaks OpenAI's protocol."""

    url: str
    model: str
    key: str
    #: How long one may be silent before it is given up.
    seconds: float

    @classmethod
    def told(cls) -> Endpoint | None:
        """Return the endpoint that the environment names, or none."""
        url = os.environ.get("YESAND_LLM_URL", "")
        if not url:
            return None
        try:
            seconds = float(os.environ.get("YESAND_LLM_SECONDS", "20"))
        except ValueError:
            seconds = 20.0
        return cls(
            url,
            os.environ.get("YESAND_LLM_MODEL", "default"),
            told("YESAND_LLM_KEY") or "none",
            seconds,
        )
