"""Fills the parameters of a variable's function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .checks import NO_CATALOGUE
from .loading import Declared
from .opening import proposal_path
from .plan import Graph, is_glob, matching
from .wire import Input, Run


class MissingInputs(Exception):
    """Required inputs have no data."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(*names)
        self.names = tuple(names)


class MissingParameters(Exception):
    """Required parameter values were not given."""

    def __init__(self, names: Sequence[str]) -> None:
        super().__init__(*names)
        self.names = tuple(names)


class Arguments:
    """Makes the keyword arguments for variables' functions from what is known about a run."""

    def __init__(self, request: Run, run_data: Any, results: Mapping[str, Any], graph: Graph) -> None:
        self._request = request
        self._run_data = run_data
        self._results = results
        self._graph = graph

    def of(self, declared: Declared) -> dict[str, Any]:
        """The arguments of one variable; parameters that have a default and no value are left out.

        Raises:
            MissingInputs, MissingParameters: it cannot run.
        """
        arguments: dict[str, Any] = {}
        missing: list[str] = []
        for item in declared.inputs:
            found, value = self._value(item, declared)
            if found:
                arguments[item.parameter] = value
            elif item.kind == "var" and not item.optional:
                missing.extend(matching(item.name, self._graph))
        if missing:
            raise MissingInputs(tuple(dict.fromkeys(missing)))
        parameters = [item.name for item in declared.inputs if item.kind == "param" and not item.optional]
        if parameters:
            raise MissingParameters(parameters)
        return arguments

    def _value(self, item: Input, declared: Declared) -> tuple[bool, Any]:
        if item.kind == "var":
            return self._data(item.name)
        if item.kind == "meta":
            return True, self._meta(item.name, declared)
        if item.kind == "mymdc":
            raise NotImplementedError(f"mymdc#{item.name}: {NO_CATALOGUE}")
        if item.kind == "unknown":
            raise _unknown(item.name, declared)
        return False, None

    def _data(self, pattern: str) -> tuple[bool, Any]:
        found = {name: self._results[name] for name in matching(pattern, self._results)}
        if is_glob(pattern):
            return bool(found), found
        return pattern in found, found.get(pattern)

    def _meta(self, name: str, declared: Declared) -> Any:
        if name == "run_number":
            return self._request.run
        if name == "proposal":
            return self._request.proposal
        if name == "proposal_path":
            return proposal_path(self._run_data)
        raise _unknown(f"meta#{name}", declared)


def _unknown(text: str, declared: Declared) -> RuntimeError:
    return RuntimeError(f"Unknown path '{text}' for variable '{declared.variable.title}'")
