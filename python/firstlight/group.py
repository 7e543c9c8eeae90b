"""`@Group`: a class of variables that share a name, a title and tags, and of which there can be several instances."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Callable, Iterable
from types import FrameType
from typing import Any, TypeVar

from .variable import GROUP_MARK, Variable

_Class = TypeVar("_Class", bound=type)
_RESERVED = ("name", "title", "tags", "sep")
PLACE = "_firstlight_place"


class GroupError(Exception):
    """A group of variables is not declared as it must be."""


def Group(_cls: _Class | None = None, *, tags: Iterable[str] | str | None = None) -> Any:
    """Declares a class as a group of variables: a dataclass whose fields are given by name.

    Besides its own fields each instance takes `name` (default the Python name it is bound to), `title` (default its name),
    `tags` (default those of the decorator or of a base class), and `sep` (between the titles of group and variable).

    Raises:
        GroupError: the class uses one of these names for something else.

    Example:
        >>> @Group(tags="xgm")
        ... class XGM:
        ...     source: str
        ...
        ...     @Variable(title="Energy")
        ...     def energy(self, run):
        ...         return run[self.source, "energy"].ndarray()
        >>> XGM(source="SA1_XGM", name="sa1").energy
        <Variable sa1.energy>
    """

    def decorate(cls: _Class) -> _Class:
        _refuse_reserved(cls)
        own = cls.__dict__.get("__post_init__")
        wanted = _inherited_tags(cls) if tags is None else normalised_tags(tags)
        cls.__annotations__ = {**_annotations(cls), "name": "str | None", "title": "str | None", "tags": "tuple", "sep": "str"}
        defaults = {"name": None, "title": None, "tags": wanted, "sep": "/", GROUP_MARK: True}
        for attribute, value in {**defaults, "__post_init__": _post_init(cls, own)}.items():
            setattr(cls, attribute, value)
        return dataclasses.dataclass(kw_only=True)(cls)

    return decorate if _cls is None else decorate(_cls)


def variables_of(cls: type) -> list[Variable]:
    """The variables of a group's class, those of its bases first; one that is defined again replaces the former."""
    by_attribute: dict[str, Variable] = {}
    for base in reversed(cls.__mro__):
        by_attribute.update((name, value) for name, value in vars(base).items() if isinstance(value, Variable))
    return list(dict.fromkeys(by_attribute.values()))


def _refuse_reserved(cls: type) -> None:
    declared = [name for name in _RESERVED if name in _annotations(cls)]
    if declared:
        raise GroupError(f"Group classes cannot define reserved fields: {', '.join(declared)}")
    assigned = [name for name in _RESERVED if name in cls.__dict__]
    if assigned:
        raise GroupError(f"Group classes cannot override reserved attributes: {', '.join(assigned)}")


def _annotations(cls: type) -> dict[str, Any]:
    """A class's own annotations; on Python 3.14 they are made when they are asked for, and may name what is not there."""
    if sys.version_info >= (3, 14):
        import annotationlib

        return dict(annotationlib.get_annotations(cls, format=annotationlib.Format.FORWARDREF))
    return dict(cls.__dict__.get("__annotations__", {}))


def _inherited_tags(cls: type) -> Any:
    return next((base.__dict__["tags"] for base in cls.__mro__[1:] if GROUP_MARK in base.__dict__), ())


def _post_init(cls: type, own: Callable[..., None] | None) -> Callable[..., None]:
    def __post_init__(self: Any, *initial: Any) -> None:
        self.tags = normalised_tags(self.tags)
        if self.title is None and self.name:
            self.title = self.name
        if PLACE not in vars(self):
            setattr(self, PLACE, _place_of(sys._getframe(1)))
        if own is not None:
            own(self, *initial)
        else:
            _call_inherited(cls, self, initial)

    return __post_init__


def _call_inherited(cls: type, self: Any, initial: tuple[Any, ...]) -> None:
    inherited = getattr(super(cls, self), "__post_init__", None)
    if inherited is not None:
        inherited(*initial)


def _place_of(frame: FrameType | None) -> tuple[str, int] | None:
    """File and line of the code that makes an instance."""
    while frame is not None and frame.f_code.co_filename.startswith("<"):  # what dataclasses has generated
        frame = frame.f_back
    return (frame.f_code.co_filename, frame.f_lineno) if frame else None


def normalised_tags(tags: Any) -> tuple[str, ...]:
    """Tags as a tuple; None means none."""
    if tags is None:
        return ()
    return (tags,) if isinstance(tags, str) else tuple(tags)
