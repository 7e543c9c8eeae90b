"""The small value a table cell shows, made from a cell's data, preview and wishes."""

from __future__ import annotations

import base64
from typing import Any

import numpy as np

from .cell import Cell, is_data_array, is_dataset, is_figure, is_plotly, is_table
from .figures import figure_thumbnail
from .log import log
from .plotly_figures import plotly_thumbnail
from .png import SIGNATURE
from .tables import table_size
from .thumbnail import thumbnail
from .trendline import trendline
from .wire import wire_number

# The table shows a line; the whole text is in the fragment.
WIRE_TEXT_LENGTH = 65_536
_SAFE_INTEGER = 2**53 - 1


def summary_of(cell: Cell, name: str) -> Any:
    """A cell's summary as it is stored: None, a string, a numpy array or scalar, or the bytes of a PNG as uint8."""
    if cell.summary_value is not None:
        return cell.summary_value
    if cell.data is not None and cell.summary is not None:
        try:
            return np.asarray(getattr(np, cell.summary)(cell.data))
        except Exception as error:  # users' data can be anything; the picture below still helps
            log("ERROR", f"Failed to produce summary data for {name}", error)
    return _default_summary(cell.data if cell.preview is None else cell.preview, cell.data)


def is_trendline(summary: Any) -> bool:
    """Tells whether a stored summary counts as a trendline: any array of shape (2, M)."""
    return isinstance(summary, np.ndarray) and summary.ndim == 2 and summary.shape[0] == 2


def max_difference(data: Any) -> float | None:
    """Spread of the full data: nan-maximum minus nan-minimum, or None for what is not several numbers."""
    is_labelled = is_data_array(data) or (is_table(data) and data.ndim == 1)
    values = np.asarray(data) if is_labelled and isinstance(data.dtype, np.dtype) else data
    if not isinstance(values, np.ndarray) or values.size <= 1 or values.dtype.kind not in "iufc":
        return None
    with np.errstate(all="ignore"):
        if values.dtype.kind in "fc" and np.all(np.isnan(values)):
            return float("nan")
        # The difference of the ends can be larger than an integer type holds.
        spread = np.nanmax(values).astype(_wide(values)) - np.nanmin(values).astype(_wide(values))
        return float(np.abs(spread))


def wire_summary(summary: Any) -> Any:
    """A stored summary as the protocol says it."""
    if summary is None:
        return None
    if isinstance(summary, str):
        return {"text": summary if len(summary) <= WIRE_TEXT_LENGTH else summary[:WIRE_TEXT_LENGTH] + "…"}
    if summary.ndim == 0:
        return _wire_scalar(summary)
    if summary.dtype == np.uint8 and summary.ndim == 1 and summary[:8].tobytes() == SIGNATURE:
        return {"png": base64.b64encode(summary.tobytes()).decode()}
    if is_trendline(summary) and summary.dtype.kind in "biuf":
        x, y = ([wire_number(float(value)) for value in row] for row in summary)
        return {"trendline": {"x": x, "y": y}}
    return {"array": {"dtype": str(summary.dtype), "shape": list(summary.shape)}}


def kind_of(data: Any) -> str | None:
    """What data is, in a few words; None without data."""
    if data is None:
        return None
    if is_figure(data) or is_plotly(data):
        return "figure"
    if is_data_array(data) or is_dataset(data) or is_table(data):
        return type(data).__name__
    if isinstance(data, str) or data.dtype.kind == "S":
        return "text"
    return str(data.dtype) if data.ndim == 0 else f"{data.dtype} {data.shape}"


def _wide(values: np.ndarray) -> Any:
    return {"i": np.float64, "u": np.float64, "f": np.float64, "c": np.complex128}[values.dtype.kind]


def _default_summary(shown: Any, data: Any) -> Any:
    if shown is None or isinstance(shown, str):
        return shown
    if is_dataset(shown):
        return f"Dataset ({shown.nbytes / 1e6:.2f}MB)"
    if is_table(shown) and shown.ndim == 2:
        return f"DataFrame ({table_size(shown) / 1e6:.2f}MB)"
    if is_figure(shown):
        return _bytes(figure_thumbnail(shown))
    if is_plotly(shown):
        picture = plotly_thumbnail(shown)
        return picture if isinstance(picture, str) else _bytes(picture)
    return _array_summary(shown, data)


def _array_summary(shown: Any, data: Any) -> Any:
    if shown.ndim == 0:
        return np.asarray(shown)
    try:
        if shown.ndim == 1:
            return trendline(np.asarray(shown), _coordinate(shown))
        if shown.ndim == 2:
            return _bytes(thumbnail(_as_drawn(shown)))
    except Exception as error:  # values of types that nobody can draw
        log("ERROR", f"Cannot draw {shown.dtype} {shown.shape}", error)
        return "<trendline error>" if shown.ndim == 1 else "<thumbnail error>"
    return f"{data.dtype}: {data.shape}"


def _coordinate(shown: Any) -> np.ndarray | None:
    if not is_data_array(shown) or shown.dims[0] not in shown.coords:
        return None
    return np.asarray(shown.coords[shown.dims[0]].values)


def _as_drawn(shown: Any) -> np.ndarray:
    """The pixels from top to bottom: axes of labelled arrays grow upwards and to the right, rows of others downwards."""
    pixels = np.asarray(shown)
    if not is_data_array(shown):
        return pixels
    return pixels[:: 1 if _falls(shown, 0) else -1, :: -1 if _falls(shown, 1) else 1]


def _falls(shown: Any, axis: int) -> bool:
    coordinate = shown.coords.get(shown.dims[axis])
    return coordinate is not None and len(coordinate) > 1 and bool(coordinate.values[0] > coordinate.values[-1])


def _bytes(content: bytes) -> np.ndarray:
    return np.frombuffer(content, np.uint8)


def _wire_scalar(summary: Any) -> Any:
    value = summary.item()
    if isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) <= _SAFE_INTEGER else {"int": str(value)}
    if isinstance(value, float):
        return wire_number(value)
    if isinstance(value, complex):
        return {"re": wire_number(value.real), "im": wire_number(value.imag)}
    if isinstance(value, bytes):
        return {"text": value.decode(errors="replace")}
    return {"array": {"dtype": str(summary.dtype), "shape": []}}
