"""The whole path: HTTP batches through the pilot's rules to durable points, by server processes of their own."""

from __future__ import annotations

import base64
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import msgspec

from tests.bench.city import CLIENT_ID, CLIENT_SECRET, event_body, events_body
from tests.bench.clients import BATCH, Work

STARTED_WITHIN_SECONDS = 60
AHEAD = 40
"""Bodies that a client makes before the clock starts; those after it are made as they are needed."""


@contextmanager
def servers(url: str, data_dir: str, *, processes: int) -> Iterator[tuple[list[int], list[int]]]:
    """Run server processes on free ports; the ports, and the processes' ids. Ends those that it started."""
    ports = [_free_port() for _ in range(processes)]
    environment = os.environ | {"DATABASE_URL": url, "DATA_DIR": data_dir}
    # Their log goes to a file that nobody reads, as a service's does.
    with Path(data_dir, "servers.log").open("wb") as log:
        started = [
            subprocess.Popen(
                [sys.executable, "-m", "tests.bench.server", str(port)], env=environment, stdout=log, stderr=log
            )
            for port in ports
        ]
    try:
        for port in ports:
            _await(port)
        yield ports, [process.pid for process in started]
    finally:
        for process in started:
            process.send_signal(signal.SIGTERM)
        for process in started:
            process.wait(timeout=30)


def work(ports: list[int], number: int, *, clients: int, first: int, now: datetime, size: int) -> Work:
    """One client on one of the servers, with batches of a thousand or one event alone.

    Every answer must say that each event is new, or the figure means nothing.
    """
    connection = http.client.HTTPConnection("127.0.0.1", ports[number % len(ports)], timeout=60)
    make = events_body if size == BATCH else event_body
    kind = "application/cloudevents-batch+json" if size == BATCH else "application/cloudevents+json"
    headers = {"Authorization": f"Bearer {_token(connection)}", "Content-Type": kind}
    ready = {batch: make(batch, now) for batch in range(first + number, first + clients * AHEAD, clients)}

    def post(batch: int) -> int:
        connection.request("POST", "/v1/events", ready.pop(batch, None) or make(batch, now), headers)
        answer = connection.getresponse()
        body = answer.read()
        if answer.status != http.client.OK or body.count(b'"awarded"') + body.count(b'"recorded"') != size:
            message = f"batch {batch}: {answer.status} {body[:400]!r}"
            raise RuntimeError(message)
        return size

    return post


def _token(connection: http.client.HTTPConnection) -> str:
    basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
    connection.request(
        "POST",
        "/oauth/token",
        b"grant_type=client_credentials",
        {"Authorization": f"Basic {basic}", "Content-Type": "application/x-www-form-urlencoded"},
    )
    answer = connection.getresponse()
    return str(msgspec.json.decode(answer.read())["access_token"])


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def _await(port: int) -> None:
    deadline = time.monotonic() + STARTED_WITHIN_SECONDS
    while time.monotonic() < deadline:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/health/ready")
            if connection.getresponse().status == http.client.OK:
                return
        except OSError:
            time.sleep(0.1)
    message = f"the server on port {port} did not start"
    raise RuntimeError(message)
