"""Lines for the run's log on standard error, in DAMNIT's form `LEVEL:name:message`."""

from __future__ import annotations

import os
import sys
import traceback
from types import TracebackType

_OWN_FOLDER = os.path.dirname(__file__) + os.sep


def log(level: str, message: str, error: BaseException | None = None) -> None:
    """Writes one line, and of an error the traceback from the user's first line on, after all that users' code has printed."""
    text = f"{level}:firstlight:{message}\n"
    if error is not None:
        text += "".join(traceback.format_exception(type(error), error, _without_own(error.__traceback__)))
    try:
        sys.stdout.flush()
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError):
        pass  # nobody reads the log any more, or users' code closed it: no reason to fail


def _without_own(frames: TracebackType | None) -> TracebackType | None:
    """A traceback without our own frames at its beginning; whole, if there are no others."""
    inner = frames
    while inner is not None and inner.tb_frame.f_code.co_filename.startswith(_OWN_FOLDER):
        inner = inner.tb_next
    return inner or frames
