"""traker, TRAK by its authors (Park et al. 2023)."""

from __future__ import annotations

import logging
from tempfile import TemporaryDirectory

import torch
from torch import Tensor
from trak import TRAKer
from trak.projectors import BasicProjector, ProjectionType

from yesand.reliance.trained import State, Trained

_ASKED = "queries"


def trak(trained: Trained, width: int = 512, damping: float = 0.0) -> Tensor:
    """Return (N, Q) scores, averaged over the trained states."""
    states = trained.states or (trained.module.state_dict(),)
    with TemporaryDirectory() as folder:
        traker = _traker(trained, folder, width, damping)
        for at, state in enumerate(states):
            _featurise(traker, trained, at, state)
        traker.finalize_features()
        traker.projector.model_id = None  # else it would look for what it has just freed
        for at, state in enumerate(states):
            count = len(trained.asked.label)
            traker.start_scoring_checkpoint(_ASKED, dict(state), at, num_targets=count)
            traker.score(batch=(trained.asked.features, trained.asked.label), num_samples=count)
        found = torch.as_tensor(traker.finalize_scores(exp_name=_ASKED)).clone()
    return found


def _traker(trained: Trained, folder: str, width: int, damping: float) -> TRAKer:
    size = sum(part.numel() for part in trained.module.parameters())
    projector = BasicProjector(
        grad_dim=size, proj_dim=width, seed=0, proj_type=ProjectionType.rademacher, device="cpu"
    )
    return TRAKer(
        model=trained.module,
        task="image_classification",
        train_set_size=len(trained.takes.label),
        save_dir=folder,
        load_from_save_dir=True,
        device="cpu",
        projector=projector,
        proj_dim=width,
        use_half_precision=False,
        lambda_reg=damping,
        logging_level=logging.ERROR,
    )


def _featurise(traker: TRAKer, trained: Trained, at: int, state: State) -> None:
    traker.load_checkpoint(dict(state), model_id=at)
    count = len(trained.takes.label)
    traker.featurize(batch=(trained.takes.features, trained.takes.label), num_samples=count)
