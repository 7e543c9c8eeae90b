"""Reads versions of values from a place (a folder or an address), and says of each what came: `read.py PLACE < [[NAME, VERSION], ...]`."""

from __future__ import annotations

import json
import sys
from typing import Any

import numpy as np

import firstlight


def said(value: Any) -> Any:
    """A value in words that every language has."""
    if isinstance(value, str):
        return value
    labels = {name: said(labels.values) for name, labels in value.coords.items()} if hasattr(value, "coords") else {}
    plain = np.asarray(value)
    plain_parts = plain.ravel().view(plain.real.dtype) if plain.dtype.kind == "c" else plain.ravel()
    data = [str(one) if one != one else one for one in plain_parts.tolist()]
    return {"type": str(plain.dtype), "data": data, **labels}


def read(experiment: firstlight.Experiment, name: str, version: int) -> Any:
    """What comes of a version, or why nothing does."""
    try:
        return said(experiment[7, name].read(version=version))
    except firstlight.FirstlightError as error:
        return f"{type(error).__name__} {error.code}: {error}"


experiment = firstlight.open(sys.argv[1])
asked = json.load(sys.stdin)
history = {name: [[one.version, one.has_data, one.kind] for one in experiment[7, name].history()] for name, _ in asked}
print(json.dumps({"read": [read(experiment, name, version) for name, version in asked], "history": history}))
