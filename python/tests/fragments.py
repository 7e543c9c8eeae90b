"""Fragments as plain Python values that can be compared."""

from __future__ import annotations

import io
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import h5py
import numpy as np
from PIL import Image

PLACES = {"data": "{}", "summary": ".reduced/{}", "preview": ".preview/{}", "error": ".errors/{}"}
# They hold addresses inside a file, or ids that count through one.
OF_THE_FILE = {"DIMENSION_LIST", "REFERENCE_LIST", "_Netcdf4Dimid", "_Netcdf4Coordinates", "_NCProperties"}
# Only ours say where in the user's code an error happened.
OURS = {"where"}


def variables_in(paths: Iterable[Path]) -> dict[str, dict[str, Any]]:
    """All that fragments hold, by variable and place."""
    found: dict[str, dict[str, Any]] = {}
    for path in paths:
        with h5py.File(path) as file:
            for name in _names(file):
                assert name not in found, f"{name} is in two fragments"
                found[name] = {place: _tree(file[where.format(name)]) for place, where in PLACES.items() if where.format(name) in file}
    return found


def _names(file: h5py.File) -> set[str]:
    plain = {name for name in file if not name.startswith(".")}
    return plain.union(*(file[place] for place in (".reduced", ".preview", ".errors")))


def _tree(node: h5py.Group | h5py.Dataset) -> dict[str, Any]:
    attributes = {name: _plain(value) for name, value in node.attrs.items() if name not in OF_THE_FILE | OURS}
    if isinstance(node, h5py.Dataset):
        return {"dtype": str(node.dtype), "shape": node.shape, "value": _plain(node[()]), "attributes": attributes}
    if isinstance(node, h5py.Datatype):
        return {"dtype": str(node.dtype)}
    return {"attributes": attributes, "inside": {name: _tree(child) for name, child in node.items()}}


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, h5py.Empty):
        return "empty"
    return value


def is_png(tree: dict[str, Any]) -> bool:
    """Whether a stored summary is a picture."""
    return tree["dtype"] == "uint8" and len(tree["shape"]) == 1 and bytes(tree["value"][:4]) == b"\x89PNG"


def picture(tree: dict[str, Any]) -> np.ndarray:
    """The pixels of a stored PNG, float64 of shape (height, width, 4)."""
    return np.asarray(Image.open(io.BytesIO(bytes(tree["value"]))).convert("RGBA"), dtype=float)
