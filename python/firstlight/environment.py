"""What computes: the interpreter and its packages, as an origin names them."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import platform
import re
import sys
from collections.abc import Iterator
from typing import Any

_INSTALLED = re.compile(r"(.+?)-([^-]+?)(?:-py[\d.]+)?\.(?:dist-info|egg-info)")


@functools.lru_cache(maxsize=1)
def environment() -> dict[str, Any]:
    """The interpreter and the packages that it finds, as the wire says them; looked at once for a process."""
    packages = dict(sorted(_packages()))
    version = platform.python_version()
    said = ["python", sys.executable, version, list(packages.items())]
    identity = hashlib.sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")).hexdigest()
    return {"identity": identity, "language": "python", "interpreter": sys.executable, "version": version, "packages": packages}


def _packages() -> Iterator[tuple[str, str]]:
    """Names and versions from the names of files; reading their metadata would take a second where there are hundreds."""
    for folder in reversed(sys.path):
        try:
            names = os.listdir(folder or ".")
        except OSError:
            continue
        for name in names:
            found = _INSTALLED.fullmatch(name)
            if found:
                yield found[1].replace("_", "-").lower(), found[2]
