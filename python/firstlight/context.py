"""The names that users' context files import, also as `damnit_ctx` and `damnit.context`."""

from .cell import Cell
from .variable import Group, GroupError, Pipeline, RunData, Skip, Variable

__all__ = ["Cell", "Group", "GroupError", "Pipeline", "RunData", "Skip", "Variable"]
