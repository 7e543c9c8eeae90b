"""JSON lines over a socket between our own processes."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from typing import Any

from .wire import format_message

_PIECE = 1 << 16


class LineBuffer:
    """Cuts a stream of bytes into lines."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def feed(self, piece: bytes) -> list[bytes]:
        """The lines that this piece completes; the rest is kept."""
        *lines, rest = piece.split(b"\n")
        if not lines:
            self._pieces.append(rest)
            return []
        lines[0] = b"".join([*self._pieces, lines[0]])
        self._pieces = [rest]
        return lines


class Channel:
    """One end of a socket that carries JSON messages."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end
        self._lines = LineBuffer()
        self._waiting: list[Any] = []

    def fileno(self) -> int:
        """For selectors."""
        return self._socket.fileno()

    def send(self, message: Mapping[str, Any]) -> None:
        """Sends a message; waits while the other side is busy.

        Raises:
            OSError: nobody is there any more.
        """
        self._socket.sendall(format_message(message))

    def send_descriptor(self, descriptor: int, message: dict[str, Any]) -> None:
        """Sends a (short) message together with an open descriptor."""
        socket.send_fds(self._socket, [format_message(message)], [descriptor])

    def receive_with_descriptor(self) -> tuple[dict[str, Any] | None, int | None]:
        """Waits for one message of `send_descriptor`; None at the end."""
        data, descriptors, _, _ = socket.recv_fds(self._socket, _PIECE, 1)
        return (json.loads(data) if data else None), (descriptors[0] if descriptors else None)

    def receive(self) -> Iterator[Any]:
        """Waits for and yields messages until the other side closes."""
        while True:
            while self._waiting:
                yield self._waiting.pop(0)
            messages = self.poll()
            if messages is None:
                return
            self._waiting.extend(messages)

    def poll(self) -> list[Any] | None:
        """The messages that one read completes (call it when the socket is readable); None when the other side closed."""
        try:
            piece = self._socket.recv(_PIECE)
        except ConnectionResetError:
            return None
        return [json.loads(line) for line in self._lines.feed(piece)] if piece else None

    def pending(self) -> list[Any]:
        """The messages that are there now; never waits."""
        found, self._waiting = self._waiting, []
        self._socket.setblocking(False)
        try:
            while messages := self.poll():
                found.extend(messages)
        except BlockingIOError:
            pass
        finally:
            self._socket.setblocking(True)
        return found

    def close(self) -> None:
        """Closes this end."""
        self._socket.close()


def channel_pair() -> tuple[Channel, socket.socket]:
    """A channel and its other end."""
    ours, theirs = socket.socketpair()
    return Channel(ours), theirs
