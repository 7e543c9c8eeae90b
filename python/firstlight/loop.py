"""What the zygote waits for, and what it says: descriptors with their handlers, and the stream of events."""

from __future__ import annotations

import os
import selectors
import signal
from collections.abc import Callable
from typing import Protocol

from .wire import Event, format_event


class HasFileno(Protocol):
    """Anything that a selector can watch."""

    def fileno(self) -> int:
        """Its descriptor."""


class Loop:
    """Waits for descriptors to be readable and calls their handlers, one after the other."""

    def __init__(self) -> None:
        # Unlike the others it takes regular files, and holds no descriptor that children would inherit.
        self._selector = selectors.PollSelector()
        self._woken, self._wake = os.pipe()
        self._ended = False

    def watch(self, source: HasFileno | int, handle: Callable[[], None]) -> None:
        """Calls `handle` whenever `source` can be read."""
        self._selector.register(source, selectors.EVENT_READ, handle)

    def forget(self, source: HasFileno | int) -> None:
        """Watches a source no longer; to be called before it is closed."""
        self._selector.unregister(source)

    def descriptors(self) -> list[int]:
        """All that children should not hold open; standard input they replace."""
        return sorted({self._woken, self._wake, *(fd for fd in self._selector.get_map() if fd > 2)})

    def end(self) -> None:
        """Lets `turn` say that it is over."""
        self._ended = True

    def end_on_signals(self) -> None:
        """Makes SIGTERM end the loop and keeps SIGINT (Ctrl-C is meant for the server, which then closes our input)."""
        os.set_blocking(self._wake, False)
        signal.signal(signal.SIGTERM, lambda *_: None)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)
        self.watch(self._woken, self._on_signal)

    def turn(self, seconds: float) -> bool:
        """Waits at most so long for something to happen and handles it; False when the loop is to end."""
        for key, _ in self._selector.select(seconds):
            if self._selector.get_map().get(key.fd) is key:  # an earlier handler may have closed it
                key.data()
        return not self._ended

    def _on_signal(self) -> None:
        if signal.SIGTERM in os.read(self._woken, 4096):
            self.end()


class Outlet:
    """The stream of events; a write waits for the reader, who is bound to read."""

    def __init__(self, descriptor: int) -> None:
        self.descriptor = descriptor

    def emit(self, event: Event) -> None:
        """Writes one event."""
        self.write(format_event(event))

    def write(self, line: bytes) -> None:
        """Writes one line, whole.

        Raises:
            BrokenPipeError: nobody listens any more.
        """
        rest = memoryview(line)
        while rest:
            rest = rest[os.write(self.descriptor, rest) :]
