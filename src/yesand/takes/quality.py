"""Quality findings: what is wrong with a recording, by how much, and whether that rejects it.

The limits are wide on purpose. A quiet, sad or frightened performance is a performance: all of
RAVDESS (down to −61 LUFS, loudest 20 ms at −53 dBFS) passes. Only what no model and no
listener could use is rejected; everything else is noted.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from yesand.takes.activity.activity import Detector
from yesand.takes.activity.choosing import detector
from yesand.takes.activity.energy import SOUNDING_DBFS
from yesand.takes.activity.levels import FRAME_S, frame_levels
from yesand.takes.loudness import integrated
from yesand.takes.room import Room, room
from yesand.takes.sound import Samples, Sound
from yesand.takes.video.facts import Picture

#: Seconds. Shorter than one gating block of loudness (400 ms, ITU-R BS.1770-4 annex 1) no level
#: can be measured; affect bursts start at about a quarter of a second.
SHORTEST_S = 0.25
#: Seconds. One take answers one scene; ten minutes hold a whole session that was never cut.
LONGEST_S = 600.0
#: Hz. Below, nothing above 4 kHz is left, not even telephone speech (ITU-T G.711: 8 kHz).
LOWEST_RATE = 8_000
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
#: Pixels of a picture's shorter side. Below, a face that fills half of it has no eyebrows.
LEAST_PIXELS = 240
#: Frames a second. A quick expression lasts a fifth of a second (Yan et al. 2013).
LEAST_FPS = 15.0
#: ms. EBU R 37 (2007) §1: sound may lead its picture by 40 and lag by 60.
EARLIEST_MS, LATEST_MS = -40.0, 60.0
#: dB of voice above the room (`takes.room`).
LOW_SNR_DB = 6.0


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


@dataclass(frozen=True)
class Measured:
    """A recording in figures.

    Attributes
    ----------
    detector : who listened for voice. voiced_s : how long it is heard.
    clipped : share of samples in runs at full scale. offset : constant voltage, full scale 1.
    lufs : integrated loudness, ITU-R BS.1770-4.
    """

    seconds: float
    rate: int
    channels: int
    detector: str
    voiced_s: float
    sounding_s: float
    room: Room
    clipped: float
    offset: float
    lufs: float
    hears_voice: bool
    picture: Picture | None = None

    def as_json(self) -> dict[str, Any]:
        """Return it as it is told to programs."""
        kept = {k: v for k, v in asdict(self).items() if v is not None}
        told = {k: round(v, 4) if isinstance(v, float) else v for k, v in kept.items()}
        snr = self.room.snr_db
        levels = {
            "noise_dbfs": round(self.room.noise_dbfs, 2),
            "snr_db": None if snr is None else round(snr, 2),
        }
        return {**{k: v for k, v in told.items() if k not in ("room", "hears_voice")}, **levels}


def measure(sound: Sound, listener: Detector | None = None) -> Measured:
    """Return a recording's figures.

    Parameters
    ----------
    listener : who listens for voice; nobody named: as `activity.choosing` says.
    """
    listener = listener or detector()
    mono, rate = sound.mono, sound.rate
    levels, heard = frame_levels(mono, rate), listener.hear(mono, rate)
    return Measured(
        seconds=sound.samples.shape[0] / rate,
        rate=rate,
        channels=sound.samples.shape[1],
        detector=heard.detector,
        voiced_s=heard.seconds,
        sounding_s=FRAME_S * int((levels > SOUNDING_DBFS).sum()),
        room=room(levels, heard, hears_voice=listener.hears_voice),
        clipped=clipped_share(sound.samples),
        offset=float(np.abs(sound.samples.mean(axis=0, dtype=np.float64)).max()),
        lufs=integrated(sound.samples, rate),
        hears_voice=listener.hears_voice,
        picture=sound.picture,
    )


def judge(sound: Sound, listener: Detector | None = None) -> list[Finding]:
    """Return everything worth saying about a recording; empty is good."""
    return findings(measure(sound, listener))


def findings(told: Measured) -> list[Finding]:
    """Return what of a recording's figures is worth saying."""
    return [
        *_length(told),
        *_silence(told),
        *_clipping(told.clipped),
        *_offset(told.offset),
        *_level(told.lufs),
        *_noise(told),
        *_picture(told.picture),
    ]


def rejected(findings: list[Finding]) -> bool:
    """Tell whether one of the findings rejects the take."""
    return any(finding.rejects for finding in findings)


def clipped_share(samples: Samples) -> float:
    """Return the share of samples (all channels) in runs of three or more at full scale."""
    full = np.zeros((samples.shape[0] + 2, samples.shape[1]), dtype=np.int8)
    full[1:-1] = np.abs(samples) >= FULL_SCALE
    edges = np.diff(full.T.ravel())
    runs = np.flatnonzero(edges == -1) - np.flatnonzero(edges == 1)
    return float(runs[runs >= CLIP_RUN].sum() / samples.size)


def _length(told: Measured) -> list[Finding]:
    seconds = told.seconds
    found = []
    if seconds < SHORTEST_S:
        found.append(_found("too-short", seconds, SHORTEST_S, "Shorter than any utterance", True))
    if seconds > LONGEST_S:
        found.append(_found("too-long", seconds, LONGEST_S, "Longer than one take: cut it", True))
    if told.rate < LOWEST_RATE:
        found.append(
            _found("sample-rate", told.rate, LOWEST_RATE, "Sampled too coarsely for speech", True)
        )
    return found


def _silence(told: Measured) -> list[Finding]:
    if told.sounding_s < LEAST_SOUNDING_S:
        reason = f"Silent: only {told.sounding_s:.2f} s lie above {SOUNDING_DBFS:.0f} dBFS"
        return [_found("silence", told.sounding_s, LEAST_SOUNDING_S, reason, True)]
    if told.hears_voice and told.voiced_s < LEAST_SOUNDING_S:
        # A scream or a sob may be no voice to a detector of speech: a person should hear it.
        reason = f"Sound, but no voice, as {told.detector} hears it"
        return [_found("no-voice", told.voiced_s, LEAST_SOUNDING_S, reason, False)]
    return []


def _clipping(share: float) -> list[Finding]:
    if share > CLIP_REJECTED:
        return [_found("clipping", share, CLIP_REJECTED, "Clipped so often that it is lost", True)]
    if share > CLIP_NOTED:
        return [_found("clipping", share, CLIP_NOTED, "Audibly clipped", False)]
    return []


def _offset(offset: float) -> list[Finding]:
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


def _noise(told: Measured) -> list[Finding]:
    snr = told.room.snr_db
    if snr is None or snr >= LOW_SNR_DB:
        return []
    reason = f"Hardly rises above its background (voice found by {told.detector})"
    return [_found("noise", snr, LOW_SNR_DB, reason, False)]


def _picture(picture: Picture | None) -> list[Finding]:
    if picture is None:
        return []
    found, least, late = [], min(picture.width, picture.height), picture.late_ms
    if least < LEAST_PIXELS:
        found.append(_found("small-picture", least, LEAST_PIXELS, "A face is hard to read", False))
    if picture.fps < LEAST_FPS:
        found.append(_found("few-frames", picture.fps, LEAST_FPS, "Expressions are missed", False))
    if not EARLIEST_MS <= late <= LATEST_MS:
        limit = LATEST_MS if late > 0 else EARLIEST_MS
        found.append(_found("sync", late, limit, "Sound and picture begin apart (ms)", False))
    return found


def _found(name: str, value: float, limit: float, reason: str, rejects: bool) -> Finding:
    return Finding(name, round(float(value), 5), float(limit), reason, rejects)
