"""Steps at which a test can end a process of ours as a power cut would; the twin of ``packages/store/src/fault-point.ts``."""

import os
import signal


def fault_point(name: str) -> None:
    """Kills this process if a test has chosen this step, by ``FIRSTLIGHT_FAULT`` or by a file of its name in ``FIRSTLIGHT_FAULTS``."""
    if os.environ.get("FIRSTLIGHT_FAULT") == name or _is_chosen(name):
        os.kill(os.getpid(), signal.SIGKILL)


def _is_chosen(name: str) -> bool:
    directory = os.environ.get("FIRSTLIGHT_FAULTS")
    if directory is None:
        return False
    try:
        os.unlink(os.path.join(directory, name))  # only one process can remove it
    except OSError:
        return False
    return True
