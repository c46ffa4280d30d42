"""Requests to addresses that others gave us (partners' systems, webhooks), which must not reach into our own network.

The host is resolved once, every address it has is checked, and the connection goes to an address that was checked: a
name that answers otherwise the second time gains nothing. TLS still proves the name. There are no redirects and no
proxy of the environment, an answer is read up to a limit and until a deadline, and outside demo mode there is https
only.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from functools import cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import httpcore
import httpx

from app.core.errors import Invalid
from app.core.hurrying import HurriedBackend

Address = IPv4Address | IPv6Address
Resolve = Callable[[str, int], list[str]]

LONGEST_URL = 2000
HIGHEST_PORT = 65535
ANSWER_LIMIT_BYTES = 1 << 20
TIMEOUT = httpx.Timeout(10, connect=5)
_OTHERS = tuple(
    ip_network(one)
    for one in (
        "168.63.129.16",  # a cloud's services at an address that looks public; others' are link-local
        "192.0.0.0/24",  # of protocols, not of hosts; Python has changed its mind about parts of it
        "192.88.99.0/24",
        # IPv6 that leads on to some IPv4 address
        "::ffff:0:0/96",
        "64:ff9b::/96",
        "64:ff9b:1::/48",
        "2001::/32",
        "2002::/16",
    )
)
"""Refused beside what Python's `ipaddress` calls not global."""


class UrlRefused(Invalid):
    """An address that we do not call; the sentence says why, without repeating it."""

    code = "url-refused"

    def __init__(self, advice: str) -> None:
        super().__init__(f"This address can't be used: {advice}.")


class AddressRefused(httpx.RequestError):
    """The same to whoever calls: a request that never left. `str()` is the sentence of UrlRefused."""


def resolve_host(host: str, port: int) -> list[str]:
    """Every address of `host`. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(one[4][0]) for one in found]


class UrlGuard:
    """Decides what may be called. `demo` allows http and this machine's own addresses, and nothing else private."""

    def __init__(self, *, demo: bool, resolve: Resolve = resolve_host) -> None:
        self._demo = demo
        self._resolve = resolve

    def check(self, url: str) -> None:
        """For when somebody enters an address: raises UrlRefused. It is checked again on each request."""
        self.pick_address(self.parse(url))

    def parse(self, url: str) -> httpx.URL:
        """Raises UrlRefused for what is no plain https address."""
        if len(url) > LONGEST_URL or not url.isascii() or any(ord(one) <= ord(" ") for one in url):
            raise UrlRefused(f"write it in ASCII, without spaces, with at most {LONGEST_URL} characters")
        try:
            parsed = httpx.URL(url)
        except (httpx.InvalidURL, ValueError):
            raise UrlRefused("it is no URL") from None
        if parsed.scheme != "https" and not (self._demo and parsed.scheme == "http"):
            raise UrlRefused("it must begin with https://")
        if parsed.port is not None and not 0 < parsed.port <= HIGHEST_PORT:
            raise UrlRefused("there is no such port")
        if parsed.userinfo or parsed.fragment or not parsed.host:
            raise UrlRefused("it must be https://HOST/PATH, without a user, a password or a #")
        return parsed

    def pick_address(self, url: httpx.URL) -> str:
        """The address to connect to. Raises UrlRefused if any of the host's is not for everybody."""
        port = url.port or (443 if url.scheme == "https" else 80)
        try:
            addresses = [ip_address(one.partition("%")[0]) for one in self._resolve(url.host, port)]
        except (OSError, UnicodeError, ValueError):
            raise UrlRefused("its host has no address") from None
        if not addresses:
            raise UrlRefused("its host has no address")
        if not all(is_public(one) or (self._demo and one.is_loopback) for one in addresses):
            raise UrlRefused("its host is in a private network")
        return str(addresses[0])


def is_public(address: Address) -> bool:
    """Whether it is somebody's on the internet: not private, loopback, link-local, reserved, multicast or metadata."""
    special = address.is_multicast or address.is_reserved or any(address in network for network in _OTHERS)
    return address.is_global and not special


def open_client(guard: UrlGuard, *, trusted: ssl.SSLContext | None = None) -> httpx.Client:
    """A client for such addresses; `trusted` are other authorities than the usual ones.

    Any error of httpx may come of it; AddressRefused where the guard says no.
    """
    return httpx.Client(
        transport=_Pinned(guard, trusted or trust_the_usual()), timeout=TIMEOUT, follow_redirects=False, trust_env=False
    )


@cache
def trust_the_usual() -> ssl.SSLContext:
    """Read once: the list of authorities is long, and every client can use the same."""
    return httpx.create_ssl_context(trust_env=False)


class _Pinned(httpx.HTTPTransport):
    """Connects to the address that was checked, while TLS and the Host header keep the name."""

    def __init__(self, guard: UrlGuard, trusted: ssl.SSLContext) -> None:
        # No connection is kept: one to an address that two names share would be proved for the first of them only.
        super().__init__(verify=trusted, trust_env=False)
        self._pool = httpcore.ConnectionPool(
            ssl_context=trusted,
            max_keepalive_connections=0,
            network_backend=HurriedBackend(),
        )
        self._guard = guard

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        try:
            address = self._guard.pick_address(self._guard.parse(str(request.url)))
        except UrlRefused as refusal:
            raise AddressRefused(str(refusal), request=request) from None
        request.extensions = {**request.extensions, "sni_hostname": request.url.host}
        request.url = request.url.copy_with(host=address)
        answer = super().handle_request(request)
        assert isinstance(answer.stream, httpx.SyncByteStream)
        answer.stream = _Bounded(answer.stream)
        return answer


class _Bounded(httpx.SyncByteStream):
    """An answer that is no longer than we read."""

    def __init__(self, stream: httpx.SyncByteStream) -> None:
        self._stream = stream

    def __iter__(self) -> Iterator[bytes]:
        seen = 0
        for chunk in self._stream:
            seen += len(chunk)
            if seen > ANSWER_LIMIT_BYTES:
                message = "The answer is too long."
                raise httpx.ReadError(message)
            yield chunk

    def close(self) -> None:
        self._stream.close()
