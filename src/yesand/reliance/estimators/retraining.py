"""What every estimator by retraining shares: the penalty, exact leave-one-out, the conclusion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from yesand.kernel.progress import Progress
from yesand.reliance.agreement import agreement, verdict
from yesand.reliance.faithfulness import coverage, detectable
from yesand.reliance.game import Game
from yesand.reliance.inputs import Corpus, Floats, Inputs
from yesand.reliance.panel import Panel, Resampled, interval
from yesand.reliance.pooling import Pooled, divided, spread
from yesand.reliance.report import Agreement, Quality, RelianceReport, Utility
from yesand.reliance.rows import Row
from yesand.reliance.shares import BILLION, apportion, fractions

if TYPE_CHECKING:
    from yesand.reliance.estimators import Estimator

#: Penalties that are tried. One number is chosen before any subset is drawn, for all of them.
PENALTIES = (1.0, 3.0, 10.0, 30.0, 100.0, 300.0, 1_000.0, 3_000.0)


class Steps:
    """Counts heads as they are trained and tells the progress."""

    def __init__(
        self, progress: Progress, played: Sequence[Game], drawn: int, l2: float | None
    ) -> None:
        tried = 0 if l2 is not None else len(PENALTIES) * len(played)
        self.progress, self.done = progress, 0
        self.total = tried + drawn + sum(game.size + 1 for game in played)

    def __call__(self, heads: int) -> None:
        """Note that so many more are trained."""
        self.done += heads
        self.progress(self.done, self.total, "heads retrained")


@dataclass(frozen=True)
class Round:
    """What one fold gave: ``effect`` (R, asked, players); the rest as in ``Panel``."""

    effect: Floats
    without: Floats
    whole: Floats
    none: Floats
    kinds: Floats | None = None

    def with_effect(self, effect: Floats) -> Round:
        """Return the round with another effect."""
        return replace(self, effect=effect)


def penalty(played: Sequence[Game], given: float | None, steps: Steps) -> float:
    """Return the given penalty, or that with which all takes serve new voices best."""
    if given is not None:
        return given
    gains = [
        sum(float(g.utility(np.ones((1, g.size)), l2, steps).mean()) * g.size for g in played)
        for l2 in PENALTIES
    ]
    return PENALTIES[int(np.argmax(gains))]


def round_one(game: Game, l2: float, steps: Steps) -> Round:
    """Train on everybody, and on everybody but one, for each: exact leave-one-performer-out."""
    gone = np.eye(game.size) if game.leaving is None else game.leaving
    members = np.concatenate([np.ones((1, game.size)), 1 - gone])
    utility = game.utility(members, l2, steps)
    without = (utility[0] - utility[1:]).T
    none = np.full(len(game.asked), game.nothing())
    return Round(without[None], without, utility[0], none)


def gather(
    played: Sequence[Game],
    rounds: Sequence[Round],
    performers: int,
    amount: Floats | None = None,
) -> Panel:
    """Put the folds' rounds together; folds that were enumerated are the same in every resample."""
    times = max((len(r.effect) for r in rounds), default=1)
    asked = sum(len(r.whole) for r in rounds)
    effect, without = np.zeros((times, asked, performers)), np.zeros((asked, performers))
    plays = np.zeros((asked, performers), bool)
    at = 0
    for game, found in zip(played, rounds, strict=True):
        rows = slice(at, at + len(found.whole))
        effect[:, rows, game.players] = found.effect
        without[rows, game.players] = found.without
        plays[rows, game.players] = True
        at = rows.stop
    whole = np.concatenate([np.empty(0), *(r.whole for r in rounds)])
    none = np.concatenate([np.empty(0), *(r.none for r in rounds)])
    return Panel(effect, without, whole, none, plays, amount, _kinds(played, rounds, effect.shape))


def _kinds(
    played: Sequence[Game], rounds: Sequence[Round], shape: tuple[int, ...]
) -> Floats | None:
    """Put together what each fold says by emotion, if every one does."""
    told = [(game, found.kinds) for game, found in zip(played, rounds, strict=True)]
    if not told or any(kinds is None for _, kinds in told):
        return None
    together = np.zeros((*shape[1:], played[0].trained.classes))
    at = 0
    for game, kinds in told:
        assert kinds is not None
        together[at : at + len(kinds), game.players] = kinds
        at += len(kinds)
    return together


def concluded(
    estimator: Estimator,
    inputs: Inputs,
    panel: Panel,
    settings: Mapping[str, Any],
    halves: float | None,
    rng: np.random.Generator,
    *,
    drawn: str = "subsets",
    quality: Quality | None = None,
) -> RelianceReport:
    """Make the report of what was measured.

    Parameters
    ----------
    halves : how well halves of what was ``drawn`` agree. quality : what is known of it already.
    """
    performers = inputs.corpus.people
    if not len(panel.whole):
        return _unasked(estimator, inputs, settings)
    panel = Pooled.of_players(panel, inputs.corpus.through)
    resampled = panel.resampled(int(settings["resamples"]), rng)
    gain_low, gain_high = interval(resampled.gain)
    whole, none = panel.utility()
    sets, reason = verdict(len(performers), float(gain_low), halves, drawn)
    return RelianceReport(
        model=inputs.model.digest,
        queries=inputs.queries.digest(inputs.corpus),
        method=estimator.name,
        version=estimator.version,
        settings=settings,
        utility=Utility(*(_nano(x) for x in (whole, none, gain_low, gain_high))),
        agreement=agreement(panel, resampled, halves),
        sets_shares=sets,
        reason=reason,
        rows=_rows(inputs.corpus, panel, resampled),
        quality=_quality(quality or Quality(), panel, resampled, rng),
    )


def _quality(
    known: Quality, panel: Panel, resampled: Resampled, rng: np.random.Generator
) -> Quality:
    whole, none = panel.utility()
    gain, summed = whole - none, float(panel.effects().sum())
    return replace(
        known,
        additivity=round(abs(summed / gain - 1), 6) if gain else None,
        detectable_ppb=round(detectable(resampled.effect) * BILLION),
        coverage=coverage(panel, rng),
    )


def _unasked(estimator: Estimator, inputs: Inputs, settings: Mapping[str, Any]) -> RelianceReport:
    """Report that nobody could be asked: all get the same, and it pays nobody."""
    performers = inputs.corpus.people
    parts = apportion([1.0] * len(performers))
    _, reason = verdict(len(performers), 0.0, None)
    return RelianceReport(
        model=inputs.model.digest,
        queries=inputs.queries.digest(inputs.corpus),
        method=estimator.name,
        version=estimator.version,
        settings=settings,
        utility=Utility(0, 0, 0, 0),
        agreement=Agreement(None, None, None, None, 0),
        sets_shares=False,
        reason=reason,
        rows=tuple(
            Row(p, share, 0, BILLION, 0, 0, 0, 0)
            for p, share in zip(performers, parts, strict=True)
        ),
    )


def _rows(corpus: Corpus, panel: Panel, resampled: Resampled) -> tuple[Row, ...]:
    effects, losses, kinds = panel.effects(), panel.losses(), panel.by_emotion()
    bounds = interval(resampled.effect)
    ends = np.rint(_spread(panel, resampled) * BILLION).astype(int)
    parts = apportion(effects.tolist())
    synthetic = _synthetic(panel, parts)
    return tuple(
        Row(
            performer=name,
            share_ppb=parts[i],
            low_ppb=min(int(ends[0, i]), parts[i]),
            high_ppb=max(int(ends[1, i]), parts[i]),
            effect=_nano(effects[i]),
            effect_low=_nano(bounds[0, i]),
            effect_high=_nano(bounds[1, i]),
            leave_one_out=_nano(losses[i]),
            emotions=_named(corpus.labels, None if kinds is None else kinds[i]),
            through=tuple(synthetic[i].items()),
        )
        for i, name in enumerate(corpus.people)
    )


def _spread(panel: Panel, resampled: Resampled) -> Floats:
    """Return the shares' interval, (2, people)."""
    if isinstance(panel, Pooled) and panel.through is not None:
        return spread(panel.through, resampled)
    return interval(fractions(resampled.effect))


def _synthetic(panel: Panel, parts: Sequence[int]) -> list[dict[str, int]]:
    """Return of each share what came through synthetic takes, by batch."""
    if isinstance(panel, Pooled) and panel.through is not None:
        return divided(panel.through, panel.by_player(), parts)
    return [{} for _ in parts]


def _named(labels: Sequence[str], effects: Floats | None) -> tuple[tuple[str, int], ...]:
    found = [] if effects is None else [_nano(effect) for effect in effects]
    return tuple(zip(labels, found, strict=True)) if found else ()


def _nano(nats: float) -> int:
    return round(float(nats) * BILLION)
