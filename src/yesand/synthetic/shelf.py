"""Where synthetic takes lie: apart from what people performed, each named by its content.

``synthetic/takes`` holds the bare files, ``synthetic/credentialed`` the copies that are handed out,
``synthetic/quarantine`` both of generators that nobody vouches for. What is on its way lies in
``synthetic/.making`` and is swept away by whoever makes next: what no record names is no take.
"""

from __future__ import annotations

import fcntl
import shutil
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

import soundfile

from yesand.kernel.durable import making, sync
from yesand.kernel.errors import NotFound, Refused
from yesand.kernel.ids import checked
from yesand.synthetic.making.generator import Made

#: What every file says of itself, credential or not.
MARK = (
    "Synthetic. No person performed this; it was made from takes that persons performed (Yes-And)."
)
TAKES, COPIES, QUARANTINE, MAKING = "takes", "credentialed", "quarantine", ".making"
_ENDING = ".flac"


@dataclass(frozen=True)
class Shelf:
    """The synthetic takes under one folder (``place.synthetic``)."""

    folder: Path

    def path(self, sha256: str, kind: str = TAKES, *, apart: bool = False) -> Path:
        """Return where a file lies, or would."""
        home = self.folder / QUARANTINE if apart else self.folder
        return home / kind / checked(sha256)[:2] / f"{sha256}{_ENDING}"

    def there(self, sha256: str, kind: str = TAKES, *, apart: bool = False) -> Path:
        """Return where a file lies.

        Raises
        ------
        NotFound : it does not, or no longer.
        """
        path = self.path(sha256, kind, apart=apart)
        if not path.exists():
            raise NotFound("No such synthetic take in this house", where=sha256[:16])
        return path

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only one who makes; the lock goes with the process, however that ends.

        Raises
        ------
        Refused : somebody else is making.
        """
        self.folder.mkdir(exist_ok=True)
        with (self.folder / ".lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as fault:
                raise Refused(
                    "Synthetic takes are being made in this house already",
                    remedy="Wait until that is done, then run the same command again.",
                ) from fault
            yield

    @contextmanager
    def scratch(self) -> Iterator[Path]:
        """Give a folder for what is on its way, which is gone afterwards."""
        folder = self.folder / MAKING / token_hex(8)
        folder.mkdir(parents=True)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def sweep(self, named: Collection[str]) -> int:
        """Remove what a killed run left, and every file that nothing names; return how many.

        Only for who is ``alone``.
        """
        shutil.rmtree(self.folder / MAKING, ignore_errors=True)
        stray = [path for path in self.files() if path.stem not in named]
        for path in stray:
            path.unlink(missing_ok=True)
        return len(stray)

    def files(self) -> Iterator[Path]:
        """Yield every file that is kept here."""
        yield from self.folder.glob(f"*/??/*{_ENDING}")
        yield from self.folder.glob(f"{QUARANTINE}/*/??/*{_ENDING}")

    def keep(self, made: Mapping[Path, Path]) -> None:
        """Put files in place (from → to), durably: when it returns they outlast a power cut."""
        for source in made:
            sync(source)
        changed = set[Path]()
        for source, target in made.items():
            changed.update(making(target.parent))
            source.replace(target)
        for folder in changed:
            sync(folder)


def write(path: Path, made: Made) -> None:
    """Write a take (FLAC, 16 bits), marked as synthetic; equal samples give equal bytes."""
    with soundfile.SoundFile(path, "w", made.rate, 1, "PCM_16", format="FLAC") as file:
        file.comment = MARK
        file.write(made.samples)
