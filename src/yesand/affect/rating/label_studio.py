"""Ratings as Label Studio exports and imports them (its JSON of tasks with annotations).

An annotation is a rating: ``choices`` named ``emotion``, ``number`` or ``rating`` regions named
``intensity-<label>``, ``valence``, ``arousal`` or ``dominance``; ``lead_time`` is the time spent.
The task's data names the take under ``take``, or else its recording under ``audio`` or ``video``.
A trace over time has no place in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from yesand.affect.rating.given import AXES, Given, Made, scaled, spaced, thousandths, whole
from yesand.kernel.canonical import parse
from yesand.kernel.clock import instant, stamp
from yesand.kernel.errors import BadInput

_INTENSITY = "intensity-"
#: What Label Studio puts before the name of a file that was uploaded to it.
_UPLOADED = re.compile(r"^[0-9a-f]{8}-")
#: What is kept of an annotation that cannot be taken: who made it, changed it or saw it is not.
_OF_TASK = ("take", "audio", "video", "modality", "space", "scale")
_OF_ANNOTATION = ("id", "unique_id", "created_at", "lead_time", "was_cancelled")
_OF_REGION = ("from_name", "type", "value")


def rows(data: bytes, where: str, space: str, scale: str, modality: str) -> Iterator[Made]:
    """Yield every annotation's number, what is kept of it if it is bad, and what makes its rating.

    Raises
    ------
    BadInput : no list of tasks with lists of annotations.
    """
    tasks = parse(data, where=where)
    if not isinstance(tasks, list) or not all(map(_is_task, tasks)):
        remedy = "Export the project from Label Studio as JSON."
        raise BadInput("Not a list of tasks", where=where, remedy=remedy)
    number = 0
    for task in tasks:
        for annotation in task.get("annotations") or []:
            number += 1
            about = task.get("data") or {}
            made = partial(_given, about, annotation, space, scale, modality)
            yield number, _kept(about, annotation), made


def _is_task(told: Any) -> bool:
    return isinstance(told, dict) and isinstance(told.get("annotations") or [], list)


def _kept(data: Any, annotation: Any) -> dict[str, Any]:
    told = _some(annotation, _OF_ANNOTATION)
    regions = annotation.get("result") if isinstance(annotation, dict) else None
    if isinstance(regions, list):
        told["result"] = [_some(region, _OF_REGION) for region in regions]
    return {"data": _some(data, _OF_TASK), "annotation": told}


def _some(told: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: told[name] for name in names if name in told} if isinstance(told, dict) else {}


def _given(data: Any, annotation: Any, space: str, scale: str, modality: str) -> Given:
    try:
        return _read(data, annotation, space, scale, modality)
    except (AttributeError, KeyError, TypeError, IndexError, ValueError) as fault:
        raise BadInput("Not an annotation of Label Studio's", where=type(fault).__name__) from fault


def _read(
    data: dict[str, Any], annotation: dict[str, Any], space: str, scale: str, modality: str
) -> Given:
    if annotation.get("was_cancelled"):
        raise BadInput("The rater passed the take over")
    chosen: list[str] = []
    intensity: dict[str, int] = {}
    axes: dict[str, int] = {}
    for region in annotation["result"]:
        name, kind, value = region["from_name"], region["type"], region["value"]
        if kind == "choices":
            chosen += value["choices"]
        elif name in AXES:
            axes[name] = thousandths(value[kind], name)
        elif name.startswith(_INTENSITY):
            intensity[name.removeprefix(_INTENSITY)] = _intensity(value[kind])
    told = data.get("space") or space, data.get("scale") or scale
    strong: dict[str, int | None] = {label: i for label, i in intensity.items() if i}
    emotions = strong if intensity else dict.fromkeys(chosen)
    if set(chosen) - set(emotions):
        raise BadInput("A label was chosen that has no intensity")
    lead = annotation.get("lead_time")
    made = annotation.get("created_at")
    return Given(
        take=str(data.get("take") or _file(data)),
        rater=_rater(annotation.get("completed_by")),
        modality=data.get("modality") or modality,
        space=spaced(told[0]) if emotions else "",
        emotions=emotions,
        scale=scaled(told[1]) if axes else "",
        axes=axes,
        spent_ms=None if lead is None else thousandths(lead, "lead_time"),
        at=instant(made, where="created_at") if made else None,
        key=_key(annotation),
    )


def _key(annotation: dict[str, Any]) -> str:
    if told := (annotation.get("meta") or {}).get("key"):
        return str(told)
    number = annotation.get("unique_id") or annotation.get("id")
    return f"label-studio/{number}" if number is not None else ""


def _intensity(told: Any) -> int:
    """Return a whole number, however it is written: JSON knows no difference of 80 and 80.0."""
    is_whole = isinstance(told, float) and told.is_integer()
    return whole(str(int(told) if is_whole else told), "The intensity")


def _rater(told: Any) -> str:
    """Return the rater's name; of Label Studio's own, its number: an e-mail is not ours to keep."""
    number = told.get("id") if isinstance(told, dict) else told
    if number is None and isinstance(told, dict) and told.get("name"):
        return str(told["name"]).strip()
    if number is None:
        raise BadInput("Nobody is named who rated it")
    if not (str(number).isascii() and str(number).isdigit()):
        raise BadInput("The rater has no number", remedy="Export who completed it by their number.")
    return f"label-studio-{number}"


def _file(data: dict[str, Any]) -> str:
    told = unquote(urlsplit(str(data.get("audio") or data.get("video") or "")).path)
    name = PurePosixPath(told).name
    return _UPLOADED.sub("", name) if "/upload/" in told else name


def written(given: Iterable[tuple[Given, str]]) -> tuple[list[dict[str, Any]], int]:
    """Return ratings as tasks, one a take, modality and spaces; and how many traces are left out.

    A rater of ours is named by ``name``; Label Studio keeps what it does not know. Recordings go by
    hash: a file's name may say what was acted.
    """
    tasks: dict[tuple[str, ...], dict[str, Any]] = {}
    left_out = 0
    for one, _ in given:
        left_out += bool(one.trace)
        if not (one.emotions or one.axes):
            continue
        about = {
            "take": one.take,
            "audio": one.take,
            "modality": one.modality,
            "space": one.space,
            "scale": one.scale,
        }
        task = tasks.setdefault(tuple(about.values()), {"data": about, "annotations": []})
        task["annotations"].append(_annotation(one))
    return [{"id": n, **task} for n, task in enumerate(tasks.values(), 1)], left_out


def _annotation(one: Given) -> dict[str, Any]:
    result = []
    if one.emotions:
        result.append(_region("emotion", "choices", list(one.emotions)))
    for label, intensity in one.emotions.items():
        if intensity is not None:
            result.append(_region(_INTENSITY + label, "number", intensity))
    result += [_region(axis, "number", value / 1000) for axis, value in one.axes.items()]
    made = {"created_at": stamp(one.at)} if one.at else {}
    spent = {} if one.spent_ms is None else {"lead_time": one.spent_ms / 1000}
    return {
        "completed_by": {"name": one.rater},
        "meta": {"key": one.key},
        **made,
        **spent,
        "result": result,
    }


def _region(name: str, kind: str, value: Any) -> dict[str, Any]:
    return {"from_name": name, "to_name": "take", "type": kind, "value": {kind: value}}
