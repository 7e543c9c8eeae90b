"""Requests to a Firstlight server, and what can be wrong with its answers."""

from __future__ import annotations

import json
import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from .errors import FirstlightError, NoServer, error_of

_PATIENCE_SECONDS = 60.0
_OWN_MACHINE = ("127.0.0.1", "localhost", "::1")
_LONGEST_LINE_BYTES = 64 * 2**20


class Connection:
    """Asks one server. It keeps nothing open between requests."""

    def __init__(self, root: str) -> None:
        self.root = root
        # A proxy cannot know this machine's own addresses.
        proxies = urllib.request.ProxyHandler({}) if urlsplit(root).hostname in _OWN_MACHINE else urllib.request.ProxyHandler()
        self._opener = urllib.request.build_opener(proxies)

    def json(self, path: str, body: Any = None) -> Any:
        """A JSON answer. With a body it is a POST."""
        with self._answer(path, None if body is None else json.dumps(body).encode()) as answer:
            text = answer.read()
        try:
            return json.loads(text)
        except ValueError:
            raise _stranger(self.root) from None

    def lines(self, path: str, body: Any = None) -> Iterator[dict[str, Any]]:
        """JSON lines as they come, however long there is silence between them. Raises what a line says went wrong."""
        with self._answer(path, None if body is None else json.dumps(body).encode(), patience=None) as answer:
            while line := answer.readline(_LONGEST_LINE_BYTES):
                if line.strip():
                    yield _without_error(json.loads(line))

    def download(self, path: str, to: Path) -> None:
        """Saves an answer in a file."""
        with self._answer(path) as answer, to.open("wb") as file:
            shutil.copyfileobj(answer, file)

    def upload(self, path: str, file: Path, content_type: str) -> None:
        """Sends a file."""
        size = {"content-length": str(file.stat().st_size), "content-type": content_type}
        with file.open("rb") as content, self._answer(path, content, headers=size, patience=None):
            pass

    @contextmanager
    def _answer(
        self, path: str, body: Any = None, *, headers: dict[str, str] | None = None, patience: float | None = _PATIENCE_SECONDS
    ) -> Iterator[IO[bytes]]:
        request = urllib.request.Request(self.root + path, data=body, headers=headers or {"content-type": "application/json"})
        try:
            with self._opener.open(request, timeout=patience) as answer:
                yield answer
        except urllib.error.HTTPError as error:
            with error:
                raise _said(error.read(), self.root) from None
        except urllib.error.URLError as error:
            raise NoServer("no-server", f"The server at {self.root} cannot be reached: {error.reason}. Is it running?") from None
        except (ConnectionError, TimeoutError) as error:
            raise NoServer(
                "server-lost", f"The server at {self.root} did not finish its answer: {error or type(error).__name__}."
            ) from None


def _said(body: bytes, root: str) -> FirstlightError:
    """The error in an answer, in the server's own words."""
    try:
        error = json.loads(body)["error"]
        return error_of(error["code"], error["sentence"])
    except (ValueError, KeyError, TypeError):
        return _stranger(root)


def _stranger(root: str) -> NoServer:
    return NoServer("no-server", f"What answers at {root} is not a Firstlight server.")


def _without_error(line: dict[str, Any]) -> dict[str, Any]:
    if line.get("event") == "error":
        raise error_of(line["code"], line["sentence"])
    return line
