"""Connections: how many there may be, and how long each may keep the server waiting.

uvicorn waits without limit for a request's header and body, and for a client that does not collect its response; a
thousand connections that each send half a header would use up the server's file descriptors. Here every one of these
has a deadline, and beyond `Limits.connections` the one that has waited longest without a request makes room for a new
one.
"""

import asyncio
import contextlib
import logging
import time
from dataclasses import dataclass
from typing import cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

RESERVED = 200  # file descriptors for everything that is not a connection: files, uploads, decoder processes
WANTED = 4_096  # file descriptors, if the system allows as many


@dataclass(frozen=True)
class Limits:
    """The limits of a server's connections. Durations are in seconds.

    connections: how many there may be at once.
    header: from the connection, or from the first byte of a further request, until the header is complete.
    silence: without a byte of a body, or without the client taking a byte of its response.
    linger: how long the rest of a body is taken in, and dropped, after a response that did not wait for it.
    rate: bytes a second that a body has to reach on average, after the first `silence` seconds.
    """

    connections: int = 1_000
    header: float = 10
    silence: float = 20
    linger: float = 10
    rate: float = 10_000


def raise_descriptor_limit() -> int:
    """Allow the process up to WANTED file descriptors; return how many connections it can have with these."""
    try:
        import resource
    except ImportError:  # Windows, whose limit on sockets is higher
        return Limits.connections
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(ValueError, OSError):  # a system may allow less than it says
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    soft, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return Limits.connections if soft == resource.RLIM_INFINITY else min(Limits.connections, max(8, soft - RESERVED))


class LingeringTransport:
    """A transport that is closed only after the rest of a body has been taken in, for at most so many seconds.

    When a socket is closed with unread data, the system resets the connection: a client that is still sending a body
    that is too large would not get the response that says so.
    """

    def __init__(self, transport: asyncio.Transport, protocol: H11Protocol, seconds: float):
        self._transport, self._protocol, self._seconds = transport, protocol, seconds
        self.lingers = False

    def __getattr__(self, name: str):
        return getattr(self._transport, name)

    def is_closing(self) -> bool:
        return self.lingers or self._transport.is_closing()

    def close(self) -> None:
        if self.is_closing():
            return
        if self._protocol.conn.their_state is not h11.SEND_BODY or not self._transport.can_write_eof():
            self._transport.close()
            return
        self.lingers = True
        self._transport.write_eof()
        self._protocol.flow.resume_reading()
        self._protocol.loop.call_later(self._seconds, self._transport.close)

    def close_now(self) -> None:
        self._transport.close()


class BoundedProtocol(H11Protocol):
    """uvicorn's HTTP protocol with deadlines and a limit of connections; `limits` is set before the server starts."""

    limits = Limits()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.lingering = LingeringTransport(transport, self, self.limits.linger)
        self.transport = cast(asyncio.Transport, self.lingering)
        self._deadline: asyncio.TimerHandle | None = None
        self._unread: asyncio.TimerHandle | None = None
        self._state: object = None  # what the deadline is for
        self._since = self._last = time.monotonic()
        self._received = 0
        if len(self.connections) > self.limits.connections and not self._make_room():
            self._refuse(503, "the server is busy: too many connections, try again later")
            return
        self._watch()

    def _make_room(self) -> bool:
        """Close the connection that has been longest without a whole request, other than this one.

        First those that have never had one: a visitor keeps a connection open from one request to the next.
        """
        waiting = [
            other
            for other in self.connections
            if other is not self and isinstance(other, BoundedProtocol) and other.is_waiting
        ]
        if not waiting:
            return False
        oldest = min(
            waiting,
            key=lambda other: (other.cycle is not None, other.conn.their_state is h11.SEND_BODY, other._since),
        )
        oldest.transport.abort()
        self.connections.discard(oldest)
        return True

    @property
    def is_waiting(self) -> bool:
        """Whether the server waits for the client: for a request, or the rest of one."""
        return self.conn.their_state in (h11.IDLE, h11.SEND_BODY) and not self.flow.write_paused

    def data_received(self, data: bytes) -> None:
        if self.lingering.lingers:
            return
        self._last = time.monotonic()
        self._received += len(data)
        super().data_received(data)
        self._watch()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._watch()

    def _watch(self) -> None:
        """Set the deadline that fits the state of the connection, if that has changed."""
        if self.transport.is_closing():
            self._stop()
            return
        state = self.conn.their_state
        begun = bool(self.conn.trailing_data[0]) or self.cycle is None
        waits_for = state if state is h11.SEND_BODY or (state is h11.IDLE and begun) else None
        if waits_for is self._state:
            return
        self._stop()
        self._state = waits_for
        if waits_for is None:  # a response is under way, or keep-alive has its own, short timeout
            return
        self._since, self._received = time.monotonic(), 0
        seconds = self.limits.header if waits_for is h11.IDLE else self.limits.silence
        self._deadline = self.loop.call_later(seconds, self._check)

    def _check(self) -> None:
        """The deadline has passed: close, unless it is a body that has gone on arriving fast enough."""
        now = time.monotonic()
        if self._state is h11.SEND_BODY:
            # While the application does not read, it is not the client that is late.
            if self.flow.read_paused:
                self._last = now
                self._since = now - self._received / self.limits.rate
            late = now - self._since - self.limits.silence
            if now - self._last < self.limits.silence and self._received >= late * self.limits.rate:
                pause = min(self.limits.silence - (now - self._last), self.limits.silence / 4)
                self._deadline = self.loop.call_later(max(pause, 0.01), self._check)
                return
        self._refuse(408, "the request took too long to arrive")

    def _refuse(self, status: int, detail: str) -> None:
        """Answer in one line if no response has begun, and close."""
        self._stop()
        if self.conn.our_state in (h11.IDLE, h11.SEND_RESPONSE):
            body = f'{{"detail": "{detail}"}}'.encode()
            reason = {408: b"Request Timeout", 503: b"Service Unavailable"}[status]
            self.transport.write(
                b"HTTP/1.1 %d %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nRetry-After: 1\r\n"
                b"Connection: close\r\n\r\n%s" % (status, reason, len(body), body)
            )
        self.lingering.close_now()

    def pause_writing(self) -> None:
        super().pause_writing()
        if self._unread is None:
            self._unread = self.loop.call_later(self.limits.silence, self.transport.abort)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._unread is not None:
            self._unread.cancel()
            self._unread = None

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        if self._unread is not None:
            self._unread.cancel()
        super().connection_lost(exc)

    def _stop(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        self._state = None


class OncePerSecond(logging.Filter):
    """Lets a logger pass one record of a kind a second, and adds to the next one how many were left out.

    Records are of one kind if they have the same message before arguments are put in, and the same type of exception.
    """

    def __init__(self, seconds: float = 1.0):
        super().__init__()
        self.seconds = seconds
        self._last: dict[object, float] = {}
        self._left_out: dict[object, int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        kind = (record.name, record.msg, record.exc_info[0] if record.exc_info else None)
        now = time.monotonic()
        if now - self._last.get(kind, -self.seconds) < self.seconds:
            self._left_out[kind] = self._left_out.get(kind, 0) + 1
            return False
        if len(self._last) > 1_000:  # messages that are made for each occasion
            self._last.clear()
            self._left_out.clear()
        self._last[kind] = now
        if left_out := self._left_out.pop(kind, 0):
            record.msg = f"{record.getMessage()} ({left_out:,} more like this)"
            record.args = None
        return True


def limit_log() -> None:
    """Have what the server logs about connections at most once a second, however many there are."""
    for name in ("asyncio", "uvicorn.error"):
        logger = logging.getLogger(name)
        if not any(isinstance(known, OncePerSecond) for known in logger.filters):
            logger.addFilter(OncePerSecond())
