"""The closed lists that terms and requests are written in. What is not named is not licensed."""

from __future__ import annotations

from enum import StrEnum


class UseClass(StrEnum):
    """What kind of system may be made from a take."""

    RECOGNITION = "recognition"  # reads emotion in others; reproduces nobody
    SYNTHESIS = "synthesis"  # expressive speech or faces, no recognisable replica
    REPLICA = "replica"  # a recognisable voice or face: needs its own signature
    EVALUATION = "evaluation"  # measuring systems, never fitting them


class Purpose(StrEnum):
    """What for (mapped to DPV 2.3 in the ODRL profile)."""

    RESEARCH = "research"
    EMOTION_RECOGNITION = "emotion-recognition"
    VOICE_ASSISTANT = "voice-assistant"
    ENTERTAINMENT = "entertainment"
    HEALTH = "health"
    ACCESSIBILITY = "accessibility"
    WORKPLACE = "workplace"  # banned by statute for emotion inference
    EDUCATION = "education"  # banned by statute for emotion inference
    ADVERTISING = "advertising"
    POLITICAL = "political"
    ADULT = "adult"


class Action(StrEnum):
    """What is done with a take."""

    TRAIN = "train"
    EVALUATE = "evaluate"
    EXPORT = "export"
    SYNTHESISE = "synthesise"


class Modality(StrEnum):
    """Which channel of a performance."""

    VOICE = "voice"
    FACE = "face"


class Material(StrEnum):
    """In which form a take leaves the house."""

    RAW = "raw"
    FEATURES = "features"
