"""A run through every route, with people's data in every place of a request, and a look at all that was logged."""

from __future__ import annotations

import itertools
import json
import re

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from app.main import create_app
from app.web.redaction import REDACTED
from tests.api.city import SECRET, City, bearer
from tests.api.documented import DOCUMENT
from tests.earning.world import TAPS
from tests.log_watch import find_personal

PEOPLE = {
    "name": "Ada Lovelace-Byron",
    "email": "ada.lovelace@leeds.example",
    "postcode": "LS1 4DY",
    "phone": "07700900123",
    "card": "card:0f0f7c7c-personal",
    "number": "4111111111111111",
    "password": "correct-horse-battery-staple",
}


def test_no_route_logs_what_was_sent_or_who_sent_it(own_city: City, capsys: pytest.CaptureFixture[str]) -> None:
    city = own_city  # some routes end what they are about
    code = city.take("drink").json()["code"]
    callers = {"nobody": {}, **{who: city.by(who) for who in city.tokens}}
    asked, people = 0, itertools.cycle(PEOPLE.values())
    for path, methods in DOCUMENT["paths"].items():
        for method, headers in itertools.product(methods, callers.values()):
            personal = path.replace("{source}", TAPS)
            personal = re.sub(r"\{\w+\}", lambda _: next(people).replace("/", ""), personal)
            sent = {"Cookie": f"slr_session={city.tokens['resident']}", "X-Name": PEOPLE["name"], **headers}
            if path == "/v1/events":
                sent["Content-Type"] = "application/cloudevents+json"
            body = json.dumps(
                {**PEOPLE, "code": code, "title": PEOPLE["name"], "reason": PEOPLE["email"], "subject": PEOPLE["card"]}
            )
            city.http.request(
                method.upper(),
                personal,
                params=PEOPLE,
                headers={"Content-Type": "application/json"} | sent,
                content=body,
            )
            asked += 1
    form = {"grant_type": "client_credentials", "client_id": "leeds-buses", "client_secret": SECRET}
    city.http.post("/oauth/token", data=form)
    city.http.post("/oauth/revoke", data={"token": city.tokens["taps"]}, auth=("leeds-buses", SECRET))
    for page in ("/", "/sign-in", "/you", "/till", "/officer/rules", f"/nowhere/{PEOPLE['email']}"):
        city.http.get(page, params=PEOPLE)
    logged = capsys.readouterr().err
    assert logged.count('"event": "request"') > asked > 200
    assert find_personal(logged) == set()
    assert REDACTED not in logged, "what has to be taken out should not have been logged"
    secrets = {SECRET, code, *city.tokens.values(), *city.residents, *PEOPLE.values()}
    assert {one for one in secrets if one in logged} == set()


def test_an_error_of_the_database_logs_no_value(city: City, capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        city.runtime.database.in_transaction(
            lambda session: session.execute(text("SELECT CAST(:value AS int)"), {"value": PEOPLE["email"]})
        )

    broken = create_app(city.runtime)
    broken.add_api_route("/v1/fails", fail)
    assert TestClient(broken).get("/v1/fails", headers=bearer(city.tokens["resident"])).status_code == 500
    logged = capsys.readouterr().err
    assert "DataError" in logged
    assert PEOPLE["email"] not in logged
