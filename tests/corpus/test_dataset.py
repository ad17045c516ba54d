from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch.utils.data import DataLoader, Dataset

import yesand
from small_troupe import ask, troupe
from yesand.agreements import services as agreements
from yesand.corpus import services as corpus
from yesand.corpus.dataset import Example, OutsideManifest, TakeDataset
from yesand.corpus.errors import Overtaken
from yesand.kernel.errors import BadInput, CheckFailed
from yesand.people import services as people
from yesand.takes.media import MediaStore
from yesand.takes.models import Take


@pytest.fixture
def filled(house: yesand.House, tmp_path: Path) -> yesand.House:
    troupe(house, tmp_path / "troupe")
    return house


def opened(house: yesand.House, **how: object) -> TakeDataset:
    manifest = corpus.gate(house.place, ask(house)).manifest
    return corpus.dataset(house.place, manifest, **how)


def test_a_dataset_gives_every_permitted_take(filled: yesand.House) -> None:
    data = opened(filled)
    assert isinstance(data, Dataset) and len(data) == 9
    assert data.emotions == ("angry", "calm", "happy")
    example = data[0]
    assert isinstance(example, Example)
    assert example.waveform.dtype == torch.float32 and example.waveform.shape == (8_000,)
    assert data.emotions[example.emotion] == data.takes[0].emotion
    assert example.performer == data.takes[0].performer


def test_it_feeds_a_data_loader(filled: yesand.House) -> None:
    data = opened(filled, transform=lambda e: (e.waveform, e.emotion))
    waveforms, emotions = next(iter(DataLoader(data, batch_size=9)))
    assert waveforms.shape == (9, 8_000) and emotions.bincount().tolist() == [3, 3, 3]


def test_other_rates_come_out_at_16_khz(house: yesand.House, tmp_path: Path) -> None:
    troupe(house, tmp_path / "troupe", performers=("Alba",), rate=44_100)
    assert opened(house)[0].waveform.shape == (8_000,)


def test_a_take_outside_the_manifest_is_refused(filled: yesand.House) -> None:
    agreements.withdraw(filled.place, people.performer("Bert"))
    data = opened(filled)
    bert = Take.objects.filter(performer__handle="Bert").first()
    alba = Take.objects.filter(performer__handle="Alba").first()
    assert bert and alba
    with pytest.raises(OutsideManifest):
        data.of(bert.sha256)
    assert data.of(alba.sha256).performer == "Alba"
    with pytest.raises(IndexError):
        data[6]


def test_a_recording_that_was_exchanged_is_refused(filled: yesand.House) -> None:
    data = opened(filled)
    store = MediaStore(filled.place.media)
    first, second = (store.path_of(take.sha256) for take in data.takes[:2])
    first.write_bytes(second.read_bytes())
    with pytest.raises(CheckFailed, match="do not match"):
        data[0]


def test_a_manifest_overtaken_by_a_withdrawal_does_not_open(filled: yesand.House) -> None:
    manifest = corpus.gate(filled.place, ask(filled)).manifest
    agreements.withdraw(filled.place, people.performer("Bert"))
    with pytest.raises(Overtaken):
        corpus.dataset(filled.place, manifest)


def test_a_withdrawal_during_training_stops_it_at_the_next_epoch(filled: yesand.House) -> None:
    data = opened(filled)
    data.refresh()
    agreements.withdraw(filled.place, people.performer("Bert"))
    with pytest.raises(Overtaken):
        data.refresh()


def test_an_emotion_that_is_no_class_is_bad_input(filled: yesand.House) -> None:
    with pytest.raises(BadInput, match="angry"):
        opened(filled, emotions=["calm", "happy"])


def test_the_package_works_without_torch() -> None:
    code = (
        "import sys; sys.modules['torch'] = None\n"
        "import django, os\n"
        "os.environ['DJANGO_SETTINGS_MODULE'] = 'yesand.site.settings'\n"
        "django.setup()\n"
        "import yesand.corpus.services, yesand.oversight.models\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
