"""Matplotlib figures as pixels. Only used when users' code has made a figure, so that Matplotlib is loaded already."""

from __future__ import annotations

import io
import sys
from typing import Any

import numpy as np

SIZE = 300


def figure_pixels(figure: Any) -> np.ndarray:
    """A figure at its own size and resolution, uint8 of shape (height, width, 4)."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg

    canvas = figure.canvas
    try:
        own = FigureCanvasAgg(figure)
        own.draw()
        return np.array(own.buffer_rgba())
    finally:
        figure.set_canvas(canvas)


def figure_thumbnail(figure: Any) -> bytes:
    """A figure as a PNG whose larger side is at most 300 pixels."""
    file = io.BytesIO()
    figure.savefig(file, dpi=min(figure.dpi, SIZE / max(figure.get_size_inches())), format="png")
    return file.getvalue()


def close_figure(figure: Any) -> None:
    """Takes a figure from pyplot's list, which would keep it in memory for ever."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(figure)
