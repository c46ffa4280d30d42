"""Every list and every item of one resident, partner, host or machine, asked for by another with its real ids.

A new route that a party other than officers may call fails here until it stands in one of the tables: ITEMS when its
path or body names something that is somebody's, LISTS when it answers with the caller's own, and OWN_ONLY when nothing
of another's can be named.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.earning.importing.declaration import load_map
from app.earning.importing.doors import open_door
from app.identity.queries import find_staff
from app.offers.connecting import propose_endpoint
from app.redemption.callback_sample import ASKED_AFTER, CallbackKeys, ask_residents
from app.settlement.tasks import close_last_week
from app.tables import METADATA
from tests.api.city import City
from tests.api.partner_routes import OFFICERS
from tests.api.test_every_route_as_everyone import EVERYBODY, MAY_CALL
from tests.earning.world import TAPS, ride, tap

MAP = load_map(Path(__file__).parents[2] / "app" / "earning" / "maps" / "metro-taps.toml")
PARTIES = EVERYBODY - OFFICERS - {"nobody"}
OTHERS = {
    "resident": "other_resident",
    "staff": "other_staff",
    "owner": "other_owner",
    "host": "other_host",
    "taps": "check_in",
}
"""Who asks for what is of the first."""

ITEMS: dict[str, tuple[str, ...]] = {
    "GET /v1/redemptions/{id}": ("resident",),
    "POST /v1/redemptions/{id}/cancel": ("resident",),
    "DELETE /v1/me/cards/{id}": ("resident",),
    "POST /v1/me/callbacks/{id}/answer": ("resident",),
    "GET /v1/events/{source}/{id}": ("resident", "taps"),
    "GET /v1/events/{source}/{id}/explanation": ("resident", "taps"),
    "POST /v1/events/{source}/{id}/void": ("taps",),
    "GET /v1/sources/{source}/tokens": ("taps",),
    "POST /v1/sources/{source}/tokens/confirm": ("taps",),
    "GET /v1/imports/{id}": ("taps",),
    "GET /v1/imports/{id}/errors": ("taps",),
    "POST /v1/imports": ("taps",),
    "POST /v1/partner/staff/{id}/invite": ("owner",),
    "DELETE /v1/partner/staff/{id}": ("owner",),
    "GET /v1/partner/rewards/{id}": ("owner",),
    "PATCH /v1/partner/rewards/{id}": ("owner",),
    "DELETE /v1/partner/reward-proposals/{id}": ("owner",),
    "DELETE /v1/partner/tills/{id}": ("staff",),
    "DELETE /v1/partner/webhooks/{id}": ("staff",),
    "GET /v1/partner/webhooks/{id}/deliveries": ("staff",),
    "POST /v1/partner/webhooks/{id}/enable": ("staff",),
    "POST /v1/partner/webhooks/{id}/secret": ("staff",),
    "POST /v1/partner/deliveries/{id}/replay": ("staff",),
    "POST /v1/me/disputes": ("resident",),
    "POST /v1/partner/disputes": ("staff",),
    "POST /v1/vouchers/check": ("staff",),
    "POST /v1/vouchers/redeem": ("staff",),
    "POST /v1/vouchers/undo": ("staff",),
    "GET /v1/host/sessions/{id}": ("host",),
    "GET /v1/host/sessions/{id}/check-in": ("host",),
    "GET /v1/host/sessions/{id}/attendance": ("host",),
    "POST /v1/host/sessions/{id}/attendance": ("host",),
    "POST /v1/host/sessions/{id}/attendance/{attendance}/approve": ("host",),
    "POST /v1/host/sessions/{id}/attendance/{attendance}/withdraw": ("host",),
    "POST /v1/host/imports": ("host",),
}
"""Whose it is; asked for by another of the same kind."""
LISTS: dict[str, str] = {
    "GET /v1/me": "resident",
    "GET /v1/me/activity": "resident",
    "GET /v1/me/balance": "resident",
    "GET /v1/me/cards": "resident",
    "GET /v1/me/callbacks": "resident",
    "GET /v1/me/desk": "resident",
    "GET /v1/me/invitation": "resident",
    "GET /v1/me/member": "resident",
    "GET /v1/me/missing": "resident",
    "GET /v1/me/reviews": "resident",
    "GET /v1/me/consents": "resident",
    "GET /v1/me/thanks": "resident",
    "GET /v1/redemptions": "resident",
    "GET /v1/me/appeals": "resident",
    "GET /v1/me/complaints": "resident",
    "GET /v1/me/export": "resident",
    "GET /v1/me/statements/{year}": "resident",
    "GET /v1/me/disputes": "resident",
    "GET /v1/partner/disputes": "staff",
    "GET /v1/partner/redemptions": "staff",
    "GET /v1/partner/contracts": "staff",
    "GET /v1/partner/staff": "owner",
    "GET /v1/partner/endpoints": "owner",
    "GET /v1/partner/rewards": "owner",
    "GET /v1/partner/reward-proposals": "owner",
    "GET /v1/partner/payee": "staff",
    "GET /v1/partner/payouts": "staff",
    "GET /v1/partner/statements/{period}": "staff",
    "GET /v1/partner/webhooks": "staff",
    "GET /v1/partner/tills": "staff",
    "GET /v1/host/sessions": "host",
    "GET /v1/imports": "taps",
    "GET /v1/sources": "taps",
}
"""Whose list has something in it; the other's has none of it."""
OWN_ONLY = {
    "GET /v1/me/challenges",
    "GET /v1/me/stream",  # tests/pages/test_live.py reads it
    "GET /v1/session",
    "GET /v1/sessions",
    "DELETE /v1/sessions",
    "DELETE /v1/sessions/{id}",  # tests/sign_in/test_codes.py asks for a stranger's: these callers have none
    "GET /v1/me/sources",
    "DELETE /v1/me",
    "POST /v1/me/appeals",  # tests/rights/test_complaints.py appeals against a stranger's event
    "POST /v1/me/complaints",
    "POST /v1/partner/rewards",
    "POST /v1/partner/staff",
    "PUT /v1/partner/endpoints/{adapter}",
    "POST /v1/partner/webhooks",
    "PUT /v1/partner/payee",
    "PUT /v1/partner/payee/method",
    "GET /v1/partner/payee/stripe",  # tests/settlement/test_stripe_accounts.py looks at both partners'
    "POST /v1/partner/payee/stripe",
    "PATCH /v1/me",
    "POST /v1/me/cards",
    "POST /v1/me/missing",
    "POST /v1/me/referrer",
    "POST /v1/me/terms",
    "GET /v1/me/campaign-messages",  # the campaigns are everybody's; tests/rulebook/messages has the choices
    "PUT /v1/me/campaign-messages/{key}",
    "PUT /v1/me/consents/{purpose}",
    "GET /v1/me/notices",  # tests/notices/test_notices.py: each by their own address
    "PUT /v1/me/notices",
    "PUT /v1/me/household",
    "PUT /v1/me/thanks",
    "DELETE /v1/me/household",
    "POST /v1/check-ins",
    "POST /v1/events",
    "POST /v1/host/sessions",
    "POST /v1/partner/tills",
    "POST /v1/redemptions",
}
"""Nothing of another's can be named: it is about the caller, or makes something new."""
DONE, TOO_LATE = frozenset({200, 201, 202, 204}), frozenset({409, 412})
"""What an owner is answered: it is done, or it is theirs and not in a state for it; never that it is not there."""
STARTS = {"starts_on": "2027-01-01", "funder": 9}
_IDS = re.compile(r"[a-z]{3}_[0-9a-f]{32}|N-\d+|\d{4} \d{3} \d{4}|[0-9A-Z]{5}-[0-9A-Z]{5}|till-[0-9a-f]{8,}")


@dataclass
class Lives:
    """A city in which each party has something of every kind; `ids` fill in paths and bodies by route."""

    city: City
    paths: dict[str, str] = field(default_factory=dict)
    bodies: dict[str, dict[str, object]] = field(default_factory=dict)

    def ask(self, route: str, who: str) -> httpx2.Response:
        method, template = route.split()
        headers = self.city.by(who)
        if route in {"POST /v1/imports", "POST /v1/host/imports"}:
            headers |= {"Content-Type": "text/csv"}
            return self.city.http.post(self.paths[route], content=b"member\n1\n", headers=headers)
        if method == "PATCH":
            headers |= {"If-Match": '"none"'}
        path = self.paths.get(route, template)
        return self.city.http.request(method, path, json=self.bodies.get(route), headers=headers)


def _lead(city: City) -> Lives:
    """Everybody does something of everything."""
    http, now = city.http, city.clock.at
    city.tokens["other_resident"] = city.token(city.residents[1], "resident")
    city.tokens["taps"] = city.token("leeds-buses", "events:read events:write tokens:read tokens:confirm")
    city.tokens["check_in"] = city.token("check-in", "events:read events:write tokens:read tokens:confirm")
    before = now.replace(hour=7)
    for sent in (tap(1, before) | {"id": "N-1"}, ride(2, before, 90_000) | {"id": "N-2", "source": TAPS}):
        assert city.send(sent).status_code == 200
    voucher = city.take("drink").json()
    claim = _made(city, "resident", "/v1/me/cards", subject="card:mine", proof="confirmed", source=TAPS)
    _made(city, "resident", "/v1/me/missing", source=TAPS, on="2026-11-20")
    member = http.get("/v1/me/member", headers=city.by("resident")).json()["qr_text"]
    why = {"Purpose": "asked_in_person", "Purpose-Note": "Here."}
    http.get(f"/v1/desk/residents/{member}/balance", headers=city.by("support") | why)
    city.runtime.database.in_transaction(
        lambda session: open_door(session, name="metro", declared=MAP, schedule="daily", now=now)
    )
    files = city.by("taps") | {"Content-Type": "text/csv"}
    sent_file = http.post("/v1/imports?door=metro&name=a.csv", content=b"nothing\n", headers=files).json()
    offered = _made(city, "staff", "/v1/partner/tills", title="Counter")
    till = http.post("/v1/tills/pair", json={"code": offered["code"]}).json()["client_id"]
    session = _made(
        city,
        "host",
        "/v1/host/sessions",
        event_type="volunteer.session",
        title="Digging",
        starts_at=f"{now:%Y-%m-%d}T00:00:00Z",
        ends_at=f"{now:%Y-%m-%d}T12:00:00Z",
    )["id"]
    path = f"/v1/host/sessions/{session}"
    ticked = {"attended": [{"member": member}]}
    assert http.post(f"{path}/attendance", json=ticked, headers=city.by("host")).status_code == 200
    (attendance,) = http.get(f"{path}/attendance", headers=city.by("host")).json()["items"]
    webhook, message = _lead_partner(city)
    _made(city, "resident", "/v1/me/complaints", text="The bus page was wrong.")
    _made(city, "resident", "/v1/me/appeals", source=TAPS, id="N-1", text="I did go.")
    lives = Lives(city)
    lives.paths |= {"GET /v1/me/statements/{year}": f"/v1/me/statements/{now.year}"}
    lives.paths |= {"GET /v1/partner/statements/{period}": f"/v1/partner/statements/{now:%Y-%m}"}
    used = city.take("drink").json()
    assert city.redeem(used["code"]).status_code == 200
    _made(city, "resident", "/v1/me/disputes", redemption=used["id"], reason="Cold.")
    named = {"code": voucher["code"], "redemption": used["id"]}
    one = {"source": TAPS, "attendance": attendance["id"]}
    ids = {"redemptions": voucher["id"], "cards": claim["id"], "events": "N-1", "imports": sent_file["id"]}
    ids |= {"callbacks": _ask_about_a_voucher(city)}
    ids |= {"tills": till, "sessions": session, "webhooks": webhook, "deliveries": message}
    wanted = {"title": "Soup", "description": "A bowl.", "kind": "food", "points": 200}
    ids |= {"rewards": city.rewards["drink"], "staff": city.staff["cafe"]}
    _agree_with_cafe(city)
    ids |= {"proposals": _made(city, "owner", "/v1/partner/rewards", **wanted)["id"]}
    for route in ITEMS:
        template = route.split()[1]
        folder = re.search(r"(\w+)/(?:\{source\}/)?\{id\}", template)
        lives.paths[route] = template.format(**one, id=ids[folder[1]] if folder else "")
        lives.bodies[route] = {"reason": "None", "got": True, **named, **ticked} if "POST" in route else {}
        if route.startswith(("GET", "DELETE")):
            del lives.bodies[route]
    lives.bodies["POST /v1/sources/{source}/tokens/confirm"] = {"claim": claim["id"], "subject": "card:mine"}
    lives.paths["POST /v1/imports"] = "/v1/imports?door=metro&name=b.csv"
    lives.paths["POST /v1/host/imports"] = f"/v1/host/imports?session={session}"
    return lives


def _agree_with_cafe(city: City) -> None:
    """A contract, and the café's own system, to be asked."""
    partners = city.http.get("/v1/partners", headers=city.by("finance")).json()["items"]
    (cafe,) = (one["id"] for one in partners if one["name"] == "Kirkgate Café")
    path = f"/v1/partners/{cafe}/contracts"
    contract = _made(city, "finance", path, rate_pence=70, vat_treatment="free", vat_percent=0, **STARTS)
    _made(city, "approver", f"{path}/{contract['id']}/approve")
    keys, at = city.runtime.endpoint_keys, city.clock.now()
    staff = city.runtime.database.in_transaction(lambda session: find_staff(session, written=city.staff["owner"]))
    assert staff is not None
    propose = partial(propose_endpoint, partner_id=staff.partner_id, adapter="webhook", url="https://till.example.org/")
    city.runtime.database.in_transaction(
        lambda session: propose(session, secret="whsec_" + "A" * 32, keys=keys, actor=staff.actor, now=at)
    )


def _lead_partner(city: City) -> tuple[str, str]:
    """A webhook and a message to it, and a week that is closed and waits to be paid."""
    http, staff = city.http, city.by("staff")
    webhook = _made(city, "staff", "/v1/partner/webhooks", url="https://till.example.org/")["id"]
    bank = {"sort_code": "200000", "account": "12345678", "name": "Kirkgate"}
    assert http.put("/v1/partner/payee", json=bank, headers=city.by("owner")).status_code == 200
    assert city.redeem(city.take("drink").json()["code"]).status_code == 200
    (told,) = http.get(f"/v1/partner/webhooks/{webhook}/deliveries", headers=staff).json()["items"]
    assert close_last_week(city.runtime.database, now=city.clock.now() + timedelta(weeks=1)) == 1
    return webhook, told["id"]


def _ask_about_a_voucher(city: City) -> str:
    """A question to the resident about a voucher that was used."""
    keys, later = CallbackKeys(city.runtime.secrets), city.clock.now() + ASKED_AFTER
    city.runtime.database.in_transaction(lambda session: ask_residents(session, keys=keys, percent=100, now=later))
    asked, *_ = city.http.get("/v1/me/callbacks", headers=city.by("resident")).json()["items"]
    return str(asked["id"])


def _made(city: City, who: str, path: str, **order: object) -> dict[str, Any]:
    answer = city.http.post(path, json=order, headers=city.by(who))
    assert answer.status_code in {200, 201}, answer.text
    made: dict[str, Any] = answer.json()
    return made


@pytest.fixture(scope="module")
def lives(walked_city: City) -> Lives:
    return _lead(walked_city)


def test_every_route_of_a_party_is_in_one_of_the_tables() -> None:
    owned = {route for route, callers in MAY_CALL.items() if callers & PARTIES and not callers >= EVERYBODY}
    assert owned == {*ITEMS, *LISTS, *OWN_ONLY}


@pytest.mark.parametrize(("route", "owner"), [(route, one) for route, owners in ITEMS.items() for one in owners])
def test_an_item_is_not_there_for_anybody_else_of_its_kind(lives: Lives, route: str, owner: str) -> None:
    refused = lives.ask(route, OTHERS[owner])
    assert refused.status_code == 404, (route, refused.text)
    assert not _IDS.findall(refused.text)
    if route.startswith("GET"):
        assert lives.ask(route, owner).status_code in {200, 409}, "the id is a real one"


@pytest.mark.parametrize(("route", "owner"), LISTS.items())
def test_a_list_holds_nothing_of_anybody_else_of_its_kind(lives: Lives, route: str, owner: str) -> None:
    own, others = lives.ask(route, owner), lives.ask(route, OTHERS[owner])
    assert (own.status_code, others.status_code) == (200, 200)
    assert not set(_IDS.findall(own.text)) & set(_IDS.findall(others.text))
    if route not in {"GET /v1/me/consents", "GET /v1/me/thanks"}:  # the same for everybody until they choose
        assert own.json() != others.json()


def test_what_others_try_changes_nothing_and_is_there_for_whose_it_is(lives: Lives) -> None:
    """A mistyped id would be refused to others as well: the owner's own request, the very same, must find it."""
    last = ("DELETE /v1/partner/staff/{id}",)  # ends the one who asks for all the rest
    tries = [(route, owner) for route, owners in ITEMS.items() if not route.startswith("GET") for owner in owners]
    tries.sort(key=lambda one: (one[0] in last, one[0].startswith("DELETE")))
    before = _digest_everything(lives.city)
    for route, owner in tries:
        assert lives.ask(route, OTHERS[owner]).status_code == 404, route
    assert _digest_everything(lives.city) == before
    found = {(route, owner): lives.ask(route, owner) for route, owner in tries}
    assert {one: answer.text for one, answer in found.items() if answer.status_code not in DONE | TOO_LATE} == {}
    assert sum(answer.status_code in DONE for answer in found.values()) > len(found) * 2 / 3
    assert _digest_everything(lives.city) != before


def _digest_everything(city: City) -> dict[str, tuple[object, ...]]:
    """How many rows each table has, and a sum over every value of them."""

    def read(session: Session) -> dict[str, tuple[object, ...]]:
        sums = "SELECT count(*), sum(hashtextextended(t::text, 0)) FROM {} AS t"
        return {table: tuple(session.execute(text(sums.format(table))).one()) for table in METADATA.tables}

    return city.runtime.database.in_transaction(read)
