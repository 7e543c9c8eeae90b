"""`Pipeline`: variables and groups put together by hand, and computed from Python."""

from __future__ import annotations

import contextvars
import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .group import GroupError
from .variable import RunData, Variable, is_group

if TYPE_CHECKING:
    from .loading import LoadedContext
    from .results import Results


@dataclass
class Scope:
    """The pipeline of the file that is being executed, and whether it is all that the file means."""

    pipeline: Pipeline | None = None
    exclusive: bool = False


_scope: contextvars.ContextVar[Scope | None] = contextvars.ContextVar("firstlight_scope", default=None)


@contextmanager
def pipeline_scope() -> Iterator[Scope]:
    """What a file says about its pipeline while this block runs; files that are executed inside have their own."""
    scope = Scope()
    token = _scope.set(scope)
    try:
        yield scope
    finally:
        _scope.reset(token)


@dataclass(frozen=True)
class _Settings:
    """For which run and with what a pipeline is computed."""

    proposal: int | None = None
    run_number: int | None = None
    run_data: Any = None
    data: Any = None
    param_values: Mapping[str, Any] = field(default_factory=dict)


class Pipeline:
    """A collection of variables and groups, and the run that they are computed for.

    Args:
        proposal: the proposal's number.
        run_number: the run's number.
        name: default made from the content.
        data: the run object given to variables; default the run is opened.
        run_data: "raw", "proc" or "all".
        param_values: values for `param#` inputs by name.

    Example:
        >>> Pipeline(1234, 7).add(variable).execute().cells["variable"].data  # doctest: +SKIP
    """

    def __init__(
        self,
        proposal: int | None = None,
        run_number: int | None = None,
        *,
        name: str | None = None,
        data: Any = None,
        run_data: RunData | str | None = None,
        param_values: Mapping[str, Any] | None = None,
    ) -> None:
        self._settings = _Settings(proposal, run_number, run_data, data, dict(param_values or {}))
        self._name = name
        self._variables: list[Variable] = []
        self._groups: list[Any] = []
        # A file's or a selection's variables, instead of those that were added.
        self._loaded: LoadedContext | None = None
        self._results: Results | None = None

    @classmethod
    def default(cls) -> Pipeline:
        """In a context file: the pipeline that the file becomes; its other variables and groups belong to it, too."""
        scope = _scope.get() or Scope()
        if scope.pipeline is None:
            scope.pipeline = cls(name="default")
        return scope.pipeline

    @classmethod
    def set_default(cls, pipeline: Pipeline) -> None:
        """In a context file: the file is this pipeline and nothing else."""
        if not isinstance(pipeline, Pipeline):
            raise TypeError("Pipeline.set_default expects a Pipeline instance")
        scope = _scope.get() or Scope()
        scope.pipeline, scope.exclusive = pipeline, True

    @classmethod
    def from_context_file(cls, path: str | Path, *, name: str | None = None) -> Pipeline:
        """The pipeline of a context file."""
        return cls.from_str(Path(path).read_text(), path=str(path), name=name or str(path))

    @classmethod
    def from_str(cls, code: str, *, path: str = "<string>", name: str | None = None) -> Pipeline:
        """The pipeline of a context file's text; `path` is how tracebacks call it.

        Raises:
            Exception: what the text raises, or what is wrong with its variables.
        """
        from .loading import load_strictly

        pipeline = cls(name=name)
        pipeline._loaded = load_strictly(code.encode(), path)
        return pipeline

    @property
    def name(self) -> str:
        """The given name, or one made from the content."""
        if self._name is not None:
            return self._name
        names = repr((self._settings.proposal, self._settings.run_number, sorted(map(str, self.vars))))
        return hashlib.sha256(names.encode()).hexdigest()[:12]

    @property
    def context(self) -> LoadedContext:
        """The variables after checks, with dependencies.

        Raises:
            GroupError, KeyError, CycleError, ContextFileErrors: what is wrong with them.
        """
        from .loading import assemble_strictly

        if self._loaded is not None and not self._variables and not self._groups:
            return self._loaded
        base = list(self._loaded.declared.values()) if self._loaded else []
        return assemble_strictly(base, self._variables, self._groups)

    @property
    def vars(self) -> dict[str, Variable]:
        """The variables by their final names."""
        return {name: declared.variable for name, declared in self.context.declared.items()}

    @property
    def results(self) -> Results | None:
        """What the last `execute` has given."""
        return self._results

    @property
    def added(self) -> tuple[Sequence[Variable], Sequence[Any]]:
        """The variables and instances of groups that were added."""
        return self._variables, self._groups

    @property
    def loaded(self) -> LoadedContext | None:
        """The file or selection that it was made from."""
        return self._loaded

    def vars_to_dict(self, inc_transient: bool = False) -> dict[str, dict[str, Any]]:
        """What the database's table of variables says about each."""
        shown = {name: variable for name, variable in self.vars.items() if inc_transient or not variable.transient}
        return {name: _row(variable) for name, variable in shown.items()}

    def add(self, *items: Any) -> Pipeline:
        """Adds variables, groups, sequences of them, or dicts of name to group; returns the pipeline itself.

        Raises:
            TypeError: something else was given.
            GroupError: two variables have one name.
        """
        for item in items:
            self._add(item)
        self._results = None
        return self

    def _add(self, item: Any) -> None:
        if isinstance(item, Variable):
            self._add_variable(item)
        elif is_group(item):
            self._groups.append(item)
        elif isinstance(item, Mapping):
            for name, value in item.items():
                if is_group(value) and value.name is None:
                    value.name = name
                self._add(value)
        elif isinstance(item, Sequence) and not isinstance(item, str | bytes):
            self.add(*item)
        else:
            accepted = "Variable or Group instances (or dict[str, Group], or sequences of them)"
            raise TypeError(f"Pipeline.add accepts {accepted}; got {type(item)}")

    def _add_variable(self, variable: Variable) -> None:
        known = next((other for other in self._variables if other.name == variable.name), variable)
        if known is not variable:
            raise GroupError(f"Duplicate variable name '{variable.name}'")
        if variable not in self._variables:
            self._variables.append(variable)

    def union(self, other: Pipeline, on_conflict: str = "error") -> Pipeline:
        """A new pipeline with the variables of both; of two with one name the `left` or the `right` is taken.

        Raises:
            GroupError: two different variables have one name, and `on_conflict` is "error".
        """
        if on_conflict not in ("error", "left", "right"):
            raise ValueError("on_conflict must be 'error', 'left', or 'right'")
        from .loading import reassemble

        left, right = self.context, other.context
        shared = [name for name in left.declared if name in right.declared]
        for name in shared:
            if on_conflict == "error" and not left.declared[name].is_same(right.declared[name]):
                raise GroupError(f"Duplicate variable name '{name}'")
        ways = {**left.declared, **right.declared} if on_conflict == "right" else {**right.declared, **left.declared}
        joined = self.copy()
        joined._take(reassemble({name: ways[name] for name in (*left.declared, *right.declared)}, left.path))
        return joined

    def with_context(self, **settings: Any) -> Pipeline:
        """A copy for another run: `proposal`, `run_number`, `name`, `run_data`, `data`, `param_values`."""
        name = settings.pop("name", None)
        known = vars(self._settings)
        unknown = set(settings) - set(known)
        if unknown:
            raise TypeError(f"Pipeline.with_context() got an unexpected keyword argument '{sorted(unknown)[0]}'")
        made = self._like(_Settings(**{**known, **{key: value for key, value in settings.items() if value is not None}}))
        made._name = name or self._name
        return made

    def copy(self) -> Pipeline:
        """A copy; it forgets `run_data` and results."""
        return self._like(_Settings(**{**vars(self._settings), "run_data": None}))

    def select(
        self,
        *,
        variables: Iterable[str] = (),
        match: Iterable[str] = (),
        run_data: RunData | str | None = None,
        cluster: bool | None = None,
    ) -> Pipeline:
        """A copy with some variables and all that they need: by name, part of the title, data, cluster."""
        from .loading import reassemble
        from .plan import with_dependencies

        context = self.context
        wanted = RunData(run_data).value if run_data is not None else "all"
        names, parts = list(variables), [part.lower() for part in match]
        chosen = [
            name
            for name, needs in context.promoted.items()
            if wanted in ("all", needs.data)
            and cluster in (None, needs.cluster)
            and (name in names if names else not parts or any(part in str(context.declared[name].variable.title).lower() for part in parts))
        ]
        kept = with_dependencies(context.graph, chosen)
        made = self._like(_Settings(**{**vars(self._settings), "run_data": run_data or self._settings.run_data}))
        made._take(reassemble({name: item for name, item in context.declared.items() if name in kept}, context.path))
        return made

    def execute(self, *, data: Any = None, param_values: Mapping[str, Any] | None = None) -> Results:
        """Computes all variables here, one after the other, and stores nothing.

        Raises:
            ValueError: there is no proposal or run number.
        """
        from .results import compute

        settings = self._settings
        if settings.proposal is None or settings.run_number is None:
            raise ValueError("proposal and run_number must be set")
        run_data = settings.data if data is None else data
        parameters = {**settings.param_values, **(param_values or {})}
        pipeline = self if settings.run_data is None else self.select(run_data=settings.run_data)
        self._results = compute(pipeline.context, settings.proposal, settings.run_number, run_data, parameters)
        return self._results

    def _like(self, settings: _Settings) -> Pipeline:
        made = Pipeline(name=self._name)
        made._settings = settings
        made._variables, made._groups, made._loaded = list(self._variables), list(self._groups), self._loaded
        return made

    def _take(self, context: LoadedContext) -> None:
        self._variables, self._groups, self._loaded = [], [], context


def _row(variable: Variable) -> dict[str, Any]:
    tags = None if variable.tags is None else tuple(variable.tags)
    return {"title": variable.title, "description": variable.description, "tags": tags, "attributes": None, "type": None}
