"""Angles of a head from the matrix that lays a model's face onto it."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def angles(matrix: NDArray[Any]) -> NDArray[np.float32]:
    """Return pitch, yaw and roll in degrees, shape (3,), of a transformation, shape (4, 4).

    The rotation is what is left once size is taken out of the upper left of the matrix; it is
    read as R = R_z(roll) · R_y(yaw) · R_x(pitch). Place and size are not returned.
    """
    made = np.asarray(matrix, dtype=np.float64)[:3, :3]
    size = np.linalg.norm(made, axis=0)
    turned = made / np.where(size > 1e-9, size, 1.0)
    yaw = np.arcsin(np.clip(-turned[2, 0], -1.0, 1.0))
    pitch = np.arctan2(turned[2, 1], turned[2, 2])
    roll = np.arctan2(turned[1, 0], turned[0, 0])
    return np.degrees([pitch, yaw, roll]).astype(np.float32)
