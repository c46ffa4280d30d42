"""A partner's own system is asked where an officer connected it, or approved what its owner proposed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx2
import pytest

from app.identity.queries import find_staff
from app.offers.endpoints import EndpointRead, find_endpoint
from partners.in_memory import InMemory
from partners.registry import build_registry
from tests.api.city import City
from tests.partner_life.office import find_cafe

SECRET = "a secret of the partner"
URL = "https://till.example.org/rewards"


@pytest.fixture
def remote(city: City, monkeypatch: pytest.MonkeyPatch) -> City:
    """A city in which one adapter asks across the network; names that are digits resolve to themselves."""
    city.runtime = replace(city.runtime, adapters=build_registry([InMemory(local=False)]))
    city.app.state.runtime = city.runtime
    resolve = lambda host, _port: [host if host[:1].isdigit() or ":" in host else "8.8.8.8"]  # noqa: E731 - one line
    monkeypatch.setattr(city.runtime.url_guard, "_resolve", resolve)
    return city


def _put(city: City, who: str, path: str, url: str = URL) -> httpx2.Response:
    return city.http.put(path, json={"url": url, "secret": SECRET}, headers=city.by(who))


def _find(city: City) -> EndpointRead | None:
    def find(session: Any) -> EndpointRead | None:  # noqa: ANN401 - a session
        staff = find_staff(session, written=city.staff["owner"])
        assert staff is not None
        keys = city.runtime.endpoint_keys
        return find_endpoint(session, partner_id=staff.partner_id, adapter="in_memory", keys=keys)

    return city.runtime.database.in_transaction(find)


def test_what_an_owner_proposes_is_asked_once_an_officer_has_approved_it(remote: City) -> None:
    proposed = _put(remote, "owner", "/v1/partner/endpoints/in_memory")
    assert proposed.json()["items"][0]["proposed_url"] == URL
    assert SECRET not in proposed.text
    assert _find(remote) is None
    decide = f"/v1/partners/{find_cafe(remote)}/endpoints/in_memory/decide"
    other = {"url": "https://elsewhere.example.org/", "decision": "approve"}
    refused = remote.http.post(decide, json=other, headers=remote.by("approver"))
    assert (refused.status_code, refused.json()["code"]) == (409, "no-endpoint-proposed")
    approved = remote.http.post(decide, json={"url": URL, "decision": "approve"}, headers=remote.by("approver"))
    assert approved.json()["items"] == [
        {"adapter": "in_memory", "url": URL, "connected_at": "2026-11-22T12:00:00Z"}
        | {"proposed_url": None, "proposed_at": None}
    ]
    assert _find(remote) == EndpointRead(URL, SECRET)
    _put(remote, "owner", "/v1/partner/endpoints/in_memory", "https://new.example.org/")
    remote.http.post(
        decide, json={"url": "https://new.example.org/", "decision": "refuse"}, headers=remote.by("finance")
    )
    assert _find(remote) == EndpointRead(URL, SECRET)
    acts = remote.http.get(f"/v1/audit?subject=partner:{find_cafe(remote)}", headers=remote.by("auditor")).json()
    assert [act["facts"]["what"] for act in acts["items"] if act["act"] == "partner.changed"] == [
        "endpoint refused", "endpoint proposed", "endpoint approved", "endpoint proposed",
    ]  # fmt: skip


def test_an_officer_connects_a_partner_at_once(remote: City) -> None:
    connected = _put(remote, "finance", f"/v1/partners/{find_cafe(remote)}/endpoints/in_memory")
    assert connected.json()["items"][0]["url"] == URL
    assert _find(remote) == EndpointRead(URL, SECRET)


@pytest.mark.parametrize(
    "url",
    ["https://10.0.0.5/", "https://127.0.0.1/", "https://169.254.169.254/latest", "https://[::1]/", "http://8.8.8.8/"],
)
def test_an_address_in_a_private_network_is_refused_with_the_reason_and_nothing_is_lost(remote: City, url: str) -> None:
    path = f"/v1/partners/{find_cafe(remote)}/endpoints/in_memory"
    assert _put(remote, "finance", path).status_code == 200
    for who, where in (("owner", "/v1/partner/endpoints/in_memory"), ("finance", path)):
        refused = _put(remote, who, where, url)
        assert (refused.status_code, refused.json()["code"]) == (422, "url-refused")
        assert refused.json()["detail"].startswith("This address can't be used: it")
        assert url not in refused.text
    assert _find(remote) == EndpointRead(URL, SECRET)


class _Till(InMemory):
    name = "webhook"


def test_a_secret_that_can_sign_nothing_is_refused_with_what_to_do_and_nothing_is_changed(remote: City) -> None:
    remote.runtime = replace(remote.runtime, adapters=build_registry([_Till(local=False)]))
    remote.app.state.runtime = remote.runtime
    for who, path in (
        ("owner", "/v1/partner/endpoints/webhook"),
        ("finance", f"/v1/partners/{find_cafe(remote)}/endpoints/webhook"),
    ):
        refused = _put(remote, who, path)
        assert (refused.status_code, refused.json()["code"]) == (422, "secret-unfit")
        assert "openssl" in refused.json()["detail"]
        assert SECRET not in refused.text
        assert remote.http.get(path.rpartition("/")[0], headers=remote.by(who)).json()["items"] == []


def test_only_systems_across_the_network_are_connected(remote: City) -> None:
    refused = _put(remote, "owner", "/v1/partner/endpoints/voucher_code")
    assert (refused.status_code, refused.json()["code"], refused.json()["known"]) == (
        404, "adapter-unknown", ["in_memory"],
    )  # fmt: skip
