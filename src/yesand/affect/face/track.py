"""What is kept of a face: 52 coefficients of expression and three angles a frame. Nothing else.

A scan of face geometry is a biometric identifier under the Illinois Biometric Information Privacy
Act (740 ILCS 14/10). So the landmarks, from which a face could be known again, are never kept:
they live in the detector's memory while one frame is read. The coefficients are differences from
a neutral face of the model's own, each between 0 and 1, and say what the muscles do, not whose
they are; the head's place and size in the picture are set aside with them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

#: Apple's ARKit names, as MediaPipe's Face Blendshapes V2 gives them; the first, how little the
#: face does, comes with them.
BLENDSHAPES = (
    "_neutral", "browDownLeft", "browDownRight", "browInnerUp", "browOuterUpLeft",
    "browOuterUpRight", "cheekPuff", "cheekSquintLeft", "cheekSquintRight", "eyeBlinkLeft",
    "eyeBlinkRight", "eyeLookDownLeft", "eyeLookDownRight", "eyeLookInLeft", "eyeLookInRight",
    "eyeLookOutLeft", "eyeLookOutRight", "eyeLookUpLeft", "eyeLookUpRight", "eyeSquintLeft",
    "eyeSquintRight", "eyeWideLeft", "eyeWideRight", "jawForward", "jawLeft", "jawOpen",
    "jawRight", "mouthClose", "mouthDimpleLeft", "mouthDimpleRight", "mouthFrownLeft",
    "mouthFrownRight", "mouthFunnel", "mouthLeft", "mouthLowerDownLeft", "mouthLowerDownRight",
    "mouthPressLeft", "mouthPressRight", "mouthPucker", "mouthRight", "mouthRollLower",
    "mouthRollUpper", "mouthShrugLower", "mouthShrugUpper", "mouthSmileLeft", "mouthSmileRight",
    "mouthStretchLeft", "mouthStretchRight", "mouthUpperUpLeft", "mouthUpperUpRight",
    "noseSneerLeft", "noseSneerRight",
)  # fmt: skip
ANGLES = ("pitch", "yaw", "roll")


@dataclass(frozen=True, eq=False)
class Track:
    """A take's face, frame by frame.

    Attributes
    ----------
    at_s : seconds from the picture's beginning, rising, shape (frames,).
    expression : the coefficients, 0 to 1, shape (frames, 52).
    pose : degrees of nodding, turning, tilting, shape (frames, 3).
    valid : one face was seen, shape (frames,); where not, the rest is zeros.
    faces : how many were seen, at most two are told apart, shape (frames,).
    """

    at_s: NDArray[np.float64]
    expression: NDArray[np.float32]
    pose: NDArray[np.float32]
    valid: NDArray[np.bool_]
    faces: NDArray[np.int8]

    def one(self, name: str) -> NDArray[np.float32]:
        """Return one coefficient over time, such as ``jawOpen``."""
        made: NDArray[np.float32] = self.expression[:, BLENDSHAPES.index(name)]
        return made
