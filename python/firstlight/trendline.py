"""Long series as a few hundred points that keep every peak: the sparkline of a table cell."""

from __future__ import annotations

import numpy as np

# A series is reduced by a whole factor; one of up to twice this length is kept as it is.
WINDOWS = 120


def trendline(y: np.ndarray, x: np.ndarray | None = None) -> np.ndarray:
    """A series as float64 of shape (2, M): x values (non-decreasing) and y values, M at most about 300; gaps are left out.

    Args:
        y: 1-D numbers; of complex ones the real part counts.
        x: 1-D of the same length (numbers or times, which become seconds since the epoch), else the index is used.

    Raises:
        TypeError, ValueError: y are no numbers.
    """
    values = np.real(np.asarray(y)).astype(np.float64)
    places = _places(x, len(values))
    finite = np.isfinite(values) & np.isfinite(places)
    places, values = places[finite], values[finite]
    if np.any(np.diff(places) < 0):
        order = np.argsort(places, kind="stable")
        places, values = places[order], values[order]
    kept = peaks(values, max(1, len(values) // WINDOWS))
    return np.stack([places[kept], values[kept]])


def peaks(values: np.ndarray, ratio: int) -> np.ndarray:
    """Indices of about 1 to 2 of every `ratio` points: those that draw the same outline, the first and the last included.

    Each window gives the one of its minimum and maximum that came first; the other one starts the next window, and is
    given too when two windows in a row give the same kind.
    """
    if ratio <= 1 or len(values) <= 2:
        return np.arange(len(values))
    kept, carried, previous = [0], 0, ""
    for start in range(1, len(values), ratio):
        low, high = _extremes(values, carried, start, start + ratio)
        first, second, kind = (low, high, "low") if low <= high else (high, low, "high")
        if kind == previous and carried not in (first, kept[-1]):
            kept.append(carried)
        if first != kept[-1]:
            kept.append(first)
        carried, previous = second, kind
    if kept[-1] != len(values) - 1:
        kept.append(len(values) - 1)
    return np.array(kept)


def _extremes(values: np.ndarray, carried: int, start: int, stop: int) -> tuple[int, int]:
    window = values[start:stop]
    low, high = start + int(np.argmin(window)), start + int(np.argmax(window))
    return (carried if values[carried] <= values[low] else low, carried if values[carried] >= values[high] else high)


def _places(x: np.ndarray | None, length: int) -> np.ndarray:
    index = np.arange(length, dtype=np.float64)
    if x is None or np.shape(x) != (length,):
        return index
    if x.dtype.kind == "M":
        return x.astype("datetime64[ns]").astype(np.int64) / 1e9
    return x.astype(np.float64) if x.dtype.kind in "biuf" else index
