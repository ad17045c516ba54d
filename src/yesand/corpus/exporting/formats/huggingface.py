"""A folder that Hugging Face `datasets` loads: Parquet with its ``Audio`` feature, and a card.

Not the layout `audiofolder`: to load that, `datasets` 5 needs torchcodec and FFmpeg, which
Parquet does not. The card's head is YAML (https://huggingface.co/docs/hub/datasets-cards).
"""

from __future__ import annotations

import json
from pathlib import Path

from yesand.corpus.exporting.formats import parquet
from yesand.corpus.exporting.record import Parcel
from yesand.corpus.exporting.texts import (
    BIOMETRICS,
    CHANGES,
    LEFT_OUT,
    LICENCE,
    SUMS,
    credited,
    licence,
)
from yesand.kernel.progress import Progress

#: The classes of size that the hub knows, by how many rows they have at most.
_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1 << 62, "n>100K"))


def write(parcel: Parcel, folder: Path, progress: Progress) -> None:
    """Write the data and the card."""
    parquet.shards(parcel, folder / "data", progress, named=True)
    licence(parcel, folder)
    (folder / "README.md").write_text(card(parcel), "utf-8")


def card(parcel: Parcel) -> str:
    """Return the dataset's card: what machines read of it, then what people do."""
    about, count = parcel.about, len(parcel.records)
    hours = sum(record.duration_ms for record in parcel.records) / 3_600_000
    size = next(name for most, name in _SIZES if count < most)
    performers = len({record.performer for record in parcel.records})
    head = [
        f"pretty_name: {json.dumps(about.title, ensure_ascii=False)}",
        "license: other",
        "license_name: yes-and-agreements",
        f"license_link: {LICENCE}",
        "task_categories:\n- audio-classification",
        f"size_categories:\n- {size}",
        "tags:\n- emotion\n- speech\n- consent\n- c2pa",
        "configs:\n- config_name: default\n  data_files:\n  - split: train",
        "    path: data/*.parquet",
    ]
    body = [
        f"# {about.title}",
        *(["**Made by code**: some or all of it is no person's performance."] * parcel.synthetic),
        f"{count:,} acted takes of {performers:,} performers, {hours:.2f} hours.",
        "## Licence and consent",
        "Every take is under an agreement that its performer signed; the column `agreement` is "
        "its hash. This copy is permitted for one request and for nothing else:",
        "\n".join(f"- {name}: {value}" for name, value in about.request),
        CHANGES,
        BIOMETRICS,
        *credited(parcel),
        "## What was left out",
        "\n".join(f"- {p.takes:,} takes: {p.reason}" for p in parcel.left_out) or "Nothing.",
        "## Check it",
        f"`sha256sum -c {SUMS}` checks the files, `yesand verify export.json` the house's word "
        f"for them. Manifest `{parcel.manifest.digest}`, log `{about.origin}`. "
        f"{LEFT_OUT} tells the same as above for machines.",
    ]
    return "---\n" + "\n".join(head) + "\n---\n\n" + "\n\n".join(body) + "\n"
