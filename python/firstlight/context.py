"""The names that users' context files import, also as `damnit_ctx` and `damnit.context`."""

from .cell import Cell
from .group import Group, GroupError
from .pipeline import Pipeline
from .variable import RunData, Skip, Variable

__all__ = ["Cell", "Group", "GroupError", "Pipeline", "RunData", "Skip", "Variable"]
