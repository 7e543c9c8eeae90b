"""Turns what a file declares (variables, instances of groups) into variables with their final names and inputs."""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .declared import Declared, DeclaredGroup, Fault
from .group import PLACE, GroupError, variables_of
from .group_links import resolve
from .group_names import candidate_names, groups_of, name_instance, reachable
from .inputs import inputs_of
from .needs import needs_of
from .source import Sources
from .variable import Variable
from .wire import Input


@dataclass
class Declarations:
    """The variables and groups of a file, in their order, and what is wrong with them."""

    sources: Sources
    variables: dict[str, Declared] = field(default_factory=dict)
    groups: dict[str, DeclaredGroup] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    # What the names of the file stand for.
    namespace: Mapping[str, Any] = field(default_factory=dict)

    def add_variables(self, variables: Iterable[Variable]) -> None:
        """Takes variables that are in no group; of several with one name the last is meant."""
        for variable in variables:
            if variable.name is not None and variable.func is not None:
                self.variables[variable.name] = self._declared(variable, variable.func, inputs_of(variable.func))

    def add_groups(self, instances: Iterable[Any], namespace: Mapping[str, Any]) -> None:
        """Takes instances of groups and all that they hold; their names come from the top-level names of the file."""
        candidates = candidate_names([*groups_of(namespace), *((item.name, item) for item in instances if item.name)])
        named = [instance for instance in reachable(instances) if self._named(instance, candidates)]
        for instance in named:
            self._expand(instance)

    def _named(self, instance: Any, candidates: Mapping[int, list[str]]) -> bool:
        try:
            name_instance(instance, candidates)
        except GroupError as error:
            self._fault(error, instance)
            return False
        known = self.groups.get(instance.name)
        if known is not None and known.instance is not instance:
            self._fault(GroupError(f"Group name '{instance.name}' is used by multiple group instances"), instance)
        elif known is None:
            self.groups[instance.name] = DeclaredGroup(instance)
        return known is None

    def _expand(self, instance: Any) -> None:
        for variable in variables_of(type(instance)):
            name = f"{instance.name}.{variable.name}"
            if name in self.variables:
                self._fault(GroupError(f"Duplicate variable name '{name}' from group '{instance.name}'"), instance)
            elif variable.func is not None:
                self.variables[name] = self._member(instance, variable, name)

    def _member(self, instance: Any, variable: Variable, name: str) -> Declared:
        bound = copy.copy(variable)
        bound.name = name
        bound.title = f"{instance.title}{instance.sep}{variable.title}"
        bound.func = functools.partial(variable.func, instance) if variable.func else None
        bound.tags = _merged(instance.tags, variable.tags)
        inputs = inputs_of(variable.func, given=2) if variable.func else ()
        declared = self._declared(bound, variable.func, inputs)
        return replace(declared, inputs=tuple(self._links(instance, inputs, declared)))

    def _links(self, instance: Any, inputs: Iterable[Input], declared: Declared) -> Iterator[Input]:
        linked = (self._linked(instance, item, declared) for item in inputs)
        return (item for item in linked if item is not None)

    def _linked(self, instance: Any, item: Input, declared: Declared) -> Input | None:
        if item.kind != "self":
            return item
        try:
            return replace(item, kind="var", name=resolve(instance, item.name))
        except Exception as error:  # a property of the user's class can raise anything
            place = declared.place.annotations.get(item.parameter, declared.place.place) if declared.place else None
            file = declared.file or self.sources.path
            self.faults.append(Fault(error, (file, *place) if place else None))
            return None

    def _declared(self, variable: Variable, func: Any, inputs: tuple[Input, ...]) -> Declared:
        found = self.sources.of(func)
        file, place = found or (None, None)
        beside = file if file != self.sources.path else None
        return Declared(str(variable.name), variable, inputs, place, beside, needs_of(func))

    def _fault(self, error: Exception, instance: Any) -> None:
        place = vars(instance).get(PLACE)
        self.faults.append(Fault(error, (*place, 1) if place else None))


def _merged(of_group: Any, of_variable: Any) -> Any:
    try:
        return tuple(sorted({*(of_group or ()), *(of_variable or ())}))
    except TypeError:
        return of_variable if of_group in (None, ()) else (*of_group, of_variable)  # the check names what is wrong
