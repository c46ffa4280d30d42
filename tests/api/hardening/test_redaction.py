"""What must not be logged is not, even where a log call forgets itself."""

from __future__ import annotations

import json
import logging

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st

from app.core.ids import new_secret
from app.core.spoken_codes import draw_code
from app.demo.plan import FIRST_NAMES, LAST_NAMES
from app.web.logs import configure_logs
from app.web.redaction import REDACTED, redact_line, redact_text
from tests.api.city import City
from tests.log_watch import find_personal

PERSONAL = [
    "ada@example.org",
    "card:9f2c77aa",
    "member:LDS-1234",
    "LS1 4DY",
    "LS14DY",
    "4111 1111 1111 1111",
    "4111111111111111",
    "07700 900123",
    "+447700900123",
    "7K2QF-9DMXA",
    "7K2Q-F9DM",
    "Bearer abcdefgh12345678",
    "-----BEGIN PRIVATE KEY-----\nMIG",
]
RESIDENTS = ["Resident 7", f"{FIRST_NAMES[0]} {LAST_NAMES[-1]}", f"res_{'0' * 32}"]
"""Nothing takes these out of a line, so that none may be put into one."""


@pytest.mark.parametrize("value", PERSONAL)
def test_what_looks_personal_goes_wherever_it_stands(value: str) -> None:
    told = json.dumps(
        redact_line(None, "info", {"event": f"no {value} here", "deep": [{"er": (value,)}], value: 1, "at": value})
    )
    assert value not in told
    assert REDACTED in told


def test_every_secret_and_code_of_ours_has_the_look_of_one(city: City) -> None:
    secrets = [new_secret() for _ in range(50)]
    assert sum(REDACTED in redact_text(f"was {one}.") for one in secrets) >= 49  # one in 10,000 has no digit
    for one in (*city.tokens.values(), *(draw_code(8) for _ in range(50)), *(draw_code(10) for _ in range(50))):
        assert redact_text(f"was {one}.") == f"was {REDACTED}."


@pytest.mark.parametrize(
    "name",
    [
        "authorization",
        "Cookie",
        "client_secret",
        "access_token",
        "password",
        "email",
        "postcode",
        "DATABASE_URL",
        "name",
    ],
)
def test_what_has_the_name_of_a_secret_goes_whatever_it_is(name: str) -> None:
    assert redact_line(None, "info", {"event": "x", name: "plain", "in": {name: ["plain"]}}) == {
        "event": "x",
        name: REDACTED,
        "in": {name: REDACTED},
    }


def test_an_address_keeps_its_host_and_loses_its_password() -> None:
    assert (
        redact_text("postgresql://app:hunter2@db.example:5432/rewards")
        == f"postgresql://{REDACTED}@db.example:5432/rewards"
    )


def test_what_the_log_is_for_stays() -> None:
    line = {
        "event": "request",
        "request_id": "0199c1aa77aa7abc8def0123456789ab",
        "timestamp": "2026-11-22T12:00:00Z",
        "level": "info",
        "method": "GET",
        "route": "/v1/events/{source}/{id}/explanation",
        "status": 404,
        "duration_ms": 12,
        "at": ["/srv/app/web/requests.py:59 test_a_very_long_name_of_a_function_with_2_numbers"],
        "id": "imp_0199c1aa77aa7abc8def0123456789ab",
    }
    assert redact_line(None, "info", line) == line


@given(
    st.recursive(
        st.text() | st.integers() | st.none() | st.binary(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_a_line_can_always_be_written(value: object) -> None:
    json.dumps(redact_line(None, "info", {"event": "x", "value": value}))


def test_what_libraries_warn_of_is_a_line_like_any_other_without_its_stack(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logs()
    try:
        int("card:secret-token")
    except ValueError:
        logging.getLogger("some.library").exception("failed for %s", "ada@example.org")
    written = capsys.readouterr().err
    assert "secret-token" not in written
    assert "ada" not in written
    line = next(json.loads(one) for one in written.splitlines() if "some.library" in one)
    assert (line["event"], line["level"], line["fault"]) == ("failed for %s", "error", "ValueError")


@pytest.mark.parametrize("value", [*PERSONAL[:4], PERSONAL[6], *PERSONAL[9:], *RESIDENTS])
def test_the_watch_over_the_tests_would_notice(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    structlog.configure(
        processors=[structlog.processors.add_log_level, structlog.processors.JSONRenderer()],
        logger_factory=structlog.PrintLoggerFactory(),
    )
    try:
        structlog.get_logger().warning("oh", told=value)
        assert find_personal(capsys.readouterr().out)
    finally:
        configure_logs()
