"""Lines for the run's log on standard error, in DAMNIT's form `LEVEL:name:message`."""

from __future__ import annotations

import sys
import traceback


def log(level: str, message: str, error: BaseException | None = None) -> None:
    """Writes one line (and a traceback) after everything the user has printed so far."""
    text = f"{level}:firstlight:{message}\n"
    if error is not None:
        text += "".join(traceback.format_exception(error))
    try:
        sys.stdout.flush()
        sys.stderr.write(text)
        sys.stderr.flush()
    except (OSError, ValueError):
        pass  # nobody reads the log any more, or users' code closed it: no reason to fail
