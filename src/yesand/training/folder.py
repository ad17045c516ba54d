"""A model's folder: what lies in it, written whole or not at all, and read back."""

from __future__ import annotations

import io
import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from secrets import token_hex
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from yesand.affect import features, listening
from yesand.affect.dimensions.reading import Read, read
from yesand.affect.dimensions.readouts import ReadOuts
from yesand.affect.frames import Pack
from yesand.affect.head.brought import Brought
from yesand.affect.head.described import Described
from yesand.affect.listening import Heard
from yesand.affect.prosody import functionals
from yesand.affect.sharded import Sharded
from yesand.affect.voice_model import Shape, VoiceModel, untold
from yesand.agreements.vocabulary import Modality
from yesand.kernel import durable
from yesand.kernel.canonical import parse
from yesand.kernel.errors import BadInput, NotFound, Refused
from yesand.kernel.ids import digest_file
from yesand.training import adapter_folder, dimensional, fused_folder, head_folder
from yesand.training.examples import VOICE
from yesand.training.fused_folder import LoadedFused
from yesand.training.head_folder import LoadedHead

FORMAT = "yes-and voice model 1"
SHARDED = "yes-and voice model of parts 1"
WEIGHTS, ABOUT, FROZEN = "weights.safetensors", "model.json", "frozen.npz"
CARD, CARD_DATA = "card.md", "card.json"
#: What is left of a run that a withdrawal overtook, and what says so.
CHECKPOINT, REACHED, OVERTAKEN = "checkpoint.safetensors", "checkpoint.json", "OVERTAKEN.txt"


@dataclass(frozen=True, eq=False)
class Loaded:
    """A model ready to hear takes, with what it reads out beside emotions."""

    model: VoiceModel | Sharded
    labels: tuple[str, ...]
    about: Mapping[str, Any]
    outs: ReadOuts = field(default_factory=ReadOuts)

    def hear(self, recording: Path, enrolled: Enrolment | None = None) -> dict[str, float]:
        """Return the probability of each emotion in a recording.

        Raises
        ------
        NotFound : no such file. BadInput : not a recording, or see ``probability``.
        """
        shares = self.probability([_heard(recording)], enrolled)[0].tolist()
        return dict(zip(self.labels, shares, strict=True))

    @property
    def senses(self) -> frozenset[Modality]:
        """What of a take it is told."""
        return VOICE

    def listen(self, signal: NDArray[np.float32], rate: int) -> Heard:
        """Return what the model is told of one channel, (samples,) of full scale ±1."""
        return listening.hear(signal, rate)

    def probability(
        self, takes: Sequence[Heard], enrolled: Enrolment | None = None
    ) -> NDArray[np.float64]:
        """Return the probability of each emotion, (takes, labels), in takes of one performer.

        Parameters
        ----------
        enrolled : what is usual for the performer; without it they are a voice like any other.

        Raises
        ------
        BadInput : this model was trained before there was enrolment.
        """
        return self.read(takes, enrolled).probability

    def read(
        self, takes: Sequence[Heard], enrolled: Enrolment | None = None, *, trace: bool = False
    ) -> Read:
        """Return the same with what else is read out of the takes, each heard once.

        Parameters
        ----------
        trace : whether values are wanted over a take's time, too.

        Raises
        ------
        BadInput : as ``probability``.
        """
        pack = Pack.of(takes)
        if enrolled is not None:
            self._check(enrolled)
            pack = pack.enrolled(torch.from_numpy(enrolled.usual)[None])
        if not isinstance(self.model, VoiceModel):
            found = self.model.probability(self.model.embed(pack))
            return Read(found.numpy().astype(np.float64))
        mels = [take.mel for take in takes]
        known = enrolled is not None
        return read(self.model, self.outs, pack, mels, enrolled=known, trace=trace)

    def _check(self, enrolled: Enrolment) -> None:
        if not isinstance(self.model, VoiceModel) or not self.model.enrols:
            raise BadInput("This model knows no enrolment", remedy="Train a network in one piece.")
        if enrolled.version != functionals.VERSION:
            raise BadInput(
                f"Enrolled by {enrolled.version}, and this is {functionals.VERSION}",
                where="enrolment",
                remedy="Enrol them again.",
            )


#: A model of any kind.
AnyLoaded = Loaded | LoadedHead | LoadedFused


@dataclass(frozen=True, eq=False)
class Enrolment:
    """What is usual in a performer's prosody, by takes of which nobody says what was acted.

    Attributes
    ----------
    usual : the mean of their prosody, float32, shape (1455,). takes : how many it is of.
    version : of the prosody.
    """

    usual: NDArray[np.float32]
    takes: int
    version: str = functionals.VERSION

    @classmethod
    def of(cls, takes: Sequence[Heard]) -> Enrolment:
        """Enrol a performer by takes of theirs, of as many emotions as there are to tell.

        Raises
        ------
        BadInput : not a take.
        """
        return cls.of_rows([take.prosody for take in takes])

    @classmethod
    def of_rows(cls, prosody: Sequence[NDArray[np.float32]]) -> Enrolment:
        """Enrol a performer by their takes' prosody, (1455,) each.

        Raises
        ------
        BadInput : none.
        """
        if not len(prosody):
            raise BadInput("Nobody can be enrolled without a take", where="enrolment")
        usual = np.mean(np.stack(prosody).astype(np.float64), axis=0)
        return cls(usual.astype(np.float32), len(prosody))

    @classmethod
    def by(cls, recordings: Sequence[Path]) -> Enrolment:
        """Enrol a performer by recordings of theirs.

        Raises
        ------
        NotFound, BadInput : a recording is missing, or is none.
        """
        return cls.of([_heard(recording) for recording in recordings])


def _heard(recording: Path) -> Heard:
    recording = Path(recording)
    if not recording.is_file():
        raise NotFound("No such recording", where=str(recording))
    return listening.read(listening.Source(digest_file(recording), recording))


@contextmanager
def whole(out: Path) -> Iterator[Path]:
    """Yield a folder to write to; put it in ``out``'s place, durably, when all went well.

    Raises
    ------
    Refused : something else is already there.
    """
    refuse_full(out)
    out.parent.mkdir(parents=True, exist_ok=True)
    for left in out.parent.glob(f".{out.name}.*.part"):
        shutil.rmtree(left, ignore_errors=True)
    partial = out.with_name(f".{out.name}.{token_hex(4)}.part")
    partial.mkdir()
    try:
        yield partial
        for path in [*partial.rglob("*"), partial]:
            durable.sync(path)
        if out.exists():
            out.rmdir()
        partial.replace(out)
        durable.sync(out.parent)
    except OSError as fault:
        raise durable.explained(fault, out) from fault
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def refuse_full(out: Path) -> None:
    """Check that nothing lies where a model is to be written.

    Raises
    ------
    Refused : something does.
    """
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Refused(
            "Something lies there already", where=str(out), remedy="Choose another folder."
        )


def write_json(path: Path, value: Any) -> None:
    """Write JSON for people and machines alike."""
    path.write_text(json.dumps(value, indent=2, sort_keys=True, ensure_ascii=False) + "\n", "utf-8")


def write_arrays(path: Path, arrays: Mapping[str, NDArray[Any]]) -> None:
    """Write arrays without pickles; equal arrays give equal bytes."""
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **arrays)
    path.write_bytes(file.getvalue())


def write_weights(path: Path, model: VoiceModel | Sharded) -> None:
    """Write the weights as safetensors, which hold numbers and no code."""
    tensors = {name: value.contiguous() for name, value in model.state_dict().items()}
    path.write_bytes(save(tensors))


def leave(out: Path, manifest: str, settings: Mapping[str, Any], why: str) -> None:
    """Leave word of a run that a withdrawal overtook before it had a model."""
    with whole(out) as partial:
        write_json(partial / REACHED, {"manifest": manifest, "settings": settings})
        mark(partial, why)


def mark(where: Path, why: str) -> None:
    """Mark what lies there as overtaken."""
    durable.write(where / OVERTAKEN, f"Not registered, not to be used.\n{why}\n".encode())


def about(folder: Path) -> dict[str, Any]:
    """Return what a model of ours says of itself.

    Raises
    ------
    NotFound : no model of ours there. BadInput : another format, or another recipe of features.
    """
    path = folder / ABOUT
    if not path.is_file():
        raise NotFound(
            "No model here that this Yes-And can run", where=str(folder), remedy="Train one first."
        )
    told = parse(path.read_bytes(), where=str(path))
    own = (head_folder.FORMAT, adapter_folder.FORMAT, fused_folder.FORMAT)
    if isinstance(told, dict) and told.get("format") in own:
        return told
    if not isinstance(told, dict) or told.get("format") not in (FORMAT, SHARDED):
        raise BadInput("A model of another format", where=str(path))
    # Models of before there was prosody name the log-mel features alone.
    if told.get("features") not in (listening.VERSION, features.VERSION):
        raise BadInput(
            f"Made for features {told.get('features')!r}, not {listening.VERSION!r}",
            where=str(path),
            remedy="Train it again with this Yes-And.",
        )
    return told


def _empty(told: Mapping[str, Any]) -> VoiceModel | Sharded:
    """Return a network, or one of parts, that has learned nothing yet."""
    classes, shape = len(told["labels"]), Shape.parse(told["settings"]["shape"])
    if told["format"] != SHARDED:
        return VoiceModel(classes, shape)
    return Sharded([VoiceModel(classes, shape) for _ in range(int(told["settings"]["shards"]))])


def check_brought(folder: Path, brought: Brought | None = None) -> None:
    """Check that what a model hears and sees by lies here, without loading it.

    Raises
    ------
    NotFound, BadInput, CheckFailed : no model there, or what it needs is not here.
    """
    told, wanted = about(folder), list[Described]()
    if told["format"] in (head_folder.FORMAT, adapter_folder.FORMAT):
        wanted = [head_folder.described(told)]
    if told["format"] == fused_folder.FORMAT:
        wanted = fused_folder.described(told)
    for one in wanted:
        (brought or Brought()).check(one)


def load(folder: Path, brought: Brought | None = None) -> AnyLoaded:
    """Load a model from its folder.

    Parameters
    ----------
    brought : where an encoder or a model of faces lies that it needs; none: the environment.

    Raises
    ------
    NotFound : none there, or what it needs is not here. BadInput : another format, or weights that
        do not fit.
    """
    told = about(folder)
    if told["format"] == head_folder.FORMAT:
        return head_folder.load(folder / WEIGHTS, told, brought)
    if told["format"] == adapter_folder.FORMAT:
        return adapter_folder.load(folder / WEIGHTS, told, brought)
    if told["format"] == fused_folder.FORMAT:
        return fused_folder.load(folder / WEIGHTS, told, brought)
    model = _empty(told)
    try:
        weights = load_file(folder / WEIGHTS)
        if told["format"] == FORMAT:
            weights.setdefault("trust", untold(0))  # not in models of old
        model.load_state_dict(weights)
    except FileNotFoundError as fault:
        raise NotFound("The model's weights are missing", where=str(folder / WEIGHTS)) from fault
    except (SafetensorError, RuntimeError, OSError) as fault:
        first = str(fault).splitlines()[0]
        raise BadInput(f"The weights do not fit: {first}", where=str(folder / WEIGHTS)) from fault
    model.eval()
    outs = ReadOuts()
    if isinstance(model, VoiceModel):
        outs = dimensional.load(folder, told, model.width)
    with torch.inference_mode():
        finite = all(bool(v.isfinite().all()) for v in model.state_dict().values())
    if not finite:
        raise BadInput("The weights hold a number that is none", where=str(folder / WEIGHTS))
    return Loaded(model, tuple(told["labels"]), told, outs)
