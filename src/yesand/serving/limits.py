"""How much one request may hold."""

from __future__ import annotations

#: Bytes of one request's body, a batch's whole.
MOST = 64 << 20
#: Recordings in one batch.
BATCH = 100
#: Threads of the server: a recording takes one for a moment, a stream as long as it lasts.
THREADS = 24
#: Streams at once, so that there is always a thread for the rest.
STREAMS = 16
#: A stream that sends nothing for so many seconds is over.
PATIENCE = 30.0
