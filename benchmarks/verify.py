"""Verifying one statement's evidence bundle, offline, beside the bare signature checks in it."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from securesystemslib.dsse import Envelope
from securesystemslib.signer import Key, SSlibKey  # type: ignore[attr-defined]

from benchmarks.harness import ROOT, Result, seconds
from yesand.kernel.keys import key_id
from yesand.provenance import bundle as files
from yesand.provenance.bundle import Bundle
from yesand.royalties.evidence import verify

sys.path.append(str(ROOT / "tests" / "royalties"))
from evidence_world import World

TIMES = 20


def run() -> Result:
    """Verify a bundle of six envelopes and seven signatures under a log of 700 entries."""
    with tempfile.TemporaryDirectory() as folder:
        bundle = World(Path(folder) / "log").bundle()
        path = Path(folder) / "evidence.zip"
        files.write(bundle, path)
        ours = seconds(lambda: [verify(path) for _ in range(TIMES)], repeat=5) / TIMES
        theirs = seconds(lambda: _bare(bundle, TIMES), repeat=5) / TIMES
        size = path.stat().st_size
    return Result(
        name="verify",
        what=(
            f"one evidence bundle of {size / 1000:.0f} kB, whole: digests, {_count(bundle)} "
            "signatures, salted commitments, log proofs, and every line of the statement again; "
            "the peer checks the same envelopes' signatures and nothing else"
        ),
        value=ours * 1000,
        unit="ms",
        peer="securesystemslib DSSE",
        peer_value=theirs * 1000,
    )


def _bare(bundle: Bundle, times: int) -> None:
    for part in bundle.parts * times:
        envelope = Envelope.from_dict(
            {**part.envelope, "signatures": [dict(s) for s in part.envelope["signatures"]]}
        )
        publics = [bytes.fromhex(bundle.keys[name]) for name in part.signers]
        keys: list[Key] = [
            SSlibKey(key_id(raw), "ed25519", "ed25519", {"public": raw.hex()}) for raw in publics
        ]
        envelope.verify(keys, len(keys))


def _count(bundle: Bundle) -> int:
    return sum(len(part.signers) for part in bundle.parts)
