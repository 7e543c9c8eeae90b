"""Where in users' files something happened: `context.py:12`, `helpers/fit.py:3`."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType

from .declared import Declared

# A line of faulthandler's, the innermost frame first: `  File "/path/context.py", line 12 in signal`.
_DUMPED = re.compile(r'^  File "(.+)", line (\d+) in ', re.MULTILINE)
_OTHERS = f"{os.sep}site-packages{os.sep}"


@dataclass(frozen=True)
class Places:
    """Names places in a context file and in the modules beside it; other files are nobody's business here."""

    context: str

    def of_error(self, error: BaseException, declared: Declared) -> str | None:
        """The innermost line of the user's that an exception passed through, or where the variable's function stands."""
        if isinstance(error, SyntaxError) and error.filename and self._is_users(error.filename):
            return self._said(error.filename, error.lineno)
        users = [(file, line) for file, line in _frames(error.__traceback__) if self._is_users(file)]
        return self._said(*users[-1]) if users else self.of_function(declared)

    def of_dump(self, dump: str, declared: Declared) -> str | None:
        """The innermost line of the user's in what faulthandler wrote, or where the variable's function stands."""
        users = [(file, int(line)) for file, line in _DUMPED.findall(dump) if self._is_users(file)]
        return self._said(*users[0]) if users else self.of_function(declared)

    def of_function(self, declared: Declared) -> str | None:
        """Where a variable's function stands."""
        return self._said(declared.file or self.context, declared.place.place[0]) if declared.place else None

    def _is_users(self, file: str) -> bool:
        return file.startswith(os.path.dirname(self.context) + os.sep) and _OTHERS not in file

    def _said(self, file: str, line: int | None) -> str:
        short = os.path.relpath(file, os.path.dirname(self.context)) if self._is_users(file) else file
        return short if line is None else f"{short}:{line}"


def _frames(traceback: TracebackType | None) -> Iterator[tuple[str, int]]:
    while traceback is not None:
        yield traceback.tb_frame.f_code.co_filename, traceback.tb_lineno
        traceback = traceback.tb_next
