"""Where along the path to look, and how much each place counts.

The path t·1 is walked in s, with t = s³: utility rises fastest where there is little data. Where it
rises in one steep step (regularised training answers nothing until the takes outweigh the penalty),
no fixed rule of few nodes meets the step. So one seed is trained at even places first, forward
only; nodes then lie as densely as its utility moves, and the integrand is nearly constant in
between, whoever's it is.
"""

from __future__ import annotations

import numpy as np
import torch
from scipy.interpolate import CubicSpline
from torch import Tensor

PILOT = 21  # even places that are looked at first
_FLOOR = 0.2  # how densely the path is looked at where nothing moves, of the mean density
_FINE = 4_001


def fixed(count: int) -> tuple[Tensor, Tensor]:
    """Return Gauss–Legendre places in s and how much each counts, (count,) each."""
    place, weight = _gauss(count)
    return torch.from_numpy(place**3), torch.from_numpy(weight * 3 * place**2)


def even() -> Tensor:
    """Return the pilot's places, (PILOT,), from no data to all."""
    return torch.linspace(0, 1, PILOT, dtype=torch.float64) ** 3


def placed(utility: Tensor, count: int) -> tuple[Tensor, Tensor]:
    """Return what ``fixed`` returns, the nodes being as dense as the pilot's utility moves.

    Parameters
    ----------
    utility : (PILOT,) at ``even`` places.
    """
    # Rounded, so that a last bit, another on another machine, does not move the nodes.
    along, moves = np.linspace(0, 1, PILOT), utility.detach().cpu().double().numpy().round(5)
    fine = np.linspace(0, 1, _FINE)
    slope = CubicSpline(along, moves)(fine, 1)
    mean = np.trapezoid(np.abs(slope), fine)
    dense = np.hypot(slope / mean if mean > 0 else slope, _FLOOR)
    passed = np.concatenate([[0.0], np.cumsum((dense[1:] + dense[:-1]) / 2 / (_FINE - 1))])
    node, weight = _gauss(count)
    place = np.interp(node * passed[-1], passed, fine)
    counts = weight * passed[-1] / np.interp(place, fine, dense)
    return torch.from_numpy(place**3), torch.from_numpy(counts * 3 * place**2)


def _gauss(count: int) -> tuple[np.ndarray, np.ndarray]:
    place, weight = np.polynomial.legendre.leggauss(count)
    return (place + 1) / 2, weight / 2
