"""The Python side of Firstlight: runs a DAMNIT context file, one value at a time, in the user's own interpreter."""

from .needs import needs

__version__ = "0.1.0"
__all__ = ["needs"]
