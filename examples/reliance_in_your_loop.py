"""Who moves somebody else's model? Three lines in a plain PyTorch loop.

Run it as a script, or cell by cell: ``python examples/reliance_in_your_loop.py``. It takes
RAVDESS where it lies at ``$YESAND_DATA/ravdess``, else tones that it makes itself, and leaves
``shares.svg`` and ``seeds.png`` where it is run. ``--quick`` trains less.
"""

# %% What the loop is given: sounds, what was acted, and who performed
from __future__ import annotations

import os
import sys
from pathlib import Path

import matplotlib as mpl
import numpy as np
import soundfile
import torch
from matplotlib import pyplot
from torch import Tensor, nn
from torch.nn.functional import cross_entropy

from yesand.affect.features import RATE, logmel
from yesand.reliance.chart import chart
from yesand.reliance.inrun import InRun, Record, together

QUICK = "--quick" in sys.argv
SEEDS, EPOCHS = (2, 4) if QUICK else (6, 20)
RAVDESS = Path(os.environ.get("YESAND_DATA", "")) / "ravdess"
mpl.use("Agg")  # pictures go to files, wherever this runs
torch.set_num_threads(1)


def heard(sound: np.ndarray, rate: int) -> np.ndarray:
    """Return how loud each band is in a take, and how much it moves, shape (128,)."""
    mel = logmel(sound.astype(np.float32), rate).astype(np.float32)
    return np.concatenate([mel.mean(0), mel.std(0)])


def real() -> tuple[np.ndarray, list[str], list[str]]:
    """Return RAVDESS's takes; the third field of a name says what was acted."""
    paths = sorted(RAVDESS.glob("Actor_*/*.flac"))
    features = np.stack([heard(*soundfile.read(path)) for path in paths])
    return features, [p.name.split("-")[2] for p in paths], [p.parent.name for p in paths]


def made() -> tuple[np.ndarray, list[str], list[str]]:
    """Return tones of twelve performers; the later ones play their feelings more clearly."""
    luck, feelings = (
        np.random.default_rng(0),
        {"glad": (500, 8), "grave": (180, 2), "calm": (300, 1)},
    )
    features, acted, people = [], [], []
    time = np.arange(RATE // 2) / RATE
    for person in range(12):
        for feeling, (pitch, beat) in feelings.items():
            for _ in range(8):
                clear = 0.1 + 0.9 * (person % 6) / 5
                its = 300 + clear * (pitch - 300) + 60 * luck.standard_normal()
                tone = np.sin(2 * np.pi * its * time) * (1 + 0.5 * np.sin(2 * np.pi * beat * time))
                features.append(heard(0.3 * tone + 0.05 * luck.standard_normal(len(time)), RATE))
                acted.append(feeling)
                people.append(f"Tone_{person:02d}")
    return np.stack(features), acted, people


features, acted, people = real() if any(RAVDESS.glob("Actor_*/*.flac")) else made()
kinds, label = np.unique(acted, return_inverse=True)
x = torch.from_numpy((features - features.mean(0)) / (features.std(0) + 1e-3)).float()
y = torch.from_numpy(label)

# Half of the performers train; the others, whom the model never meets, are what it is used on.
names = sorted(set(people))
trains = torch.tensor([names.index(p) % 12 < 6 for p in people])
x_train, y_train = x[trains], y[trains]
owner = [p for p, t in zip(people, trains.tolist(), strict=True) if t]
queries = list(zip(x[~trains].split(60), y[~trains].split(60), strict=True))
print(f"{len(x_train)} takes of {len(set(owner))} performers; asked about {int((~trains).sum())}")


# %% Somebody else's training loop, with three lines of ours
def train(seed: int) -> tuple[nn.Module, Record]:
    """Train a small network, and return what each performer brought to it."""
    torch.manual_seed(seed)
    model = nn.Sequential(nn.Linear(x.shape[1], 64), nn.ReLU(), nn.Linear(64, len(kinds)))
    optimiser = torch.optim.SGD(model.parameters(), lr=0.02, momentum=0.9, weight_decay=0.01)
    watch = InRun(model, optimiser, owners=owner, queries=queries, rate=0.5, every=4)  # 1
    for _ in range(EPOCHS):
        for takes in torch.randperm(len(x_train)).split(32):
            losses = cross_entropy(model(x_train[takes]), y_train[takes], reduction="none")
            watch.step(losses, takes)  # 2
            optimiser.zero_grad()
            losses.mean().backward()
            optimiser.step()
    return model, watch.record()  # 3: or watch.shares()


def right(model: nn.Module, inputs: Tensor, labels: Tensor) -> float:
    """Return how often it is right."""
    with torch.no_grad():
        return float((model(inputs).argmax(1) == labels).float().mean())


runs = [train(seed) for seed in range(SEEDS)]
met, unmet = (
    np.mean([right(model, x[part], y[part]) for model, _ in runs]) for part in (trains, ~trains)
)
print(f"right on voices that it met {met:.0%}, on others {unmet:.0%} (chance {1 / len(kinds):.0%})")

# %% One seed is luck; several together tell
records = [record for _, record in runs]
whole = together(records)
shares = whole.shares()
for who, one in sorted(shares.items(), key=lambda item: -item[1]["share_ppb"]):
    low, share, high = (one[k] / 1e7 for k in ("low_ppb", "share_ppb", "high_ppb"))
    print(f"{who:10} {share:5.1f} %   ({low:.1f} to {high:.1f})")
print(*whole.notes, sep="\n")
print(f"measured {whole.measured} of {whole.steps} steps")

# %% Pictures
Path("shares.svg").write_text(chart(shares, "What each performer brought"), "utf-8")

figure, axes = pyplot.subplots(figsize=(7, 4), layout="constrained")
order = np.argsort(whole.effects())
for record in records:
    effects = record.effects()[order]
    axes.plot(effects / effects.sum() * 100, range(len(order)), "o", color="#8aa", markersize=4)
effects = whole.effects()[order]
axes.plot(effects / effects.sum() * 100, range(len(order)), "D", color="#245", label="all together")
axes.set_yticks(range(len(order)), [whole.performers[i] for i in order])
axes.set_xlabel("part of what was brought, % (a dot a seed)")
axes.legend(frameon=False)
axes.grid(axis="x", alpha=0.3)
figure.savefig("seeds.png", dpi=120)
print("shares.svg and seeds.png are written")
