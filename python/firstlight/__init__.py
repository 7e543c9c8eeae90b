"""The Python side of Firstlight.

In a program or a notebook, `firstlight.open(folder_or_url)` reads an experiment; `from firstlight import Damnit` does it in the words
of the official `damnit` package. In a context file, `from firstlight import needs` declares what a variable needs.

Whatever is not needed in a context file is imported when it is asked for, so that `import firstlight` costs nothing there.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .needs import needs

if TYPE_CHECKING:
    from .cell import Cell
    from .client.damnit import Damnit, RunVariables, VariableData
    from .client.errors import BadRequest, FirstlightError, NoExperiment, NoServer, NotAllowed, UnknownKey
    from .client.experiment import Experiment, open
    from .client.history import Version
    from .client.model import Variable
    from .client.run import Run
    from .client.value import Value

__version__ = "0.1.0"
__all__ = [
    "BadRequest",
    "Cell",
    "Damnit",
    "Experiment",
    "FirstlightError",
    "NoExperiment",
    "NoServer",
    "NotAllowed",
    "Run",
    "RunVariables",
    "UnknownKey",
    "Value",
    "Variable",
    "VariableData",
    "Version",
    "needs",
    "open",
]

_LATER = {
    "Cell": "cell",
    **dict.fromkeys(("Damnit", "RunVariables", "VariableData"), "client.damnit"),
    **dict.fromkeys(("BadRequest", "FirstlightError", "NoExperiment", "NoServer", "NotAllowed", "UnknownKey"), "client.errors"),
    **dict.fromkeys(("Experiment", "open"), "client.experiment"),
    "Run": "client.run",
    "Variable": "client.model",
    "Version": "client.history",
    "Value": "client.value",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module 'firstlight' has no attribute {name!r}")
    return getattr(import_module(f".{_LATER[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted(__all__)
