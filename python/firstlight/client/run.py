"""One run of an experiment."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timezone

from .model import RunKey, Source
from .value import Value

_MOST_SHOWN = 30


class Run:
    """A run and its values.

    Example:
        >>> run = experiment[12]
        >>> run["spectrum"].read()
        >>> for value in run:
        ...     print(value.name, value.state)
    """

    def __init__(self, source: Source, key: RunKey, find: Callable[[RunKey, str], Value]) -> None:
        self._source = source
        self._key = key
        self._find = find

    @property
    def proposal(self) -> int:
        """Its proposal."""
        return self._key.proposal

    @property
    def run(self) -> int:
        """Its number."""
        return self._key.run

    @property
    def start_time(self) -> datetime | None:
        """When it began; None when nobody knows."""
        seconds = self._source.start_time(self._key)
        return None if seconds is None else datetime.fromtimestamp(seconds, timezone.utc)

    def keys(self) -> list[str]:
        """The names of the variables about which something is known for this run, sorted."""
        return sorted(self._source.names(self._key))

    def __getitem__(self, variable: str) -> Value:
        """A value by the name or title of its variable. Raises UnknownKey, a KeyError."""
        return self._find(self._key, variable)

    def __contains__(self, variable: object) -> bool:
        return variable in self._source.names(self._key)

    def __iter__(self) -> Iterator[Value]:
        return (self[name] for name in self.keys())

    def __len__(self) -> int:
        return len(self._source.names(self._key))

    def __repr__(self) -> str:
        names = self.keys()
        more = f", … ({len(names)} in all)" if len(names) > _MOST_SHOWN else ""
        return f"<Run {self.run} of p{self.proposal}: {', '.join(names[:_MOST_SHOWN])}{more}>"

    def _ipython_key_completions_(self) -> list[str]:
        return self.keys()
