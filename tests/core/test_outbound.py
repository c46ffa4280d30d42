"""Addresses that others gave us lead to the internet or nowhere."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from app.core import outbound
from app.core.outbound import AddressRefused, UrlGuard, UrlRefused, is_public, open_client

PUBLIC = "93.184.215.14"
PRIVATE = [
    *("127.0.0.1", "127.255.0.9", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1"),
    *("0.0.0.0", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.0.8", "198.18.0.1", "100.100.100.200"),  # noqa: S104
    *("168.63.129.16", "203.0.113.9"),
    *(
        "::1",
        "::",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fe80::1%eth0",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:a9fe:a9fe",
    ),
    *("64:ff9b::a00:1", "2002:a00:1::", "2001:db8::1", "2001:0:4136:e378::1"),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_a_host_in_a_private_network_is_refused(address: str) -> None:
    for found in ([address], [PUBLIC, address]):
        with pytest.raises(UrlRefused) as refused:
            UrlGuard(demo=False, resolve=lambda *_, found=found: found).check("https://partner.example/hook")
        assert address not in str(refused.value)


def test_a_host_on_the_internet_is_accepted() -> None:
    for address in (PUBLIC, "2606:2800:21f:cb07:6820:80da:af6b:8b2c"):
        UrlGuard(demo=False, resolve=lambda *_, one=address: [one]).check("https://partner.example/hook")


@given(st.ip_addresses())
def test_what_python_calls_private_is_never_called_public(address: object) -> None:
    known = ip_address(str(address))
    if known.is_private or known.is_loopback or known.is_link_local or known.is_multicast or known.is_reserved:
        assert not is_public(known)


@pytest.mark.parametrize(
    "url",
    [
        "http://partner.example/",
        "ftp://partner.example/",
        "file:///etc/passwd",
        "gopher://partner.example/",
        "https://user:secret@partner.example/",
        "https://partner.example/#there",
        "https:///hook",
        "partner.example",
        "https://part ner.example/",
        "https://partner.example/\nHost: x",
        "https://пример.example/",
        "https://partner.example:99999/",
        "https://" + "x" * 2000,
        "",
    ],
)
def test_what_is_no_plain_https_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(UrlRefused) as refused:
        UrlGuard(demo=False, resolve=lambda *_: [PUBLIC]).check(url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("host", ["2130706433", "0x7f000001", "127.1", "localhost", "[::1]", "[::ffff:127.0.0.1]"])
def test_this_machine_is_refused_however_it_is_written(host: str) -> None:
    with pytest.raises(UrlRefused):
        UrlGuard(demo=False).check(f"https://{host}/")


def test_a_host_without_an_address_is_refused() -> None:
    def fail(*_: object) -> list[str]:
        raise OSError

    for resolve in (fail, lambda *_: [], lambda *_: ["nonsense"]):
        with pytest.raises(UrlRefused):
            UrlGuard(demo=False, resolve=resolve).check("https://partner.example/")


def test_demo_mode_reaches_this_machine_and_no_other_private_one() -> None:
    UrlGuard(demo=True, resolve=lambda *_: ["127.0.0.1"]).check("http://partner.example/")
    with pytest.raises(UrlRefused):
        UrlGuard(demo=True, resolve=lambda *_: ["10.0.0.1"]).check("http://partner.example/")


class _Answers(BaseHTTPRequestHandler):
    """Says who was asked for; /away points elsewhere, /huge never ends soon enough."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        body = b"x" * (outbound.ANSWER_LIMIT_BYTES + 1) if self.path == "/huge" else self.headers["Host"].encode()
        self.send_response(302 if self.path == "/away" else 200)
        self.send_header("Location", "http://169.254.169.254/latest/meta-data")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def port() -> Iterator[int]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port
    server.shutdown()
    server.server_close()
    thread.join()


def test_the_connection_goes_to_the_address_that_was_checked(port: int) -> None:
    asked: list[str] = []

    def rebind(host: str, _: int) -> list[str]:
        """A name that is this machine the first time, and the cloud's metadata ever after."""
        asked.append(host)
        return ["127.0.0.1"] if len(asked) == 1 else ["169.254.169.254"]

    with open_client(UrlGuard(demo=True, resolve=rebind)) as client:
        answer = client.post(f"http://partner.example:{port}/hook", content=b"{}")
        assert (answer.status_code, answer.text) == (200, f"partner.example:{port}")
        assert asked == ["partner.example"]
        with pytest.raises(AddressRefused):
            client.post(f"http://partner.example:{port}/hook", content=b"{}")


def test_nobody_is_followed_elsewhere_and_no_answer_is_endless(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with open_client(UrlGuard(demo=True, resolve=lambda *_: ["127.0.0.1"])) as client:
        assert client.post(f"http://partner.example:{port}/away").status_code == 302
        with pytest.raises(httpx.ReadError, match="too long"):
            client.post(f"http://partner.example:{port}/huge")


@pytest.mark.parametrize("slow_in", ["head", "body"])
def test_who_sends_a_byte_now_and_then_is_not_waited_for(slow_in: str) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def dribble() -> None:
            connection, _ = listening.accept()
            with connection, suppress(OSError):
                connection.recv(4096)
                connection.sendall(head if slow_in == "body" else b"")
                for byte in b"x" * 1000 if slow_in == "body" else head:
                    connection.sendall(bytes([byte]))
                    time.sleep(0.05)

        thread = threading.Thread(target=dribble)
        thread.start()
        with open_client(UrlGuard(demo=True)) as client:
            began = time.monotonic()
            with pytest.raises(httpx.ReadTimeout):
                client.get(f"http://127.0.0.1:{listening.getsockname()[1]}/", timeout=0.3)
            assert time.monotonic() - began < 1.5
        thread.join()


def test_outside_demo_mode_nothing_leaves_without_tls(port: int) -> None:
    with open_client(UrlGuard(demo=False, resolve=lambda *_: [PUBLIC])) as client, pytest.raises(AddressRefused):
        client.post(f"http://partner.example:{port}/hook")


@pytest.fixture
def secure_port(tmp_path: Path) -> Iterator[tuple[int, ssl.SSLContext]]:
    """A server that proves to be partner.example, and what to trust for that."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "partner.example")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), 1, now - timedelta(hours=1), now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("partner.example")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    pem = tmp_path / "partner.pem"
    plain = serialization.NoEncryption()
    secret = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    pem.write_bytes(secret + certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Answers)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield server.server_port, ssl.create_default_context(cadata=certificate.decode())
    server.shutdown()
    server.server_close()
    thread.join()


def test_tls_proves_the_name_and_not_the_address(secure_port: tuple[int, ssl.SSLContext]) -> None:
    port, trusted = secure_port
    guard = UrlGuard(demo=True, resolve=lambda *_: ["127.0.0.1"])
    with open_client(guard, trusted=trusted) as client:
        assert client.post(f"https://partner.example:{port}/hook").text == f"partner.example:{port}"
        with pytest.raises(httpx.ConnectError, match="Hostname mismatch"):
            client.post(f"https://other.example:{port}/hook")
    with open_client(guard) as client, pytest.raises(httpx.ConnectError):
        client.post(f"https://partner.example:{port}/hook")
