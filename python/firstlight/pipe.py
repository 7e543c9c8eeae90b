"""Pickled messages, with open descriptors, between a job's process and those of its variables."""

from __future__ import annotations

import pickle
import socket
import struct
from collections.abc import Sequence
from typing import Any

_HEADER = struct.Struct("<Q")
_MOST_DESCRIPTORS = 200


class Pipe:
    """One end of a socket between two processes with the same program."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end

    def fileno(self) -> int:
        """For selectors."""
        return self._socket.fileno()

    def send(self, message: Any, descriptors: Sequence[int] = ()) -> None:
        """Sends a message; waits while the other side is busy.

        Raises:
            OSError: nobody is there any more.
        """
        content = pickle.dumps(message, protocol=5)
        header = _HEADER.pack(len(content))
        if descriptors:
            socket.send_fds(self._socket, [header], list(descriptors))
        else:
            self._socket.sendall(header)
        self._socket.sendall(content)

    def receive(self) -> tuple[Any, list[int]] | None:
        """Waits for a message and its descriptors; None when the other side has ended."""
        try:
            header, descriptors, _, _ = socket.recv_fds(self._socket, _HEADER.size, _MOST_DESCRIPTORS, socket.MSG_WAITALL)
            content = self._exactly(_HEADER.unpack(header)[0]) if len(header) == _HEADER.size else None
        except OSError:
            return None
        return None if content is None else (pickle.loads(content), list(descriptors))

    def _exactly(self, size: int) -> bytearray | None:
        content = bytearray(size)
        view = memoryview(content)
        while view:
            count = self._socket.recv_into(view)
            if not count:
                return None
            view = view[count:]
        return content

    def close(self) -> None:
        """Closes this end."""
        self._socket.close()


def pipe_pair() -> tuple[Pipe, socket.socket]:
    """A pipe and its other end."""
    ours, theirs = socket.socketpair()
    return Pipe(ours), theirs
