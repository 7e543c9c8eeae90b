"""What the metadata catalogue (mymdc) says about a run."""

from __future__ import annotations

import http.client
import importlib.util
import json
import os
import re
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

PATIENCE_SECONDS = 2.0
FIELDS = ("sample_name", "run_type", "techniques")
_CREDENTIALS = "usr/mymdc-credentials.yml"


class CatalogueError(Exception):
    """The metadata catalogue did not tell what was asked."""


class Catalogue:
    """The facts about one run, each asked for once; a failure is kept as well, so that it costs its time once.

    Args:
        proposal: the proposal's number.
        run: the run's number.
        directory: gives the proposal's directory, where the credentials are; it may raise.
        patience: how long an answer is waited for, in seconds.
    """

    def __init__(self, proposal: int, run: int, directory: Callable[[], str], patience: float = PATIENCE_SECONDS) -> None:
        self._proposal = proposal
        self._run = run
        self._directory = directory
        self._patience = patience
        self._known: dict[str, Any] | None = None

    def fact(self, name: str) -> Any:
        """One of `FIELDS`.

        Raises:
            Exception: why it is not known.
        """
        if self._known is None:
            self._known = self._ask_in_time()
        answer = self._known[name]
        if isinstance(answer, BaseException):
            raise answer.with_traceback(None)
        return answer

    def _ask_in_time(self) -> dict[str, Any]:
        """All facts or why they are not there. The thread is left alone when it takes too long, it can do no harm."""
        late = CatalogueError(f"The metadata catalogue gave no answer within {self._patience:g} s.")
        answers: dict[str, Any] = dict.fromkeys(FIELDS, late)
        thread = threading.Thread(target=self._ask, args=(answers,), daemon=True)
        thread.start()
        thread.join(self._patience)
        return dict(answers)

    def _ask(self, answers: dict[str, Any]) -> None:
        try:
            ways = self._ways()
        except Exception as error:  # credentials that are not there, packages of the facility that do not work
            answers.update(dict.fromkeys(FIELDS, error))
            return
        for name, way in ways.items():
            try:
                answers[name] = way()
            except Exception as error:  # an answer that is not there costs this fact only
                answers[name] = error

    def _ways(self) -> dict[str, Callable[[], Any]]:
        if importlib.util.find_spec("extra_proposal") is None:
            return _Port(self._proposal, self._run, self._directory()).ways()
        from extra_proposal import Proposal

        run = Proposal(self._proposal)[self._run]
        return {name: getattr(run, name) for name in FIELDS}


class _Port:
    """The catalogue's protocol, as little of it as is needed."""

    def __init__(self, proposal: int, run: int, directory: str) -> None:
        self._until = time.monotonic() + PATIENCE_SECONDS
        self._run = run
        self._server, self._token = _credentials(directory)
        found = self._get(f"proposals/by_number/{proposal}/runs/{run}")["runs"]
        if not found:
            raise CatalogueError(f"The metadata catalogue does not know run {run} of proposal {proposal}.")
        self._facts: dict[str, Any] = found[0]

    def ways(self) -> dict[str, Callable[[], Any]]:
        return {
            "sample_name": lambda: self._name_of("sample"),
            "run_type": lambda: self._name_of("experiment"),
            "techniques": lambda: self._get(f"runs/{self._facts['id']}")["techniques"],
        }

    def _name_of(self, what: str) -> str:
        id = self._facts.get(f"{what}_id")
        if id is None:
            raise CatalogueError(f"The metadata catalogue knows no {what} of run {self._run}.")
        return str(self._get(f"{what}s/{id}")["name"])

    def _get(self, path: str) -> Any:
        headers = {"X-API-key": self._token, "Accept": "application/json; version=1", "User-Agent": "Firstlight"}
        request = urllib.request.Request(f"{self._server}/api/mymdc/{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=max(0.01, self._until - time.monotonic())) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as error:
            raise CatalogueError(f"{self._server} refused {path} with status {error.code}{_info(error)}.") from error
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise CatalogueError(f"The metadata catalogue {self._server} cannot be reached: {reason}.") from error
        except ValueError as error:
            raise CatalogueError(f"{self._server} sent no JSON for {path}.") from error


def _info(error: urllib.error.HTTPError) -> str:
    try:
        return f" ({json.load(error)['info']})"
    except (ValueError, KeyError, TypeError, OSError):
        return ""


def _credentials(directory: str) -> tuple[str, str]:
    if not directory:
        raise CatalogueError("A run without files has no proposal directory with credentials for the metadata catalogue.")
    path = os.path.join(directory, _CREDENTIALS)
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except OSError as error:
        raise CatalogueError(f"The credentials for the metadata catalogue cannot be read from {path}: {error.strerror}.") from error
    found = dict(re.findall(r"^\s*(server|token)\s*:\s*['\"]?(.+?)['\"]?\s*$", text, re.MULTILINE))
    if len(found) < 2:
        raise CatalogueError(f"{path} has no server or no token for the metadata catalogue.")
    return found["server"].rstrip("/"), found["token"]
