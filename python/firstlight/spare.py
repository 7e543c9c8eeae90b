"""A process that is forked before its job comes, so that the job need not wait for it."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Iterable
from typing import NoReturn

import h5py

from .channel import Channel, channel_pair
from .processes import end_process, fork


class Spare:
    """A forked process that waits for the socket of one job."""

    def __init__(self, body: Callable[[socket.socket], None], close: Iterable[int]) -> None:
        self._channel, theirs = channel_pair()
        with theirs:
            self.pid = fork(lambda: _wait(theirs, body), close=(*close, self._channel.fileno()))

    def take(self, end: socket.socket) -> bool:
        """Hands a job's socket over; False when the process is gone."""
        try:
            self._channel.send_descriptor(end.fileno(), {})
        except OSError:
            os.waitpid(self.pid, 0)
            return False
        finally:
            self._channel.close()
        return True


def _wait(own: socket.socket, body: Callable[[socket.socket], None]) -> NoReturn:
    _rehearse()
    _, descriptor = Channel(own).receive_with_descriptor()
    own.close()
    if descriptor is not None:
        with socket.socket(fileno=descriptor) as end:
            body(end)
    end_process(0)


def _rehearse() -> None:
    """Writes and reads a little HDF5 in memory: the pages of the parent that this changes are copied now, not when someone waits."""
    with h5py.File("rehearsal", "w", driver="core", backing_store=False) as file:
        dataset = file.create_group("group").create_dataset("text", data="text", dtype=h5py.string_dtype())
        dataset.attrs["attribute"] = 1.0
        dataset[()]
