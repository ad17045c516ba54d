"""Quality findings: what is wrong with a recording, by how much, and whether that rejects it.

The limits are wide on purpose. A quiet, sad or frightened performance is a performance: all of
RAVDESS (down to −61 LUFS, loudest 20 ms at −53 dBFS) passes. Only what no model and no
listener could use is rejected; everything else is noted.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from yesand.takes.loudness import integrated
from yesand.takes.sound import Samples, Sound

#: Seconds. Shorter than one gating block of loudness (400 ms, ITU-R BS.1770-4 annex 1) no level
#: can be measured; affect bursts start at about a quarter of a second.
SHORTEST_S = 0.25
#: Seconds. One take answers one scene; ten minutes hold a whole session that was never cut.
LONGEST_S = 600.0
#: Hz. Below, nothing above 4 kHz is left, not even telephone speech (ITU-T G.711: 8 kHz).
LOWEST_RATE = 8_000
#: dBFS of a 20 ms frame that counts as sounding. Room noise of a booth lies near −70 dBFS;
#: the quietest take of RAVDESS peaks 17 dB above.
SOUNDING_DBFS = -70.0
#: Seconds of sounding frames: one syllable (about 0.2 s) with room to spare.
LEAST_SOUNDING_S = 0.1
#: Full scale, less one step of 10 bits: clipping converters stop a little short of ±1.
FULL_SCALE = 0.999
#: Samples in a row at full scale. A true peak touches it once or twice; a clipped one stays.
CLIP_RUN = 3
#: Share of samples in such runs. EMO-DB, recorded hot, reaches 7 × 10⁻⁵; at 10⁻³ it is audible.
CLIP_NOTED = 1e-3
#: At one sample in fifty the waveform is square and spectral features describe the clipping.
CLIP_REJECTED = 0.02
#: Full scale. An offset of −40 dBFS shows in low bands; EMO-DB's largest is 0.006.
DC_NOTED = 0.01
#: At a quarter of full scale the converter or its cable is broken.
DC_REJECTED = 0.25
#: LUFS. EBU R 128 asks for −23; 20 LU to either side is worth a look, never a rejection.
QUIET_LUFS, LOUD_LUFS = -45.0, -5.0
#: dB between the 95th and the 10th percentile of frame levels, an estimate of signal to noise.
LOW_SNR_DB = 6.0
_FRAME_S = 0.02
_FLOOR = 1e-12  # −120 dBFS, so that digital silence has a level


@dataclass(frozen=True)
class Finding:
    """One thing that was found, beside the limit that it was measured against."""

    finding: str
    value: float
    limit: float
    reason: str
    rejects: bool

    def as_json(self) -> dict[str, Any]:
        """Return it as it is kept with the take."""
        return asdict(self)


def judge(sound: Sound) -> list[Finding]:
    """Return everything worth saying about a recording; empty is good."""
    levels = frame_levels(sound.mono, sound.rate)
    found = [
        *_length(sound),
        *_silence(levels),
        *_clipping(sound.samples),
        *_offset(sound.samples),
        *_level(integrated(sound.samples, sound.rate)),
        *_noise(levels),
    ]
    return found


def rejected(findings: list[Finding]) -> bool:
    """Tell whether one of the findings rejects the take."""
    return any(finding.rejects for finding in findings)


def frame_levels(mono: Samples, rate: int) -> npt.NDArray[np.float64]:
    """Return the level of each 20 ms frame in dBFS, shape (frames,); at least one frame."""
    length = max(1, min(len(mono), int(_FRAME_S * rate)))
    whole = len(mono) // length * length
    power = np.square(mono[:whole].reshape(-1, length), dtype=np.float64).mean(axis=1)
    levels: npt.NDArray[np.float64] = 10 * np.log10(power + _FLOOR)
    return levels


def clipped_share(samples: Samples) -> float:
    """Return the share of samples (all channels) in runs of three or more at full scale."""
    full = np.zeros((samples.shape[0] + 2, samples.shape[1]), dtype=np.int8)
    full[1:-1] = np.abs(samples) >= FULL_SCALE
    edges = np.diff(full.T.ravel())
    runs = np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)
    return float(runs[runs >= CLIP_RUN].sum() / samples.size)


def _length(sound: Sound) -> list[Finding]:
    seconds = sound.samples.shape[0] / sound.rate
    found = []
    if seconds < SHORTEST_S:
        found.append(_found("too-short", seconds, SHORTEST_S, "Shorter than any utterance", True))
    if seconds > LONGEST_S:
        found.append(_found("too-long", seconds, LONGEST_S, "Longer than one take: cut it", True))
    if sound.rate < LOWEST_RATE:
        found.append(
            _found("sample-rate", sound.rate, LOWEST_RATE, "Sampled too coarsely for speech", True)
        )
    return found


def _silence(levels: npt.NDArray[np.float64]) -> list[Finding]:
    sounding = _FRAME_S * int((levels > SOUNDING_DBFS).sum())
    if sounding >= LEAST_SOUNDING_S:
        return []
    reason = f"Silent: only {sounding:.2f} s lie above {SOUNDING_DBFS:.0f} dBFS"
    return [_found("silence", sounding, LEAST_SOUNDING_S, reason, True)]


def _clipping(samples: Samples) -> list[Finding]:
    share = clipped_share(samples)
    if share > CLIP_REJECTED:
        return [_found("clipping", share, CLIP_REJECTED, "Clipped so often that it is lost", True)]
    if share > CLIP_NOTED:
        return [_found("clipping", share, CLIP_NOTED, "Audibly clipped", False)]
    return []


def _offset(samples: Samples) -> list[Finding]:
    offset = float(np.abs(samples.mean(axis=0, dtype=np.float64)).max())
    if offset > DC_REJECTED:
        return [_found("dc-offset", offset, DC_REJECTED, "A constant voltage drowns it", True)]
    if offset > DC_NOTED:
        return [_found("dc-offset", offset, DC_NOTED, "A constant voltage lies under it", False)]
    return []


def _level(lufs: float) -> list[Finding]:
    if lufs < QUIET_LUFS:
        return [_found("quiet", lufs, QUIET_LUFS, "Much quieter than usual", False)]
    if lufs > LOUD_LUFS:
        return [_found("loud", lufs, LOUD_LUFS, "Much louder than usual", False)]
    return []


def _noise(levels: npt.NDArray[np.float64]) -> list[Finding]:
    snr = float(np.percentile(levels, 95) - np.percentile(levels, 10))
    if snr >= LOW_SNR_DB or len(levels) < 10:
        return []
    return [_found("noise", snr, LOW_SNR_DB, "Hardly rises above its background", False)]


def _found(name: str, value: float, limit: float, reason: str, rejects: bool) -> Finding:
    return Finding(name, round(float(value), 5), float(limit), reason, rejects)
