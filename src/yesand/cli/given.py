"""What commands are given in files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from yesand.kernel.errors import BadInput, NotFound


def json_object(file: Path, what: str) -> dict[str, Any]:
    """Read the JSON object in a file.

    Parameters
    ----------
    what : it should be, as a person would say it: ``a tariff``.

    Raises
    ------
    NotFound : there is no such file. BadInput : it cannot be read, or holds something else.
    """
    try:
        told = json.loads(file.read_text("utf-8"))
    except FileNotFoundError as fault:
        raise NotFound("No such file", where=str(file)) from fault
    except OSError as fault:
        raise BadInput(f"Cannot read {what}: {fault.strerror}", where=str(file)) from fault
    except RecursionError as fault:
        raise BadInput(f"Not {what} in JSON: nested too deeply", where=str(file)) from fault
    except ValueError as fault:
        raise BadInput(f"Not {what} in JSON: {fault}", where=str(file)) from fault
    if not isinstance(told, dict):
        raise BadInput(f"Not {what}: the file holds no JSON object", where=str(file))
    return told
