"""kronfluence, EK-FAC at scale by the authors of Grosse et al. (2023)."""

from __future__ import annotations

import logging
from copy import deepcopy
from tempfile import TemporaryDirectory

import torch
from kronfluence.analyzer import Analyzer, prepare_model
from kronfluence.arguments import FactorArguments, ScoreArguments
from kronfluence.task import Task
from torch import Tensor, nn
from torch.utils.data import TensorDataset

from yesand.reliance.head import Takes
from yesand.reliance.trained import Trained

_BATCH = 512
Batch = tuple[Tensor, Tensor]


class _Emotion(Task):  # type: ignore[misc]
    """Cross-entropy, of the labels or of labels drawn as the network expects them."""

    def compute_train_loss(self, batch: Batch, model: nn.Module, sample: bool = False) -> Tensor:
        features, label = batch
        scores = model(features)
        if sample:
            with torch.no_grad():
                label = torch.multinomial(scores.detach().softmax(1), 1).flatten()
        return nn.functional.cross_entropy(scores, label, reduction="sum")

    def compute_measurement(self, batch: Batch, model: nn.Module) -> Tensor:
        return self.compute_train_loss(batch, model)


def ekfac(trained: Trained, damping: float = 1e-2, strategy: str = "ekfac") -> Tensor:
    """Return (N, Q) influences; linear and convolutional layers are seen."""
    task = _Emotion()
    with TemporaryDirectory() as folder, torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)  # the Fisher's labels are drawn
        analyzer = Analyzer(
            analysis_name="reliance",
            model=prepare_model(deepcopy(trained.module), task),
            task=task,
            cpu=True,
            log_level=logging.ERROR,
            disable_tqdm=True,
            output_dir=folder,
        )
        takes, asked = _dataset(trained.takes), _dataset(trained.asked)
        analyzer.fit_all_factors(
            factors_name="factors",
            dataset=takes,
            per_device_batch_size=_BATCH,
            factor_args=FactorArguments(strategy=strategy),
        )
        analyzer.compute_pairwise_scores(
            scores_name="scores",
            factors_name="factors",
            query_dataset=asked,
            train_dataset=takes,
            per_device_query_batch_size=_BATCH,
            per_device_train_batch_size=_BATCH,
            score_args=ScoreArguments(damping_factor=damping),
        )
        found: Tensor = analyzer.load_pairwise_scores("scores")["all_modules"].T.clone()
    return found


def _dataset(takes: Takes) -> TensorDataset:
    return TensorDataset(takes.features, takes.label)
