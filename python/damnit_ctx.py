"""The name under which context files find `Variable`, `Skip`, `Cell` and the others."""

from firstlight.context import *  # noqa: F403
