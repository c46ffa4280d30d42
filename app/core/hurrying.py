"""Connections on which a whole answer must come in time: httpx's timeouts count from one byte to the next.

Whoever sends a byte every now and then would hold a worker for as long as they like, and all other calls with it.
"""

from __future__ import annotations

import ssl
import time
from collections.abc import Callable, Iterable
from typing import Any

import httpcore

Monotonic = Callable[[], float]


class HurriedBackend(httpcore.NetworkBackend):
    """Connects as usual; what is read has the read timeout in all, from when the connection was made."""

    def __init__(self, monotonic: Monotonic = time.monotonic) -> None:
        self._backend = httpcore.SyncBackend()
        self._monotonic = monotonic

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        stream = self._backend.connect_tcp(host, port, timeout, local_address, socket_options)
        return _HurriedStream(stream, self._monotonic(), self._monotonic)


class _HurriedStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, began: float, monotonic: Monotonic) -> None:
        self._stream = stream
        self._began, self._monotonic = began, monotonic

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if timeout is None:
            return self._stream.read(max_bytes, None)
        left = self._began + timeout - self._monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout
        return self._stream.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._stream.write(buffer, timeout)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self._stream.start_tls(ssl_context, server_hostname, timeout)
        return _HurriedStream(secured, self._began, self._monotonic)

    def get_extra_info(self, info: str) -> Any:  # noqa: ANN401 - whatever the socket has
        return self._stream.get_extra_info(info)
