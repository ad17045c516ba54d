"""Faces: what is kept of a detection, and that nothing else is.

MediaPipe's model is nobody's to ship here. What follows a detection is tested on MediaPipe's own
result type where it is installed, on one of the same shape where not; the whole path runs where
`YESAND_FACE_TASK` names the model file.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, fields
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from yesand.affect import derived
from yesand.affect.face.functionals import NAMES, functionals
from yesand.affect.face.pose import angles
from yesand.affect.face.reader import SETTING, FaceReader, Seen, told, track
from yesand.affect.face.rows import save
from yesand.affect.face.track import ANGLES, BLENDSHAPES, Track
from yesand.cli import _run as run
from yesand.kernel.errors import BadInput, NotFound

TASK = os.environ.get(SETTING, "")
LUCK = np.random.default_rng(0)


@dataclass
class Category:
    """As `mediapipe.tasks.python.components.containers.category.Category` names its parts."""

    index: int
    score: float
    display_name: str
    category_name: str


@dataclass
class Result:
    """As `FaceLandmarkerResult`."""

    face_landmarks: list[list[Any]]
    face_blendshapes: list[list[Any]]
    facial_transformation_matrixes: list[Any]


@pytest.fixture(params=["ours", "mediapipe"])
def make(request: pytest.FixtureRequest) -> Any:
    """Results of a detection with so many faces, by a stand-in and by the real type."""
    kinds: tuple[Any, ...] = (Category, Result, _Landmark)
    if request.param == "mediapipe":
        reason = "the extra face (MediaPipe) is missing"
        vision = pytest.importorskip("mediapipe.tasks.python.vision", reason=reason)
        from mediapipe.tasks.python.components.containers import category, landmark

        kinds = (category.Category, vision.FaceLandmarkerResult, landmark.NormalizedLandmark)

    def made(faces: int, scores: Any = None, matrix: Any = None) -> Any:
        scores = LUCK.uniform(size=52) if scores is None else scores
        matrix = np.eye(4) if matrix is None else matrix
        shapes = [kinds[0](n, float(s), "", BLENDSHAPES[n]) for n, s in enumerate(scores)]
        points = [kinds[2](x=0.123456, y=0.654321, z=0.777777) for _ in range(478)]
        return kinds[1]([points] * faces, [shapes] * faces, [matrix] * faces)

    return made


@dataclass
class _Landmark:
    x: float
    y: float
    z: float


def test_the_names_are_mediapipe_s_own() -> None:
    landmarker = pytest.importorskip(
        "mediapipe.tasks.python.vision.face_landmarker",
        reason="the extra face (MediaPipe) is missing",
    )
    own = [name.replace("_", "").lower() for name in landmarker.Blendshapes.__members__]
    assert [name.strip("_").lower() for name in BLENDSHAPES] == own and len(own) == 52


def test_expression_and_pose_are_kept_by_name_whatever_their_order(make: Any) -> None:
    scores = LUCK.uniform(size=52)
    turned = np.eye(4)
    turned[:3, :3] = 1.7 * Rotation.from_euler("xyz", [10, -20, 30], degrees=True).as_matrix()
    turned[:3, 3] = (3, -4, -50)
    result = make(1, scores, turned)
    result.face_blendshapes[0].reverse()
    seen = told(result)
    assert seen.faces == 1 and seen.expression == pytest.approx(scores, abs=1e-6)
    assert seen.pose == pytest.approx([10, -20, 30], abs=1e-3)


def test_no_face_and_two_faces_are_nobody_s_expression(make: Any) -> None:
    for faces in (0, 2):
        seen = told(make(faces))
        assert seen.faces == faces and not any((*seen.expression, *seen.pose))
        assert not track([(0.0, seen)]).valid[0]


def test_what_is_no_number_is_no_face(make: Any) -> None:
    assert not track([(0.0, told(make(1, np.full(52, np.nan))))]).valid[0]
    assert not track([(0.0, told(make(1, None, np.full((4, 4), np.nan))))]).valid[0]
    wide = told(make(1, np.full(52, 7.0)))
    assert set(wide.expression) == {1.0}


def test_nothing_is_kept_by_which_a_face_is_known_again(make: Any, tmp_path: Path) -> None:
    """740 ILCS 14: no landmark, no place and no size of the face is in what is made or written."""
    here, there = np.eye(4), 2.5 * np.eye(4)
    there[:3, 3], there[3, 3] = (9, 8, -60), 1
    scores = LUCK.uniform(size=52)
    assert told(make(1, scores, here)) == told(make(1, scores, there))
    assert {f.name for f in fields(Seen)} == {"expression", "pose", "faces"}
    assert {f.name for f in fields(Track)} == {"at_s", "expression", "pose", "valid", "faces"}
    made = track([(n / 25, told(make(1, scores, here))) for n in range(9)])
    save(tmp_path / "a.npz", made, "v")
    with np.load(tmp_path / "a.npz") as kept:
        shapes = {name: kept[name].shape for name in kept.files}
        numbers = np.concatenate([kept[n].ravel() for n in kept.files if n != "version"])
    assert shapes == {
        "at_s": (9,), "expression": (9, 52), "pose": (9, 3), "valid": (9,), "faces": (9,),
        "version": (),
    }  # fmt: skip
    marks = np.array([0.123456, 0.654321, 0.777777])
    assert np.abs(numbers[:, None].astype(float) - marks).min() > 1e-6
    row = functionals(made).astype(float)
    assert np.abs(row[:, None] - marks).min() > 1e-6
    allowed = {*BLENDSHAPES, *ANGLES, "face"}
    assert {name.split(".")[0] for name in NAMES} == allowed


@given(st.floats(-80, 80), st.floats(-80, 80), st.floats(-170, 170), st.floats(0.1, 9))
def test_angles_are_read_from_any_turned_and_scaled_head(
    pitch: float, yaw: float, roll: float, size: float
) -> None:
    turned = np.eye(4)
    order = Rotation.from_euler("xyz", [pitch, yaw, roll], degrees=True)
    turned[:3, :3] = size * order.as_matrix()
    assert angles(turned) == pytest.approx([pitch, yaw, roll], abs=1e-2)
    assert np.isfinite(angles(np.zeros((4, 4)))).all()


def _track(opening: Any, valid: Any = None, rate: float = 25.0) -> Track:
    values = np.zeros((len(opening), 52), np.float32)
    values[:, BLENDSHAPES.index("jawOpen")] = opening
    seen = np.ones(len(opening), np.bool_) if valid is None else np.asarray(valid, np.bool_)
    at, pose = np.arange(len(opening)) / rate, np.zeros((len(opening), 3), np.float32)
    return Track(at, values, pose, seen, seen.astype(np.int8))


def _told(made: Track, name: str) -> float:
    return float(functionals(made)[NAMES.index(name)])


def test_a_row_says_how_far_and_how_fast() -> None:
    ramp = _track(np.linspace(0, 1, 51))  # two seconds, half a unit a second
    assert _told(ramp, "jawOpen.mean") == pytest.approx(0.5)
    assert _told(ramp, "jawOpen.p95") == pytest.approx(0.95)
    assert _told(ramp, "jawOpen.speed") == pytest.approx(0.5, rel=1e-3)
    assert _told(ramp, "face.seconds") == 2 and _told(ramp, "face.seen") == 1
    half = _track(np.linspace(0, 1, 51), np.arange(51) % 2 == 0)
    assert _told(half, "face.seen") == pytest.approx(26 / 51)
    assert _told(half, "jawOpen.speed") == 0  # no two frames beside each other show the face


def test_blinks_are_counted() -> None:
    made = _track(np.zeros(100))
    for name in ("eyeBlinkLeft", "eyeBlinkRight"):
        for start in (10, 40, 70):
            made.expression[start : start + 4, BLENDSHAPES.index(name)] = 0.9
    assert _told(made, "face.blinks-a-second") == pytest.approx(3 / (99 / 25))


@given(st.integers(0, 12), st.booleans())
def test_any_track_gives_a_finite_row(number: int, seen: bool) -> None:
    made = functionals(_track(np.ones(number), np.full(number, seen)))
    assert made.shape == (len(NAMES),) and np.isfinite(made).all()


def test_columns_have_one_name_each() -> None:
    assert len(set(NAMES)) == len(NAMES) == 9 * 55 + 4


def test_without_the_model_file_it_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv(SETTING, raising=False)
    with pytest.raises(NotFound, match=r"No model of faces was named.*docs/signals\.md"):
        FaceReader.open()
    with pytest.raises(NotFound, match="No such model of faces"):
        FaceReader.open(tmp_path / "face_landmarker.task")
    monkeypatch.setenv(SETTING, str(tmp_path / "none.task"))
    (tmp_path / "a.mp4").write_bytes(b"x")
    how = ["affect", "face", str(tmp_path), "--out", str(tmp_path / "rows.csv")]
    assert run(how) == 2 and "none.task" in capsys.readouterr().err
    assert not (tmp_path / "rows.csv").exists()


def test_a_mediapipe_that_reports_its_use_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By its version, and what is installed has no address to report to."""
    import importlib.metadata
    from importlib.util import find_spec

    (tmp_path / "a.task").write_bytes(b"model")
    monkeypatch.setattr("yesand.affect.face.reader.version", lambda _: "1.2.3")
    with pytest.raises(BadInput, match=r"MediaPipe 1\.2\.3 reports its use to Google"):
        FaceReader.open(tmp_path / "a.task")
    spec = find_spec("mediapipe")
    if spec is None or spec.origin is None:
        pytest.skip("the extra face (MediaPipe) is missing")
    own = importlib.metadata.version("mediapipe")
    for library in Path(spec.origin).parent.rglob("*.so"):
        assert b"play.googleapis.com/log" not in library.read_bytes(), own


def test_a_file_that_is_no_model_is_told(tmp_path: Path) -> None:
    pytest.importorskip("mediapipe", reason="the extra face (MediaPipe) is missing")
    (tmp_path / "a.task").write_bytes(b"no model" * 99)
    with pytest.raises(BadInput, match="No model of faces that MediaPipe can open"):
        FaceReader.open(tmp_path / "a.task")


def test_a_face_s_rows_are_forgotten_with_the_recording(tmp_path: Path) -> None:
    place = derived.place_of(tmp_path, "face", "v", "a" * 64)
    place.parent.mkdir(parents=True)
    half = place.with_name(f".{place.name}.0badcafe.part")
    for path in (place, half):
        path.write_bytes(b"row")
    derived.forget(tmp_path, ["a" * 64])
    assert not place.exists() and not half.exists()


def _film(path: Path, pixels: Any, frames: int = 30) -> Path:
    """Film one picture, mute."""
    import av

    height, width = (n // 2 * 2 for n in pixels.shape[:2])
    with av.open(str(path), "w", format="mp4") as out:
        stream = out.add_stream("mpeg4", rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.bit_rate = 4_000_000
        for n in range(frames):
            shown = np.ascontiguousarray(pixels[:height, :width])
            frame = av.VideoFrame.from_ndarray(shown, format="rgb24")
            frame.pts, frame.time_base = n, Fraction(1, 25)
            out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return path


@pytest.mark.skipif(not TASK, reason=f"{SETTING} names no face_landmarker.task")
def test_the_real_detector_sees_a_face_where_there_is_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A portrait that matplotlib carries, upright and on its side; grey, and a folder of both."""
    import matplotlib.cbook
    import matplotlib.image

    name = str(matplotlib.cbook.get_sample_data("grace_hopper.jpg", asfileobj=False))
    portrait = matplotlib.image.imread(name)
    reader = FaceReader.open()
    upright = reader.read(_film(tmp_path / "a.mp4", portrait))
    assert upright.valid.mean() > 0.9 and upright.expression.max() <= 1
    assert np.abs(upright.pose[upright.valid]).max() < 25
    mirrored = reader.read(_film(tmp_path / "b.mp4", portrait[:, ::-1]))
    assert mirrored.pose[9, 2] == pytest.approx(-upright.pose[9, 2], abs=4)  # roll, the other way
    grey = reader.read(_film(tmp_path / "c.mp4", np.full_like(portrait, 120)))
    assert not grey.valid.any() and not grey.expression.any() and len(grey.at_s) == 30
    two = reader.read(_film(tmp_path / "d.mp4", np.hstack([portrait, portrait])))
    assert two.faces.max() == 2 and not two.valid[two.faces == 2].any()
    out = tmp_path / "rows.npz"
    how = ["affect", "face", str(tmp_path), "--out", str(out), "--cache", str(tmp_path / "cache")]
    assert run(how) == 0
    first = out.read_bytes()
    assert run(how) == 0 and out.read_bytes() == first
    assert len(list((tmp_path / "cache" / "face").rglob("*.npy"))) == 4
    capsys.readouterr()
    assert run([*how, "--tracks", str(tmp_path / "tracks"), "--sync", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert {one["so"] for one in said["sync"]} == {"cannot be told"}  # they are mute
    assert len(list((tmp_path / "tracks").glob("*.npz"))) == 4
    with np.load(out) as kept:
        seen = dict(zip(map(Path, kept["files"].tolist()), kept["rows"], strict=True))
    assert seen[tmp_path / "a.mp4"][NAMES.index("face.seen")] > 0.9
    assert seen[tmp_path / "c.mp4"][NAMES.index("face.seen")] == 0
