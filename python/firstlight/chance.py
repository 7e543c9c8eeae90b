"""The global random numbers of Python and numpy: each worker has others, as each run of DAMNIT has, unless a context has seeded them."""

from __future__ import annotations

import random
from typing import Any

from numpy import random as numpy_random

_numpy_before: Any = None
_python_before: Any = None
# What users' code has made of Python's own, which forgets that in every process that is forked.
_python_seeded: Any = None


def remember_chance() -> None:
    """Notes the states before a context file is executed."""
    global _numpy_before, _python_before
    _numpy_before, _python_before = _numpy_state(), random.getstate()


def keep_chance() -> None:
    """Notes what executing the context file has made of them."""
    global _python_seeded
    state = random.getstate()
    _python_seeded = None if state == _python_before else state


def renew_chance() -> None:
    """In a forked process: a state that users' code has made stays; otherwise begins anew, as relatives would draw the same numbers."""
    if _python_seeded is not None:
        random.setstate(_python_seeded)
    if _numpy_before is not None and _numpy_state() == _numpy_before:
        numpy_random.seed()


def _numpy_state() -> Any:
    state = numpy_random.get_state(legacy=False)
    return {**state, "state": {key: bytes(value) if key == "key" else value for key, value in state["state"].items()}}
