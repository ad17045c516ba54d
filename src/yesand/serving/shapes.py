"""What the API of a served model is told and tells, as its description says."""

from __future__ import annotations

from typing import Any

from ninja import Schema
from pydantic import Field

from yesand.serving.limits import BATCH
from yesand.serving.permitting import Reason, Setting, Use

#: JSON objects, one a line.
LINES = "application/x-ndjson"


_REFUSED = {
    401: "No token, or another than this server was started with",
    403: "Law or terms exclude this use; every clause against it is told",
    503: "The model is not in service",
}
#: How an operation refuses, beside the ways of every API.
REFUSALS = {
    status: {
        "description": words,
        "content": {
            "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
        },
    }
    for status, words in _REFUSED.items()
}


class UseIn(Schema):
    """What the answer is for. What is not said is unknown, and unknown is denied."""

    purpose: str = Field("", description="As terms name it, e.g. voice-assistant, entertainment.")
    territory: str = Field("*", description="ISO 3166-1 code of where the heard person is.")
    setting: Setting = Field(Setting.UNKNOWN, description="workplace, education or elsewhere.")
    commercial: bool = Field(True, description="Whether money is made with it.")
    reason: Reason = Field(Reason.NONE, description="A reason of Art. 5(1)(f): medical or safety.")
    threshold: float | None = Field(None, ge=0, le=1, description="Abstain below it.")
    trace: bool = Field(False, description="Whether values over the sound's time are wanted, too.")

    def use(self) -> Use:
        """Return it as a use."""
        return Use.parse(self.dict(include=set(Use.__dataclass_fields__)))


class StreamIn(UseIn):
    """A stream's use and form."""

    rate: int = Field(description="Samples a second.")
    every: float = Field(1.0, description="Seconds between answers.")


class ValueOut(Schema):
    """A value from -1 to 1; of performers never met, nine of ten lie in its interval."""

    value: float
    low: float
    high: float


class CurveOut(Schema):
    """A value over the sound's time."""

    points: list[tuple[float, float]] = Field(
        description="Milliseconds from the start (of the stream, in one), and the value, -1 to 1."
    )
    within: float = Field(description="Nine of ten moments lay no further off.")


class AnswerOut(Schema):
    """A distribution over emotions, and whether it should be acted upon."""

    emotions: dict[str, float] = Field(description="Emotion to probability; they add up to one.")
    top: str
    probability: float
    abstained: bool
    why: str = Field(description="Of an abstention: silence or unsure.")
    vad: dict[str, float] | None = Field(description="Where the model has such a head.")
    dimensions: dict[str, ValueOut] | None = Field(description="The same with intervals.")
    trace: dict[str, CurveOut] | None = Field(description="If asked for, where it can be told.")
    seconds: float
    notes: list[str]


class RowOut(Schema):
    """One recording of a batch: its answer, or why there is none."""

    name: str
    answer: AnswerOut | None
    problem: dict[str, str] | None


class BatchOut(Schema):
    """A batch's answers, in its own order."""

    answers: list[RowOut]
    answered: int
    bad: int


class HealthOut(Schema):
    """Whether it answers."""

    status: str
    why: str
    deployment: str
    house: str = Field(description="Why the house could not be asked just now; empty: it was.")
    usage_waiting_bytes: int
    usage_refused: bool = Field(description="Some lies in refused.jsonl: a person must look.")


class ModelOut(Schema):
    """Which model serves, for whom, and for what."""

    deployment: str
    model: str
    manifest: str
    licensee: str
    since: str
    until: str | None
    retire_by: str | None
    emotions: list[str]
    dimensions: list[str] = Field(description="Of valence, arousal, dominance: those it tells.")
    traces: list[str] = Field(description="Those that it tells over time.")
    abstains_below: float
    permitted: dict[str, Any] = Field(description="What the gate permitted.")
    units: list[str]
    marks: list[str]
    limits: list[str]
    notices: list[str]


AUDIO = {
    "requestBody": {
        "required": True,
        "content": {
            "audio/*": {"schema": {"type": "string", "format": "binary"}},
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["recording"],
                    "properties": {"recording": {"type": "string", "format": "binary"}},
                }
            },
        },
    }
}
FILES = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["recordings"],
                    "properties": {
                        "recordings": {
                            "type": "array",
                            "maxItems": BATCH,
                            "items": {"type": "string", "format": "binary"},
                        }
                    },
                }
            }
        },
    }
}
PCM = {
    "requestBody": {
        "required": True,
        "content": {
            "application/octet-stream": {"schema": {"type": "string", "format": "binary"}},
            "audio/L16": {"schema": {"type": "string", "format": "binary"}},
        },
        "description": "16-bit PCM of one channel, little-endian, in chunks (RFC 9112 §7.1).",
    },
    "responses": {
        200: {
            "description": "One JSON object a line: running answers, and the mean at the end.",
            "content": {LINES: {"schema": {"type": "string"}}},
        }
    },
}
