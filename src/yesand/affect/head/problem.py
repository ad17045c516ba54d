"""What a head minimises: weighted cross-entropy with an L2 penalty on every weight, the bias too.

f(W) = Σᵢ wᵢ (−Σ_c tᵢ_c log softmax(W xᵢ)_c) + l2/2 · ‖W‖². Its curvature is l2 and more
everywhere, so there is one minimum W*, and ‖W − W*‖ ≤ ‖∇f(W)‖ / l2: how far any weights are from
it can be told without knowing it.
"""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor


@dataclass(frozen=True, eq=False)
class Problem:
    """Takes to learn from. Classes come first: products of so few columns are twice as fast so.

    Attributes
    ----------
    features : (N, d), with a constant column for the bias.
    target : (classes, N), columns add up to 1. weight : (N,) how much a take counts.
    l2 : the penalty, above 0.
    """

    features: Tensor
    target: Tensor
    weight: Tensor
    l2: float

    @property
    def shape(self) -> tuple[int, int]:
        """Of the weights: classes and features."""
        return len(self.target), self.features.shape[1]

    def coarse(self) -> Problem:
        """Return the same in single precision, for steps that are checked in double."""
        return Problem(self.features.float(), self.target.float(), self.weight.float(), self.l2)

    def chance(self, weights: Tensor) -> Tensor:
        """Return the probability of each class, (classes, N)."""
        return (weights @ self.features.T).softmax(0)

    def value(self, weights: Tensor) -> float:
        """Return f."""
        loss = -(self.target * (weights @ self.features.T).log_softmax(0)).sum(0)
        return float(self.weight @ loss + self.l2 / 2 * weights.square().sum())

    def slope(self, weights: Tensor, chance: Tensor) -> Tensor:
        """Return ∇f, (classes, d)."""
        return (self.weight * (chance - self.target)) @ self.features + self.l2 * weights

    def bent(self, direction: Tensor, chance: Tensor) -> Tensor:
        """Return ∇²f · direction, (classes, d)."""
        moved = chance * (direction @ self.features.T)
        moved = self.weight * (moved - chance * moved.sum(0))
        return moved @ self.features + self.l2 * direction

    def apart(self, slope: Tensor) -> float:
        """Return the bound on ‖W − W*‖ that a gradient tells."""
        return float(slope.norm()) / self.l2
