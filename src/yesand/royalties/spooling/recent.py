"""What came in lately, so that a sender who tries again is told so at once."""

from __future__ import annotations

from collections.abc import Iterable
from threading import Lock

#: (source, id)'s hash and the content's, as ``UsageEvent`` has them.
Known = tuple[bytes, bytes]
MOST = 100_000


class Recent:
    """The latest events of each organisation by their names: a memory, and no proof.

    What it has forgotten is found by the collection, which looks through everything there is.
    """

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._found: dict[tuple[int, bytes], bytes] = {}
        self._lock = Lock()

    def content(self, owner: int, key: bytes) -> bytes | None:
        """Return the content that came under that name, if it is remembered."""
        return self._found.get((owner, key))

    def add(self, owner: int, events: Iterable[Known]) -> None:
        """Remember events that lie on the disk; the first of a name stays."""
        with self._lock:
            for key, content in events:
                self._found.setdefault((owner, key), content)
            # A dict keeps the order of insertion: the oldest go first.
            for old in list(self._found)[: len(self._found) - self._most]:
                del self._found[old]
