"""Takes with a picture, on videos that the tests film."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from hypothesis import given
from hypothesis import strategies as st
from videos import FPS, RATE, claps, growing, video

import yesand
from yesand.cli import _run as run
from yesand.kernel.ids import digest_file
from yesand.takes.activity.energy import Energy
from yesand.takes.apart import Apart
from yesand.takes.channels import channels
from yesand.takes.media import MediaStore
from yesand.takes.quality import judge
from yesand.takes.sound import BadMedia, Probe, Sound, probe, read
from yesand.takes.video.facts import kind_of
from yesand.takes.video.reading import BadVideo, frames, picture
from yesand.takes.video.sync import sync

_KINDS = [("a.mp4", "video/mp4"), ("a.mov", "video/quicktime"), ("a.webm", "video/webm")]


@pytest.mark.parametrize(("name", "kind"), _KINDS)
def test_sound_and_picture_are_what_was_filmed(tmp_path: Path, name: str, kind: str) -> None:
    path = video(tmp_path / name, 2.0, sound=claps(2.0, 2))
    found = read(path)
    told = found.probe
    assert (told.media_type, told.sample_rate, told.channels) == (kind, RATE, 2)
    assert told.duration_ms == pytest.approx(2_000, abs=30)
    assert found.picture is not None
    seen = found.picture
    assert (seen.width, seen.height, seen.fps, seen.frames) == (160, 120, FPS, 2 * FPS)
    assert seen.duration_ms == 2_000 and abs(seen.late_ms) < 25
    loud = np.abs(found.samples).reshape(-1, 1)[: 2 * RATE * 2].reshape(20, -1).max(axis=1)
    assert (loud > 0.3).nonzero()[0].tolist() == [4, 5, 14, 15]


def test_the_name_does_not_decide_what_it_is(tmp_path: Path) -> None:
    path = video(tmp_path / "a.webm").rename(tmp_path / "a.wav")
    assert probe(path).media_type == "video/webm"
    other = tmp_path / "b.mp4"
    soundfile.write(other, claps(1)[:, 0], RATE, format="FLAC")
    assert kind_of(other) is None and probe(other).media_type == "audio/flac"


def test_a_video_without_sound_is_refused_with_the_reason(tmp_path: Path) -> None:
    path = video(tmp_path / "a.mp4", silent=True)
    with pytest.raises(BadMedia, match=r"A video without sound.*a\.mp4.*Record it with its sound"):
        read(path)
    assert picture(path, "video/mp4").frames == 2 * FPS  # what only needs the picture may look


def test_sound_in_a_video_s_container_is_refused_with_the_reason(tmp_path: Path) -> None:
    import av

    with av.open(str(tmp_path / "a.mp4"), "w") as out:
        heard = out.add_stream("aac", rate=RATE)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.float32), "flt", "mono")
        frame.sample_rate = RATE
        out.mux(heard.encode(frame))
        out.mux(heard.encode(None))
    with pytest.raises(BadMedia, match="No picture in it: give its sound as WAV or FLAC"):
        read(tmp_path / "a.mp4")


@pytest.mark.parametrize(
    ("name", "kept"),
    # A WebM's last tenth may be its index alone, of which nothing is missed.
    [("a.mp4", 0.9), ("a.mp4", 0.1), ("a.mov", 0.5), ("a.webm", 0.5), ("a.webm", 0.1)],
)
def test_a_video_cut_off_anywhere_is_found_out(tmp_path: Path, name: str, kept: float) -> None:
    path = video(tmp_path / name, 4.0)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(BadMedia, match="Cut off"):
        read(path)


def test_a_cut_is_found_without_a_promised_length(tmp_path: Path) -> None:
    """MP4 in fragments, as recorders write it that may be switched off at any moment."""
    path = video(tmp_path / "a.mp4", 2.0, options={"movflags": "frag_keyframe+empty_moov"})
    assert read(path).picture is not None
    whole = path.read_bytes()
    path.write_bytes(whole[: whole.rindex(b"mdat") + 99])
    with pytest.raises(BadMedia, match="Cut off: the file ends"):
        read(path)


def test_a_picture_shorter_than_its_sound_is_whole(tmp_path: Path) -> None:
    for name in ("a.webm", "a.mp4"):
        found = read(video(tmp_path / name, 1.0, sound=claps(4.0)))
        assert found.picture is not None and found.picture.duration_ms == 1_000
        assert found.probe.duration_ms == pytest.approx(4_000, abs=40)


def test_an_edit_list_leaves_out_frames_and_is_no_cut(tmp_path: Path) -> None:
    """Of fifty frames the first half second is not to be shown, as phones trim."""
    path = video(tmp_path / "a.mp4", 2.0, early_s=0.5)
    found = read(path)
    assert found.picture is not None and found.picture.frames <= 2 * FPS
    moments = [f.at_s for f in frames(path, "video/mp4")]
    assert moments[0] == pytest.approx(0, abs=0.041) and len(moments) < 2 * FPS


def test_damage_and_other_containers_are_no_video(tmp_path: Path) -> None:
    for name, data in [
        ("a.mp4", b"\0\0\0\x18ftypisom" + bytes(900)),
        ("b.webm", b"\x1aE\xdf\xa3" * 99),
    ]:
        (tmp_path / name).write_bytes(data)
        with pytest.raises(BadMedia, match=r"Cut off or damaged|No picture"):
            read(tmp_path / name)


def test_a_playlist_that_names_other_files_opens_none(tmp_path: Path) -> None:
    """What FFmpeg would follow of itself: an HLS list and a concatenation, named as a video."""
    secret = video(tmp_path / "secret.mp4")
    lists = [f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{secret}\n#EXT-X-ENDLIST\n",
             f"ffconcat version 1.0\nfile {secret}\n"]  # fmt: skip
    for text in lists:
        path = tmp_path / "list.mp4"
        path.write_text(text)
        assert kind_of(path) is None
        with pytest.raises(BadMedia, match="Text, not a recording"):
            read(path)
        path.write_bytes(b"\0\0\0\x18ftypisom\0\0\2\0isom" + text.encode())
        with pytest.raises(BadMedia, match="Cut off or damaged"):
            read(path)


def test_a_small_file_with_a_vast_picture_is_refused(tmp_path: Path) -> None:
    """5,000 × 2,000 pixels of one grey: kilobytes on disk, 30 MB a frame in memory."""
    path = video(tmp_path / "a.webm", 0.2, size=(5_000, 2_000), sound=claps(0.2))
    assert path.stat().st_size < 50_000
    with pytest.raises(BadMedia, match=r"larger than any camera's|damaged|no frame"):
        read(path)


@pytest.mark.parametrize("larger", [(320, 240), (8_000, 4_000)])
def test_a_picture_that_grows_in_the_middle_is_refused(
    tmp_path: Path, larger: tuple[int, int]
) -> None:
    path = growing(tmp_path / "a.webm", [(160, 120), larger])
    seen = []
    with pytest.raises(BadVideo, match=r"changes size in the middle|larger than any|damaged"):
        seen.extend(f.pixels.shape for f in frames(path, "video/webm"))
    assert set(seen) <= {(120, 160, 3)}


@pytest.mark.parametrize("fps", [30, 50, 60])
def test_fewer_frames_a_second_than_there_are_come_evenly(tmp_path: Path, fps: int) -> None:
    path = video(tmp_path / "a.mp4", 2.0, fps=fps)
    at = np.array([f.at_s for f in frames(path, "video/mp4", rate=25)])
    assert len(at) == pytest.approx(50, abs=1) and np.diff(at).max() < 2.01 / fps + 0.02


def test_frames_are_counted_from_the_picture_s_beginning(tmp_path: Path) -> None:
    path = video(tmp_path / "a.webm", 2.0, shift_s=5.0)
    at = [f.at_s for f in frames(path, "video/webm", rate=5)]
    assert at == pytest.approx(np.arange(10) / 5, abs=0.05)
    found = read(path)
    assert found.picture is not None and found.picture.duration_ms == pytest.approx(2_000, abs=2)


def test_frames_come_at_their_times_and_no_wider_than_asked(tmp_path: Path) -> None:
    path = video(tmp_path / "a.mp4", 2.0, size=(320, 240))
    every = list(frames(path, "video/mp4"))
    assert [f.at_s for f in every] == pytest.approx(np.arange(2 * FPS) / FPS)
    assert every[0].pixels.shape == (240, 320, 3) and every[0].pixels.dtype == np.uint8
    bright = np.array([f.pixels.mean() for f in every])
    assert abs(int(bright[:FPS].argmax()) - FPS // 2) <= 1  # the clap, halfway through the second
    few = list(frames(path, "video/mp4", rate=5, widest=64))
    assert len(few) == 10 and few[0].pixels.shape == (48, 64, 3)
    first = next(iter(frames(path, "video/mp4")))  # who stops early leaves no process behind
    assert (first.pixels == every[0].pixels).all()
    (tmp_path / "bad.mp4").write_bytes(path.read_bytes()[:600])
    with pytest.raises(BadVideo):
        list(frames(tmp_path / "bad.mp4", "video/mp4"))


def test_sound_that_begins_late_is_measured_and_noted(tmp_path: Path) -> None:
    for name in ("a.mp4", "a.webm"):
        found = read(video(tmp_path / name, 2.0, size=(320, 240), late_s=0.3))
        assert found.picture is not None and found.picture.late_ms == pytest.approx(300, abs=25)
        (late,) = [f for f in judge(found) if f.finding == "sync"]
        assert late.limit == 60 and not late.rejects
    good = read(video(tmp_path / "good.mp4", 2.0, size=(320, 240)))
    assert {f.finding for f in judge(good)} <= {"quiet"}
    small = read(video(tmp_path / "small.mp4", 2.0))
    assert "small-picture" in {f.finding for f in judge(small)}


@given(st.integers(-30, 30))
def test_lips_and_voice_are_compared_to_a_hundredth_of_a_second(late: int) -> None:
    """A mouth that opens with every syllable, and its sound moved by ``late`` hundredths."""
    luck = np.random.default_rng(3)
    at = np.arange(0, 6, 1 / FPS)
    syllables = np.sort(luck.uniform(0.5, 5.5, 12))

    def opening(moments: np.ndarray) -> np.ndarray:
        return np.exp(-(((moments[:, None] - syllables) / 0.06) ** 2)).sum(axis=1)

    time = np.arange(6 * 8_000) / 8_000
    voice = opening(time - late / 100) * luck.standard_normal(len(time)) * 0.2
    found = sync(at, opening(at), voice.astype(np.float32), 8_000)
    assert found is not None and found.sure
    assert found.late_ms == pytest.approx(10 * late, abs=20)
    assert found.good == (-40 <= found.late_ms <= 60)


def test_a_still_mouth_silence_and_a_moment_say_nothing_of_sync() -> None:
    at, quiet = np.arange(0, 4, 0.04), np.zeros(4 * 8_000, np.float32)
    assert sync(at, np.ones(len(at)), claps(4)[:, 0], RATE) is None
    assert sync(at, np.sin(at), quiet, 8_000) is None
    assert sync(at[:5], np.sin(at[:5]), quiet, 8_000) is None
    noise = np.random.default_rng(0).standard_normal((2, 32_000)).astype(np.float32)
    other = sync(at, np.random.default_rng(1).uniform(size=len(at)), noise[0], 8_000)
    assert other is None or not other.sure


def test_a_stranger_s_video_is_judged_apart_and_kept_by_its_content(tmp_path: Path) -> None:
    path = video(tmp_path / "a.mp4", 2.0, size=(320, 240))
    judged = Apart()(path)
    assert judged.probe == probe(path) and judged.outline
    store = MediaStore(tmp_path / "media")
    kept = store.put(path)
    assert kept.path.suffix == ".mp4" and kept.sha256 == digest_file(path)
    assert store.put(path).path == kept.path and store.read(kept.sha256).picture is not None


def test_a_video_in_a_house_is_a_take_of_the_face(house: yesand.House, tmp_path: Path) -> None:
    """Under terms for the voice alone it must not leave, whatever else it holds."""
    from yesand.takes.models import Take
    from yesand.takes.services import import_corpus

    folder = tmp_path / "corpus"
    folder.mkdir()
    video(folder / "a.mp4", 2.0, size=(320, 240))
    soundfile.write(folder / "b.wav", claps(2)[:, 0], RATE)
    rows = "path,performer,emotion\na.mp4,ann,joy\nb.wav,ann,joy\n"
    (folder / "takes.csv").write_text(rows)
    report = import_corpus(house.place, folder)
    assert report.imported == 2, report.rows
    told = dict(Take.objects.values_list("media_type", "modality"))
    assert told == {"video/mp4": "face", "audio/wav": "voice"}
    assert import_corpus(house.place, folder).imported == 0


_WITHOUT = """
import sys
sys.modules["av"] = None
from pathlib import Path
from importlib import util
found = util.find_spec
util.find_spec = lambda name, *rest: None if name == "av" else found(name, *rest)
"""
_BLOCKED = f"""{_WITHOUT}
from yesand.takes.sound import read
try:
    read(Path(sys.argv[1]))
except Exception as fault:
    print(type(fault).__name__, fault)
"""


def test_the_house_never_loads_ffmpeg_and_says_so_where_it_is_missing(tmp_path: Path) -> None:
    path = video(tmp_path / "a.mp4")
    code = "import sys; from pathlib import Path; from yesand.takes.sound import read\n"
    code += "read(Path(sys.argv[1])); assert 'av' not in sys.modules"
    subprocess.run([sys.executable, "-c", code, str(path)], check=True)
    said = subprocess.run(
        [sys.executable, "-c", _BLOCKED, str(path)], check=True, capture_output=True, text=True
    ).stdout
    assert said.startswith("BadMedia Video needs PyAV, which is missing (a.mp4). Install it:")


def test_quality_calls_no_video_bad_where_nothing_opens_it(tmp_path: Path) -> None:
    path = video(tmp_path / "a.mp4")
    code = f"{_WITHOUT}\nfrom yesand.cli import _run\nsys.exit(_run(['quality', sys.argv[1]]))"
    said = subprocess.run(
        [sys.executable, "-c", code, str(path)], check=False, capture_output=True, text=True
    )
    assert said.returncode == 2 and "pip install" in said.stderr and "rejected" not in said.stdout


def test_channels_overwrite_nothing_else(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = _duo(_wav, tmp_path / "duo.wav", 0.05)
    other = tmp_path / "takes" / "duo-2.flac"
    other.parent.mkdir()
    other.write_bytes(b"somebody's take")
    assert run(["channels", str(path), "--out", str(other.parent)]) == 1
    assert "duo-2.flac is there already" in capsys.readouterr().err
    assert [p.name for p in other.parent.iterdir()] == ["duo-2.flac"]
    assert other.read_bytes() == b"somebody's take"


def test_tracks_of_two_videos_of_one_name_are_refused_before_any_work(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    paths = [tmp_path / folder / "a.mp4" for folder in ("one", "two")]
    for path in paths:
        path.parent.mkdir()
        path.write_bytes(b"")
    asked = ["affect", "face", *map(str, paths), "--out", str(tmp_path / "rows.csv")]
    assert run([*asked, "--tracks", str(tmp_path / "tracks")]) == 2
    assert "Several videos are called a" in capsys.readouterr().err
    assert run([*asked, "--sync", "--cache", str(tmp_path / "cache")]) == 2
    assert "The cache keeps rows" in capsys.readouterr().err
    assert not (tmp_path / "tracks").exists() and not (tmp_path / "rows.csv").exists()


def _duo(write: Callable[[Path, np.ndarray], Path], path: Path, leak: float) -> Path:
    """Two who take turns, each a second, heard on the other's microphone by a leak."""
    luck, time = np.random.default_rng(5), np.arange(6 * RATE) / RATE
    turns = (time // 1).astype(int) % 2
    own = [0.3 * np.sin(2 * np.pi * f * time) * (turns == n) for n, f in enumerate((220, 330))]
    both = np.stack([own[0] + leak * own[1], own[1] + leak * own[0]], axis=1)
    made: np.ndarray = (both + 1e-5 * luck.standard_normal(both.shape)).astype(np.float32)
    return write(path, made)


def _wav(path: Path, samples: np.ndarray) -> Path:
    soundfile.write(path, samples, RATE, subtype="PCM_24")
    return path


def _film(path: Path, samples: np.ndarray) -> Path:
    return video(path, 6.0, sound=samples)


@pytest.mark.parametrize(
    ("name", "write"), [("duo.wav", _wav), ("duo.webm", _film), ("duo.mp4", _film)]
)
def test_a_duo_is_taken_apart_by_channel(
    tmp_path: Path, name: str, write: Callable[[Path, np.ndarray], Path],
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    sound = read(_duo(write, tmp_path / name, 0.05))
    one, two = channels(sound, Energy())
    assert (one.number, two.number) == (1, 2)
    assert one.voiced_s == pytest.approx(3, abs=0.15) == two.voiced_s
    assert one.leak_db == pytest.approx(-26, abs=1.5)
    out = tmp_path / "takes"
    assert run(["channels", str(tmp_path / name), "--out", str(out)]) == 0
    first = [path.read_bytes() for path in sorted(out.iterdir())]
    assert run(["channels", str(tmp_path / name), "--out", str(out), "--json"]) == 0
    assert [path.read_bytes() for path in sorted(out.iterdir())] == first
    again = read(out / "duo-2.flac")
    assert np.abs(again.samples[:, 0] - sound.samples[:, 1]).max() < 1e-6
    capsys.readouterr()


def test_what_is_no_duo_is_not_taken_apart() -> None:
    def sound(samples: np.ndarray) -> Sound:
        told = Probe("audio/wav", 1_000, RATE, samples.shape[1], len(samples))
        return Sound(told, samples.astype(np.float32))

    mono = claps(2)
    with pytest.raises(BadMedia, match="Channels 1 and 2 hold the same sound"):
        channels(sound(np.hstack([mono, mono])))
    with pytest.raises(BadMedia, match="Only 1 of 6 channels holds a sound"):
        channels(sound(np.hstack([mono, np.zeros((len(mono), 5))])))
