"""The fake Stripe of `stripe_books`, as a real server on loopback that speaks as Stripe does.

Also a process of its own: `python stripe_server.py PENCE` prints its address and the id of one account that can be
paid; the platform's balance is PENCE.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import TypeAlias
from urllib.parse import parse_qsl, urlsplit

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.fakes.stripe_books import NO_ANSWER, SECRET_KEY, Declined, Json, StripeBooks

_MEMBER = re.compile(r"([^\[]+)\[([^\]]+)\](.*)")
_MOST_KEPT = 255


def _tell(declined: Declined) -> Json:
    return {"error": {"type": declined.type, "code": declined.code or None, "message": declined.message}}


Answer: TypeAlias = tuple[int, Json, dict[str, str]]
"""Status, what is said and headers."""

_FAULTS: dict[str, Answer] = {
    "unreached": (NO_ANSWER, {}, {}),
    "lost": (NO_ANSWER, {}, {}),
    "busy": (429, _tell(Declined(429, "rate_limit", "Too many requests")), {}),
    "broken": (500, _tell(Declined(500, "", "Something went wrong", type="api_error")), {}),
    "broken_late": (500, _tell(Declined(500, "", "Something went wrong", type="api_error")), {}),
}


def answer(books: StripeBooks, method: str, address: str, headers: dict[str, str], body: str) -> Answer:
    """NO_ANSWER as the status for none at all. Names of headers are in lower case."""
    place = urlsplit(address)
    with books.lock:
        books.asked.append(f"{method} {place.path}")
        if headers.get("authorization") != f"Bearer {SECRET_KEY}":
            return 401, _tell(Declined(401, "api_key_invalid", "Invalid API Key provided")), {}
        if method != "POST":
            return _try(books, method, place.path, read_form(place.query), headers)
        fault = books.faults.pop(0) if books.faults else ""
        done = None if fault in {"unreached", "busy", "broken"} else _do_once(books, place.path, body, headers)
        return _FAULTS.get(fault) or done or (NO_ANSWER, {}, {})


def read_form(written: str) -> Json:
    """`metadata[payout]=x` as an object within an object."""
    form: Json = {}
    for name, value in parse_qsl(written, keep_blank_values=True):
        place, rest = form, name
        while member := _MEMBER.fullmatch(rest):
            place, rest = place.setdefault(member[1], {}), member[2] + member[3]
        place[rest] = value
    return form


def _do_once(books: StripeBooks, path: str, body: str, headers: dict[str, str]) -> Answer:
    """As Stripe has it: the first answer again for the same key and body, failures that were executed too."""
    key, asked = headers.get("idempotency-key"), f"{path}?{body}"
    if key is not None and len(key) > _MOST_KEPT:
        return 400, _tell(Declined(400, "parameter_invalid", "Idempotency key is too long")), {}
    if key in books.keys:
        first, status, said = books.keys[key]
        if first != asked:
            message = "Keys for idempotent requests can only be used with the same parameters they were first used with"
            return 400, _tell(Declined(400, "", message, type="idempotency_error")), {}
        return status, said, {"Idempotent-Replayed": "true"}
    status, said, told = _try(books, "POST", path, read_form(body), headers)
    if (told.pop("Executed", "") or status == 200) and key is not None:
        books.keys[key] = (asked, status, json.loads(json.dumps(said)))
    return status, said, told


def _try(books: StripeBooks, method: str, path: str, asked: Json, headers: dict[str, str]) -> Answer:
    try:
        return 200, _serve(books, method, path, asked, headers), {}
    except Declined as declined:
        return declined.status, _tell(declined), {"Executed": "yes"} if declined.executed else {}
    except KeyError as missing:
        return 400, _tell(Declined(400, "parameter_missing", f"Missing required param: {missing}")), {}


def _serve(books: StripeBooks, method: str, path: str, asked: Json, headers: dict[str, str]) -> Json:
    place = path.removeprefix("/v1/").split("/")
    number = place[1] if len(place) > 1 else ""
    does: dict[str, Callable[[], Json]] = {
        "POST accounts": lambda: books.make_account(asked),
        "GET accounts/*": lambda: books.find_account(number),
        "POST account_links": lambda: books.make_link(asked),
        "GET balance": lambda: books.read_balance(headers.get("stripe-account")),
        "POST transfers": lambda: books.make_transfer(asked),
        "GET transfers": lambda: books.list_transfers(asked),
        "GET transfers/*": lambda: books.find_transfer(number),
        "POST transfers/*/reversals": lambda: books.make_reversal(number, asked),
        "GET transfers/*/reversals": lambda: books.list_reversals(number, asked),
    }
    wanted = f"{method} {'/'.join('*' if at == 1 else part for at, part in enumerate(place))}"
    if wanted not in does:
        raise Declined(404, "", f"Unrecognized request URL ({method}: {path})")
    return does[wanted]()


@contextmanager
def serving(books: StripeBooks) -> Iterator[str]:
    """Its address on loopback."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(books))
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)


def _handler(books: StripeBooks) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            status, said, told = answer(books, self.command, self.path, headers, body)
            if status == NO_ANSWER:
                self.close_connection = True
                return
            content = json.dumps(said).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **told}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST  # noqa: N815 - the name that the server looks for

        def log_message(self, *_: object) -> None:
            """Quiet."""

    return Handler


def main() -> None:
    """Serve until the end; the first line tells where, and which account can be paid."""
    books = StripeBooks(balance_pence=int(sys.argv[1]))
    account = books.add_account()
    with serving(books) as url:
        sys.stdout.write(f"{url} {account}\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main()
