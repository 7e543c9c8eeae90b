"""What is asked of the module around a statement: what its names mean."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

# A name of a user's module (its path and the name), all of a module (None), a function by its line, or everything there is.
Ref = tuple[str, str | int | None]
EVERYTHING: Ref = ("", None)


@dataclass(frozen=True)
class Meaning:
    """What a chain of names (`helper.table.mean`) means in a module."""

    # `package`, `builtin`, `name` (of a user's module) or `module`.
    kind: str
    # Written into the tree for what is not a user's.
    text: str = ""
    ref: Ref | None = None
    # How many names of the chain it has used up.
    used: int = 1


class Names(Protocol):
    """What the module around a statement knows."""

    path: str
    relative: str

    def meaning(self, chain: Sequence[str]) -> Meaning:
        """What a chain of names means."""

    def import_meaning(self, module: str | None, level: int, name: str | None) -> Meaning:
        """What an imported module, or a name of it, means."""

    def is_declarator(self, chain: Sequence[str]) -> str | None:
        """`Variable`, `Group` or `Pipeline` if the chain is ours of that name, `Made` if it makes groups."""

    def is_fixed(self, chain: Sequence[str]) -> bool:
        """Whether the value behind it cannot change once it is made."""

    def is_container(self, chain: Sequence[str]) -> bool:
        """Whether the value behind it is a plain container, whose methods change nothing else."""

    def methods(self, chain: Sequence[str]) -> Sequence[Ref]:
        """The variables of the group, or the class of groups, behind it."""
