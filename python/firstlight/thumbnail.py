"""Small pictures of two-dimensional data."""

from __future__ import annotations

import numpy as np

from .png import png
from .viridis import viridis

SIZE = 300


def thumbnail(image: np.ndarray) -> bytes:
    """A 2-D array as a PNG of 300 x 300 pixels, row 0 at the top, colours from the 1 % to the 99 % quantile.

    NaN counts as 0, infinities as very large numbers, true and false as 1 and 0, a complex number as its real part; an empty array is a
    white picture.

    Raises:
        TypeError: the array holds no numbers.
    """
    image = image.astype(np.uint8) if image.dtype.kind == "b" else image.real
    if image.dtype.kind not in "iuf":
        raise TypeError(f"{image.dtype} cannot be drawn")
    if image.size == 0:
        return png(np.full((SIZE, SIZE, 4), 255, np.uint8))
    finite = np.nan_to_num(image)
    low, high = np.quantile(finite, [0.01, 0.99])
    return png(viridis()[_steps(_resized(finite, SIZE), low, high)])


def _resized(image: np.ndarray, size: int) -> np.ndarray:
    return _resized_rows(_resized_rows(image, size).T, size).T


def _resized_rows(image: np.ndarray, size: int) -> np.ndarray:
    """Stretches rows, or takes the means of neighbours when there are more rows than pixels."""
    length = image.shape[0]
    if length <= size:
        return image[((np.arange(size) + 0.5) * length / size).astype(np.intp)]
    starts = np.arange(size) * length // size
    sums = np.add.reduceat(image, starts, axis=0, dtype=np.float64)
    counts = np.diff(np.append(starts, length))
    return sums / counts[:, np.newaxis]


def _steps(image: np.ndarray, low: float, high: float) -> np.ndarray:
    """Which of 256 colours each pixel has."""
    if not high > low:
        return np.zeros(image.shape, np.uint8)
    scaled = (image.astype(np.float64) - low) / (high - low)
    return (np.clip(scaled, 0, 1) * 255.999).astype(np.uint8)
