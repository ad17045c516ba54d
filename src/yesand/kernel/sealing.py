"""Secrets that lie in the registry, sealed with a key derived from the house's own."""

from __future__ import annotations

import base64
import hashlib

from cryptography.fernet import Fernet, InvalidToken

from yesand.kernel.errors import CheckFailed


class Seal:
    """Seals texts for one purpose: what is sealed for another does not open here."""

    def __init__(self, purpose: str, secret: str) -> None:
        key = hashlib.sha256(f"{purpose}\n{secret}".encode()).digest()
        self._fernet = Fernet(base64.urlsafe_b64encode(key))

    def close(self, text: str) -> str:
        """Seal a text (Fernet: AES-128-CBC and HMAC-SHA-256, a fresh IV each time)."""
        return self._fernet.encrypt(text.encode()).decode()

    def open(self, sealed: str) -> str:
        """Open what was sealed.

        Raises
        ------
        CheckFailed : it was changed, or sealed under another secret.
        """
        try:
            return self._fernet.decrypt(sealed.encode()).decode()
        except InvalidToken as fault:
            raise CheckFailed(
                "What is sealed in the registry does not open",
                remedy="Was YESAND_SECRET, or the house's key, another when it was sealed?",
            ) from fault
