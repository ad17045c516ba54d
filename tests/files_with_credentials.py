"""Real files of every kind that carries a credential, and strangers who sign them."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from PIL import Image

from yesand.kernel.keys import Signer
from yesand.provenance.credentials import certificates
from yesand.provenance.credentials.claim import Claim, Ground, Source
from yesand.provenance.credentials.identity import Identity, _pkcs8
from yesand.provenance.credentials.mining import Aim, Mining, Said, Use

MP4 = Path(__file__).parent / "provenance" / "media" / "second.mp4"
KINDS = {
    "wav": "audio/wav",
    "flac": "audio/flac",
    "mp3": "audio/mpeg",
    "mp4": "video/mp4",
    "jpg": "image/jpeg",
}
AT = datetime(2026, 10, 1, tzinfo=UTC)
CONDITION = "ni:///sha-256;AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
RECOGNITION = Mining(
    {
        Aim.AI_TRAINING: Said(Use.CONSTRAINED, CONDITION),
        Aim.AI_GENERATIVE_TRAINING: Said(Use.NOT_ALLOWED),
    }
)


def plain(folder: Path, ending: str, seed: int = 0) -> Path:
    """A file without a credential."""
    path = folder / f"plain-{seed}.{ending}"
    rng = np.random.default_rng(seed)
    if ending == "mp4":
        shutil.copy(MP4, path)
    elif ending == "jpg":
        Image.fromarray(rng.integers(0, 255, (48, 48, 3), dtype=np.uint8)).save(path)
    else:
        soundfile.write(path, 0.2 * rng.standard_normal(16_000), 16_000)
    return path


def stranger(name: str = "Somebody Else") -> Identity:
    """Somebody with an authority of their own."""
    leaf = Signer.generate()
    chain = certificates.development(name, Signer.generate(), leaf, datetime.now(UTC))
    return Identity(chain, _pkcs8(leaf.private), "ed25519")


def claim(**changes: Any) -> Claim:
    """What such a file says."""
    ground = Ground("00" * 32, CONDITION, "standard/recognition", "individual", "11" * 32, "l", 7)
    told = {"title": "take", "who": "performer-1", "at": AT, "source": Source.HUMAN}
    return Claim(**{**told, "ground": ground, "mining": RECOGNITION, **changes})


def flipped(path: Path, at: int) -> Path:
    """The same file with one bit of one byte changed."""
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    other = path.with_name(f"flipped-{path.name}")
    other.write_bytes(data)
    return other
