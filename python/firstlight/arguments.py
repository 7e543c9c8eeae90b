"""Fills the parameters of a variable's function."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .catalogue import Catalogue
from .declared import Declared
from .opening import proposal_path
from .plan import Graph, is_glob, matching
from .wire import Input


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


@dataclass(frozen=True)
class RunFacts:
    """What variables can be told about the run that they are computed for."""

    proposal: int
    run: int
    parameters: Mapping[str, Any]


class Arguments:
    """Makes the keyword arguments for variables' functions from what is known about a run."""

    def __init__(self, request: RunFacts, run_data: Any, results: Mapping[str, Any], graph: Graph, catalogue: Catalogue) -> None:
        self._request = request
        self._run_data = run_data
        self._results = results
        self._graph = graph
        self._catalogue = catalogue

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
                missing.extend(matching(item.name, self._graph) or [item.name])
        if missing:
            raise MissingInputs(tuple(missing))  # one for each input, as the official runner lists them
        parameters = [item.name for item in declared.inputs if self._is_missing_parameter(item)]
        if parameters:
            raise MissingParameters(parameters)
        return arguments

    def _value(self, item: Input, declared: Declared) -> tuple[bool, Any]:
        if item.kind == "var":
            return self._data(item.name)
        if item.kind == "meta":
            return True, self._meta(item.name, declared)
        if item.kind == "mymdc":
            return True, self._catalogue.fact(item.name)
        if item.kind == "param":
            return item.name in self._request.parameters, self._request.parameters.get(item.name)
        raise _unknown(item.name if item.kind == "unknown" else f"{item.kind}#{item.name}", declared)

    def _is_missing_parameter(self, item: Input) -> bool:
        return item.kind == "param" and not item.optional and item.name not in self._request.parameters

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
