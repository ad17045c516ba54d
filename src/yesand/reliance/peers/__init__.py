"""Other people's attribution libraries behind one function; ``pip install 'yesand[peers]'``.

Every one gives (performers, queries), its sign turned so that a performer who helps has a positive
score: the query's loss would rise without them. Scores rank; their unit is each library's own.
"""

from __future__ import annotations

from contextlib import redirect_stderr
from importlib import import_module
from importlib.util import find_spec
from inspect import signature
from io import StringIO
from typing import Any

import numpy as np

from yesand.kernel.errors import BadInput, NotFound
from yesand.reliance.inputs import Floats
from yesand.reliance.trained import Trained

#: name → (distribution, importable module, where it is here).
PEERS = {
    "dattri-ekfac": ("dattri", "dattri", "dattri:ekfac"),
    "dattri-graddot": ("dattri", "dattri", "dattri:graddot"),
    "dattri-cg": ("dattri", "dattri", "dattri:conjugate"),
    "dattri-trak": ("dattri", "dattri", "dattri:trak"),
    "traker-trak": ("traker", "trak", "traker:trak"),
    "kronfluence-ekfac": ("kronfluence", "kronfluence", "kronfluence:ekfac"),
}


def scores(name: str, trained: Trained, **settings: Any) -> Floats:
    """Return a peer's scores (performers, queries); positive where the performer helps.

    Raises
    ------
    NotFound : no such peer, or it is not installed. BadInput : it has no such setting, or its
    scores are no numbers.
    """
    place = installed(name)
    home, _, made = place.partition(":")
    function = getattr(import_module(f"yesand.reliance.peers.{home}"), made)
    unknown = set(settings) - set(signature(function).parameters)
    if unknown:
        raise BadInput(f"{name} has no setting {sorted(unknown)[0]!r}", where="peers")
    with redirect_stderr(StringIO()):  # bars of progress
        takes = np.asarray(function(trained, **settings), dtype=np.float64)
    if not np.isfinite(takes).all():
        raise BadInput(
            f"{name} gave scores that are no numbers", where="peers", remedy="More damping."
        )
    whose = trained.whose().double().numpy()
    found: Floats = whose @ takes
    return found


def installed(name: str) -> str:
    """Return where a peer's function is.

    Raises
    ------
    NotFound : no such peer, or it is not installed.
    """
    if name not in PEERS:
        raise NotFound(f"No peer called {name!r}", where="peers", remedy=f"Of {', '.join(PEERS)}.")
    distribution, module, place = PEERS[name]
    if find_spec(module) is None:
        raise NotFound(
            f"{distribution} is not installed",
            where=f"peer {name}",
            remedy="pip install 'yesand[peers]'",
        )
    return place
