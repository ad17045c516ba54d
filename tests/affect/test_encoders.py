"""Encoders that a user brings, on random weights that transformers itself saved."""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from functools import partial
from pathlib import Path

import numpy as np
import pytest
import soundfile
from small_encoders import RATE, WIDTH, encoder, take

from yesand.affect import derived
from yesand.affect.encoders.encoder import WINDOW_S, Encoder
from yesand.affect.encoders.folder import version_of
from yesand.affect.encoders.pooling import Pooling
from yesand.affect.encoders.rows import Wanted, embed
from yesand.affect.kept import Kept
from yesand.cli import _run as run
from yesand.kernel.errors import BadInput, CheckFailed, NotFound

BOTH = Pooling.MEAN_AND_DEVIATION


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return encoder(tmp_path_factory.mktemp("encoder"))


@pytest.fixture(scope="module")
def opened(folder: Path) -> Encoder:
    return Encoder.open(folder)


@pytest.fixture(scope="module")
def takes(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    place = tmp_path_factory.mktemp("takes")
    return [take(place / f"{n}.wav", n, 0.2 + 0.1 * n) for n in range(4)]


@pytest.mark.parametrize("kind", ["Wav2Vec2", "Hubert", "WavLM"])
def test_each_kind_gives_the_mean_of_its_own_frames(kind: str, tmp_path: Path) -> None:
    """What transformers' own extractor and model give for the whole take, pooled by hand."""
    import torch
    import transformers

    own = encoder(tmp_path / "encoder", kind)
    path = take(tmp_path / "a.wav")
    signal, _ = soundfile.read(path, dtype="float32")
    heard = transformers.Wav2Vec2FeatureExtractor()(
        signal, sampling_rate=RATE, return_tensors="pt"
    ).input_values
    model = transformers.AutoModel.from_pretrained(own).eval()
    with torch.inference_mode():
        states = model(heard, output_hidden_states=True).hidden_states
    for layer in (0, 2, -1):
        frames = states[layer][0].numpy()
        made = Encoder.open(own, layer, BOTH).embed([path])
        assert made.shape == (1, 2 * WIDTH) and made.dtype == np.float32
        assert made[0, :WIDTH] == pytest.approx(frames.mean(axis=0), abs=1e-5)
        assert made[0, WIDTH:] == pytest.approx(frames.std(axis=0), abs=1e-4)


def test_the_version_names_every_file_the_layer_and_the_pooling(folder: Path) -> None:
    versions = [Encoder.open(folder, *how).version for how in ((), (2,), (-1, BOTH), (3,))]
    assert len(set(versions)) == 3 and versions[0] == versions[3]  # -1 of three layers is 3
    (folder / "README.md").write_text("A note of whoever made it.")
    assert Encoder.open(folder).version != versions[0]
    (folder / "README.md").unlink()
    assert Encoder.open(folder).version == versions[0]
    devices = [version_of(folder, 3, Pooling.MEAN, d) for d in ("cpu", "cuda", "cuda:1")]
    assert devices[0] == versions[0] != devices[1] == devices[2]


def test_many_processes_give_the_bits_of_one(folder: Path, takes: list[Path]) -> None:
    alone, many = embed(takes, Wanted(folder)), embed(takes, Wanted(folder), workers=2)
    assert (alone.rows == many.rows).all() and alone.version == many.version
    assert len(np.unique(alone.rows, axis=0)) == len(takes)
    assert (embed(takes[::-1], Wanted(folder)).rows[::-1] == alone.rows).all()


def test_a_long_take_goes_in_windows_each_frame_counting_once(
    opened: Encoder, tmp_path: Path
) -> None:
    seconds = 2.2 * WINDOW_S
    luck = np.random.default_rng(1)
    signal = luck.standard_normal(int(seconds * RATE)).astype(np.float32)
    thirds = np.array_split((signal - signal.mean()) / signal.std(), 3)
    rows = [Encoder.open(opened.folder).row(third, RATE) for third in thirds]
    assert opened.row(signal, RATE) == pytest.approx(np.mean(rows, axis=0), abs=1e-3)


def test_batches_of_any_size_give_one_row(folder: Path) -> None:
    signal = np.random.default_rng(2).standard_normal(int(4.5 * WINDOW_S * 1_000))
    wide = Encoder.open(folder, batch=8)
    narrow = Encoder.open(folder, batch=1)
    for one in (wide, narrow):
        one.rate = 1_000  # shorter windows, so that the test is
    made = [one.row(signal.astype(np.float32), 1_000) for one in (wide, narrow)]
    assert made[0] == pytest.approx(made[1], abs=1e-5)


@pytest.mark.parametrize(
    ("rate", "channels", "how"),
    [(8_000, 1, {"subtype": "ULAW"}), (8_000, 1, {"subtype": "PCM_U8"}), (192_000, 1, {}),
     (44_100, 6, {}), (16_000, 2, {"subtype": "FLOAT"})],
)  # fmt: skip
def test_telephones_studios_and_six_channels_are_heard(
    opened: Encoder, tmp_path: Path, rate: int, channels: int, how: dict[str, str]
) -> None:
    time = np.arange(rate // 2) / rate
    signal = 0.3 * np.sin(2 * np.pi * 220 * time)
    plain, other = tmp_path / "plain.wav", tmp_path / "other.wav"
    soundfile.write(plain, 0.3 * np.sin(2 * np.pi * 220 * np.arange(RATE // 2) / RATE), RATE)
    soundfile.write(other, np.stack([signal] * channels, axis=1), rate, **how)
    one, two = opened.embed([plain, other])
    assert np.isfinite(two).all() and np.corrcoef(one, two)[0, 1] > 0.9


def test_silence_and_one_sample_give_finite_rows(opened: Encoder, tmp_path: Path) -> None:
    soundfile.write(tmp_path / "silence.wav", np.zeros(RATE), RATE)
    soundfile.write(tmp_path / "one.wav", np.ones(1), RATE)
    made = opened.embed([tmp_path / "silence.wav", tmp_path / "one.wav"])
    assert made.shape == (2, WIDTH) and np.isfinite(made).all()
    assert opened.embed([]).shape == (0, WIDTH)


def test_every_file_that_cannot_be_used_is_named(
    opened: Encoder, takes: list[Path], tmp_path: Path
) -> None:
    (tmp_path / "text.wav").write_text("hello")
    soundfile.write(tmp_path / "nan.wav", np.full(99, np.nan, np.float32), RATE, subtype="FLOAT")
    bad = [tmp_path / name for name in ("text.wav", "nan.wav", "none.wav")]
    with pytest.raises(BadInput) as caught:
        opened.embed([*takes, *bad])
    said = caught.value.sentence()
    assert "3 of 7" in said and ".." not in said and all(path.name in said for path in bad)


def test_an_encoder_that_answers_with_no_numbers_is_refused_by_take(
    tmp_path: Path, takes: list[Path]
) -> None:
    from safetensors.numpy import load_file, save_file

    own = encoder(tmp_path / "encoder")
    weights = load_file(own / "model.safetensors")
    name = next(n for n in weights if "layers.1.feed_forward" in n)
    weights[name] = np.full_like(weights[name], np.nan)
    save_file(weights, own / "model.safetensors", {"format": "pt"})
    with pytest.raises(BadInput, match="2 of 2") as caught:
        Encoder.open(own).embed(takes[:2])
    assert takes[0].name in caught.value.sentence() and "numbers" in caught.value.sentence()
    assert np.isfinite(Encoder.open(own, 0).embed(takes[:2])).all()  # below the damage


def test_rows_are_kept_by_content_and_forgotten_with_the_recording(
    folder: Path, takes: list[Path], tmp_path: Path
) -> None:
    from yesand.kernel.ids import digest_file

    first = embed(takes, Wanted(folder), cache=tmp_path)
    sha256 = digest_file(takes[0])
    kept = Kept(tmp_path, "embeddings", first.version, WIDTH)
    found = kept.get(sha256)
    assert found is not None and (found == first.rows[0]).all()
    changed = first.rows[0] + 1
    kept.put(sha256, changed)  # what lies there is what is taken
    assert (embed(takes, Wanted(folder), cache=tmp_path).rows[0] == changed).all()
    place = derived.place_of(tmp_path, "embeddings", first.version, sha256)
    place.write_bytes(place.read_bytes()[:-9])  # a power cut
    assert (embed(takes, Wanted(folder), cache=tmp_path).rows == first.rows).all()
    derived.forget(tmp_path, [sha256])
    assert kept.get(sha256) is None and not list(tmp_path.rglob(f"*{sha256}*"))
    assert len(list(tmp_path.rglob("*.npy"))) == len(takes) - 1


def test_rows_of_another_width_are_a_clear_error(
    folder: Path, takes: list[Path], tmp_path: Path
) -> None:
    from yesand.kernel.ids import digest_file

    opened = Encoder.open(folder)
    Kept(tmp_path, "embeddings", opened.version, 7).put(
        digest_file(takes[0]), np.zeros(7, np.float32)
    )
    with pytest.raises(BadInput, match="A row of 7 numbers is kept where 24 are expected"):
        opened.embed(takes[:1], cache=tmp_path)
    opened.fits(opened.version, WIDTH)
    with pytest.raises(CheckFailed, match="768 numbers a row of encoder-v1-x, where this one"):
        opened.fits("encoder-v1-x", 768)


def test_what_is_no_encoder_of_sound_is_told_apart(tmp_path: Path) -> None:
    import transformers

    with pytest.raises(NotFound, match="Nothing is downloaded"):
        Encoder.open(Path("facebook/hubert-base-ls960"))
    with pytest.raises(BadInput, match=r"No config\.json here"):
        Encoder.open(tmp_path)
    text = tmp_path / "text"
    config = transformers.BertConfig(
        hidden_size=8, num_hidden_layers=1, num_attention_heads=1, intermediate_size=8,
        vocab_size=9,
    )  # fmt: skip
    transformers.BertModel(config).save_pretrained(text)
    with pytest.raises(BadInput, match="A bert model reads input_ids"):
        Encoder.open(text)


def test_pickles_and_code_of_its_own_are_never_opened(tmp_path: Path) -> None:
    """A pickle that would leave a mark, and a module that would: neither leaves one."""
    own, mark = encoder(tmp_path / "own"), tmp_path / "mark"

    class Trap:
        def __reduce__(self) -> tuple[object, tuple[str]]:
            return Path.touch, (mark,)  # type: ignore[return-value]

    (own / "pytorch_model.bin").write_bytes(pickle.dumps(Trap()))
    assert Encoder.open(own).width == WIDTH and not mark.exists()
    (own / "model.safetensors").unlink()
    with pytest.raises(BadInput, match="No weights as safetensors"):
        Encoder.open(own)
    coded = encoder(tmp_path / "coded")
    told = json.loads((coded / "config.json").read_text())
    told["auto_map"] = {"AutoModel": "own.Model"}
    (coded / "config.json").write_text(json.dumps(told))
    (coded / "own.py").write_text(f"open({str(mark)!r}, 'w')")
    with pytest.raises(BadInput, match="code of its own"):
        Encoder.open(coded)
    assert not mark.exists()


def test_a_part_that_is_missing_is_not_made_up(tmp_path: Path) -> None:
    from safetensors.numpy import load_file, save_file

    own = encoder(tmp_path / "encoder")
    weights = load_file(own / "model.safetensors")
    del weights[next(n for n in weights if "layers.2" in n)]
    save_file(weights, own / "model.safetensors", {"format": "pt"})
    with pytest.raises(BadInput, match="Weights are missing: encoder"):
        Encoder.open(own)
    (own / "model.safetensors").write_bytes(b"torn")
    with pytest.raises(BadInput, match="No encoder that can be opened"):
        Encoder.open(own)


def test_a_layer_that_is_not_there_is_named(folder: Path) -> None:
    for layer in (4, -5):
        with pytest.raises(BadInput, match=f"No layer {layer}: this encoder has 3"):
            Encoder.open(folder, layer)


_LITTLE = """
import resource, sys
from pathlib import Path
import numpy as np
from yesand.affect.encoders.encoder import Encoder
own = Encoder.open(Path(sys.argv[1]), batch=8)
signal = np.random.default_rng(0).standard_normal(16_000 * 240).astype(np.float32)
own.row(signal[: 16_000 * 20], 16_000)
held = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
for room in sys.argv[2:]:
    resource.setrlimit(resource.RLIMIT_AS, (held + int(room), resource.RLIM_INFINITY))
    try:
        print(np.isfinite(own.row(signal, 16_000)).all(), own.notes)
    except Exception as fault:
        print(type(fault).__name__, fault)
    own.notes.clear()
    own.batch = 8
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit on memory")
def test_out_of_memory_goes_on_with_smaller_batches_and_says_so(tmp_path: Path) -> None:
    """Four minutes, in a process that may take ever less memory: halved, and at last refused."""
    own = encoder(tmp_path / "encoder", conv_dim=[64] * 7)
    rooms = [str(millions * 1_000_000) for millions in (600, 400, 250, -300)]
    command = [sys.executable, "-W", "ignore", "-c", _LITTLE, str(own), *rooms]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert told[-1].startswith("Refused Out of memory with one window of 30 s"), told
    # How much a process has beside is never quite the same: where it ends is not asked.
    answered = [line.startswith("True") for line in told]
    assert answered == sorted(answered, reverse=True), told
    assert any("Out of memory with 8 windows at once: going on with 4" in line for line in told)


def test_a_cluster_calls_it_by_arrow_batches(folder: Path, takes: list[Path]) -> None:
    pa = pytest.importorskip("pyarrow")
    from yesand.affect.encoders.arrow import SCHEMA, embed_batches

    rows = [{"path": f"far/away/{p.name}", "content": p.read_bytes()} for p in takes]
    rows.append({"path": "far/away/bad.wav", "content": b"no sound"})
    batches = [pa.RecordBatch.from_pylist(rows[:2]), pa.RecordBatch.from_pylist(rows[2:])]
    called = pickle.loads(pickle.dumps(partial(embed_batches, wanted=Wanted(folder))))
    made = list(called(iter(batches)))
    assert [batch.num_rows for batch in made] == [2, 3] and made[0].schema == SCHEMA
    told = pa.Table.from_batches(made).to_pylist()
    own = embed(takes, Wanted(folder))
    assert (np.array([t["embedding"] for t in told[:4]], np.float32) == own.rows).all()
    assert {t["version"] for t in told} == {own.version}
    assert told[4]["embedding"] is None and "bad.wav" in told[4]["fault"]
    assert [t["fault"] for t in told[:4]] == [None] * 4
    with pytest.raises(BadInput, match="No column path"):
        list(called([pa.RecordBatch.from_pylist([{"file": "a"}])]))


def test_the_command_writes_rows_and_the_encoder_s_name(
    folder: Path, takes: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out, given = tmp_path / "rows.npz", str(takes[0].parent)
    how = ["affect", "embed", given, "--encoder", str(folder), "--workers", "1", "--out"]
    assert run([*how, str(out), "--pooling", "mean+std", "--cache", str(tmp_path / "c")]) == 0
    first = out.read_bytes()
    assert run([*how, str(out), "--pooling", "mean+std", "--cache", str(tmp_path / "c")]) == 0
    with np.load(out) as kept:
        assert out.read_bytes() == first and str(kept["version"]).startswith("encoder-v1-")
        assert kept["rows"].shape == (4, 2 * WIDTH) and list(kept["files"]) == [*map(str, takes)]
    assert run([*how, str(tmp_path / "rows.csv"), "--json"]) == 0
    assert '"columns": 24' in capsys.readouterr().out
    assert len((tmp_path / "rows.csv").read_text("utf-8").splitlines()) == 5
    for wrong in (["--layer", "9"], ["--pooling", "max"], ["--device", "cuda"]):
        assert run([*how, str(out), *wrong]) == 2
    assert out.read_bytes() == first
