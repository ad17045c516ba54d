"""What is wrong with data that a person or a machine sent, field by field."""

from __future__ import annotations

from pydantic import ValidationError


def in_words(fault: ValidationError, whole: str = "all of it") -> str:
    """Say every fault in a line, each with its field.

    Parameters
    ----------
    whole : what a fault is said of that is of no single field.
    """
    # What follows from another fault that is told is no fault of its own.
    own = [each for each in fault.errors() if each["type"] != "default_factory_not_called"]
    return "; ".join(
        f"{'.'.join(map(str, each['loc'])) or whole}: {each['msg'].removeprefix('Value error, ')}"
        for each in own
    )
