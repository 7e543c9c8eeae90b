"""`python -m firstlight.runner`: reads requests from standard input, writes events to descriptor 3."""

from __future__ import annotations

import sys

if __name__ == "__main__":
    # `-m` puts the working directory first, where a user's `random.py` would be taken for Python's own.
    del sys.path[0]

import argparse
import importlib
import importlib.util
import os

from .log import log

EVENTS = 3
NEEDED = ("numpy", "h5py", "xarray", "h5netcdf")
# Imported once, here, for all runs; the mock is for runs without data.
WARM = (*NEEDED, "xarray.backends.h5netcdf_", "extra_data", "unittest.mock")
MOST_THREADS = 4


def main() -> int:
    """Serves until standard input ends; returns the exit code."""
    if not hasattr(os, "fork"):
        return _refuse("Context files in Python need an operating system with fork(), like Linux or macOS.")
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        return _refuse(f"{sys.executable} lacks {', '.join(missing)}; install them there: pip install {' '.join(missing)}")
    try:
        os.set_inheritable(EVENTS, False)
    except OSError:
        return _refuse("Descriptor 3 is not open; Firstlight starts this program and reads events there.")
    return _serve(_options())


def _serve(options: argparse.Namespace) -> int:
    _prepare_environment()
    _import_libraries()
    from .zygote import Zygote

    Zygote(sys.stdin.fileno(), EVENTS, options.load_seconds, options.heartbeat_seconds).serve()
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m firstlight.runner", description=__doc__)
    parser.add_argument("--load-seconds", type=float, default=120.0, help="longest time a context file may take to load")
    parser.add_argument("--heartbeat-seconds", type=float, default=5.0, help="time between two heartbeats")
    return parser.parse_args()


def _prepare_environment() -> None:
    """Settings that libraries read when they are imported."""
    os.environ.setdefault("MPLBACKEND", "Agg")  # there is no display
    threads = str(min(MOST_THREADS, len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else MOST_THREADS))
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, threads)


def _import_libraries() -> None:
    for name in WARM:
        try:
            importlib.import_module(name)
        except ImportError:
            continue  # a variable that needs it will say so
        except Exception as error:  # a broken package of the user's environment need not matter to this context
            log("WARNING", f"{name} cannot be imported: {error}")


def _refuse(sentence: str) -> int:
    sys.stderr.write(f"{sentence}\n")
    return 2


if __name__ == "__main__":
    sys.exit(main())
