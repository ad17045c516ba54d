"""Who gets what: the frame."""

from __future__ import annotations

from matrix import CLOSED, LOGIN, OPEN, SEEN, Row

#: Sent back to where one was.
OPEN_FORM = (LOGIN,) * 9

ROWS = [
    Row("start", OPEN),
    Row("robots", OPEN),
    Row("licence", OPEN),
    Row("account_login", (SEEN, *(LOGIN,) * 8)),  # who is in is sent home
    Row("account_logout", CLOSED),
    Row("account_inactive", OPEN),
    Row("account_change_password", CLOSED),
    Row("log", (LOGIN, *(SEEN,) * 8)),
    Row("entry", CLOSED, lambda s: [0]),
    Row("entry_proof", CLOSED, lambda s: [0]),
    Row("log_consistency", CLOSED),
    Row("register", OPEN),
    Row("health", OPEN),
    Row("api_docs", OPEN),
    Row("set_language", OPEN_FORM, method="post", data=lambda s: {"language": "de"}),
]
