"""Pictures of values, for notebooks."""

from __future__ import annotations

from typing import Any

import numpy as np


def draw(data: Any, value: Any) -> Any:
    """Draws a preview with Matplotlib, or gives the Plotly figure itself. Raises ValueError when there is nothing to draw."""
    if data is None:
        raise ValueError("No preview available")
    if hasattr(data, "to_plotly_json"):
        return data
    if hasattr(data, "plot"):
        return data.plot(**_limits(np.asarray(data))) if data.ndim == 2 else data.plot()
    import matplotlib.pyplot as plt

    axes = plt.subplots()[1]
    axes.set_title(f"{value.title} (run {value.run})")
    return axes.plot(data) if data.ndim == 1 else axes.imshow(data, **(_limits(data) if data.ndim == 2 else {}))


def _limits(data: np.ndarray) -> dict[str, float]:
    """Colours for all but the extreme values; a few hot pixels would leave the rest black."""
    if data.size == 0:
        return {}
    low, high = np.nanquantile(data, [0.01, 0.99], method="nearest")
    return {"vmin": float(low), "vmax": float(high)}
