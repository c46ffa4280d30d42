"""Signing in with a provider that is a real server in another process, and tells the truth or lies."""

from __future__ import annotations

import pytest
from joserfc.jwk import ECKey
from sqlalchemy import QueuePool

from app.core.errors import Misconfigured
from app.identity.logins import Side
from app.web.sign_in_demo import DemoProvider
from app.web.sign_in_settings import read_providers
from app.web.sign_in_ways import WaysIn
from tests.sign_in.conftest import Door, query_of

FAILED = "Signing in did not work"


def test_somebody_whom_the_provider_knows_may_join_and_is_known_the_next_time(door: Door) -> None:
    door.abroad.plan(sub="first-time")
    browser = door.browser()
    page = door.sign_in(browser)
    assert page.heading == "Join Smart Leeds Rewards"
    assert browser.open("/you").heading == "Join Smart Leeds Rewards"  # nobody yet
    form = page.form("/join")
    unfit = browser.send(form, name="", connection="", postcode="nowhere", of_age="", terms="")
    assert unfit.status == 422
    assert [tag.attributes["href"] for tag in unfit.find_all("a") if tag.attributes["href"].startswith("#")][1:] == [
        *("#name", "#connection", "#postcode", "#of_age", "#terms")
    ]
    joined = browser.send(form, name="Ada", connection="work", postcode="", of_age="yes", terms=form.boxes["terms"])
    assert joined.heading == "Your points"
    assert door.sign_in(door.browser()).heading == "Your points"


@pytest.mark.parametrize(
    "lie",
    [
        {"claims": {"nonce": "another"}},
        {"claims": {"nonce": None}},
        {"claims": {"aud": "somebody-else"}},
        {"claims": {"aud": ["rewards", "somebody-else"], "azp": "rewards"}},
        {"claims": {"iss": "http://127.0.0.1:1"}},
        {"claims": {"exp": 1}},
        {"claims": {"exp": None}},
        {"claims": {"iat": 4_000_000_000}},
        {"claims": {"sub": None}},
        {"claims": {"azp": "somebody-else"}},
        {"claims": {"at_hash": "wrong"}},
        {"signs": "stranger"},
        {"signs": "nobody"},
        {"signs": "secret"},
        {"signs": "public"},
        {"userinfo": {"sub": "somebody-else"}},
        {"userinfo": {"sub": None}},
    ],
    ids=str,
)
def test_an_id_token_that_is_not_for_us_now_proves_nothing(door: Door, lie: dict[str, object]) -> None:
    door.abroad.plan(sub="liar", **lie)
    browser = door.browser()
    page = door.sign_in(browser)
    assert (page.status, page.heading) == (403, FAILED)
    assert "slr_session" not in browser.http.cookies


def test_a_code_proves_somebody_once(door: Door) -> None:
    browser = door.browser()
    place = door.go_abroad(browser)
    assert browser.open(place).heading == "Join Smart Leeds Rewards"
    assert browser.open(place).heading == FAILED
    # Nor with a new try of ours: the provider has given its token for the code.
    code = query_of(door.browser().http.get("/sign-in/with/resident", follow_redirects=False))
    assert code["code_challenge_method"] == ["S256"]
    again = door.go_abroad(browser)
    used = place.partition("code=")[2].partition("&")[0]
    fresh = again.partition("code=")[2].partition("&")[0]
    assert browser.open(again.replace(f"code={fresh}", f"code={used}")).heading == FAILED


@pytest.mark.parametrize("change", ["state", "no-visit", "other-browser", "iss", "no-code"])
def test_only_who_was_sent_comes_back(door: Door, change: str) -> None:
    browser = door.browser()
    place = door.go_abroad(browser)
    match change:
        case "state":
            place = place.replace("state=", "state=x")
        case "no-visit":
            browser.http.cookies.clear()
        case "other-browser":
            browser = door.browser()
            browser.open("/sign-in")
        case "iss":
            place = place.partition("&iss=")[0] + "&iss=http%3A%2F%2Fevil.example"
        case "no-code":
            place = place.replace("code=", "error=access_denied&x=")
    assert browser.open(place).heading == FAILED


def test_a_code_without_the_verifier_of_its_try_is_worth_nothing(door: Door) -> None:
    """Somebody puts a code that they took elsewhere into their own try."""
    victim, thief = door.browser(), door.browser()
    stolen = door.go_abroad(victim).partition("code=")[2].partition("&")[0]
    own = door.go_abroad(thief)
    code = own.partition("code=")[2].partition("&")[0]
    assert thief.open(own.replace(f"code={code}", f"code={stolen}")).heading == FAILED


def test_a_try_ends_after_ten_minutes(door: Door) -> None:
    browser = door.browser()
    place = door.go_abroad(browser)
    door.city.clock.at = door.city.clock.at.replace(minute=11)
    assert browser.open(place).heading == FAILED


def test_a_provider_may_change_its_keys(door: Door) -> None:
    assert door.sign_in(door.browser()).heading == "Join Smart Leeds Rewards"
    door.abroad.plan(rotate=True)
    door.city.clock.at = door.city.clock.at.replace(second=10)
    assert door.sign_in(door.browser()).heading == "Join Smart Leeds Rewards"


def test_we_prove_ourselves_by_a_key_where_the_provider_wants_one(door: Door) -> None:
    key = ECKey.generate_key("P-256")
    door.abroad.plan(client_key=key.as_dict(private=False))
    provider = door.provider(pem=key.as_pem(private=True).decode())
    try:
        page = door.sign_in(door.browser(WaysIn({Side.RESIDENT: provider})))
    finally:
        door.abroad.plan(client_key=None)
    assert page.heading == "Join Smart Leeds Rewards"


def test_an_officer_is_let_in_by_the_address_that_the_directory_proves_once(door: Door) -> None:
    door.abroad.plan(sub="subject-1", email="Admin@city.example.org")
    assert door.sign_in(door.browser(), "/sign-in/with/officer").heading == "Overview"
    door.abroad.plan(sub="subject-1", email=None)  # known by the subject from now on
    assert door.sign_in(door.browser(), "/sign-in/with/officer").heading == "Overview"
    door.abroad.plan(sub="subject-2", email="admin@city.example.org")  # somebody got the address after them
    page = door.sign_in(door.browser(), "/sign-in/with/officer")
    assert (page.status, page.heading) == (403, "You have not been invited yet")


@pytest.mark.parametrize("verified", [False, None, "true", 1], ids=repr)
@pytest.mark.parametrize("where", ["userinfo", "claims"])
def test_an_address_that_the_directory_has_not_proved_makes_nobody_an_officer(
    door: Door, where: str, verified: object
) -> None:
    address = "finance@city.example.org"
    door.abroad.plan(sub="no-officer", **{where: {"email": address, "email_verified": verified}})
    browser = door.browser()
    page = door.sign_in(browser, "/sign-in/with/officer")
    assert (page.status, page.heading) == (403, "You have not been invited yet")
    assert "slr_session" not in browser.http.cookies


def test_the_directory_answers_for_the_one_who_signed_in_or_makes_nobody_an_officer(door: Door) -> None:
    said = {"sub": "their-subject", "email": "finance@city.example.org", "email_verified": True}
    door.abroad.plan(sub="no-officer", userinfo=said)
    browser = door.browser()
    assert door.sign_in(browser, "/sign-in/with/officer").heading == FAILED
    assert "slr_session" not in browser.http.cookies
    door.abroad.plan(sub="their-subject")
    assert door.sign_in(door.browser(), "/sign-in/with/officer").heading == "Overview", "all of it was true but whose"


@pytest.mark.parametrize("side", ["officer", "partner"])
def test_nobody_gets_in_whom_nobody_has_let_in(door: Door, side: str) -> None:
    door.abroad.plan(sub="stranger", email="stranger@example.org")
    browser = door.browser()
    assert door.sign_in(browser, f"/sign-in/with/{side}").status == 403
    assert "slr_session" not in browser.http.cookies


def test_an_invitation_binds_whoever_opens_it_first(door: Door) -> None:
    staff = door.city.staff["cafe"]
    order = door.city.http.post("/v1/staff-invitations", json={"person": staff}, headers=door.city.by("admin"))
    code = order.json()["code"]
    assert order.status_code == 201
    browser = door.browser()
    way = next(link for link in browser.open(f"/invitation/{code}").links() if "/sign-in/with/partner" in link)
    door.abroad.plan(sub="barista")
    assert door.sign_in(browser, way).heading.startswith("Today")
    assert door.browser().open(f"/invitation/{code}").status == 404
    assert door.sign_in(door.browser(), "/sign-in/with/partner").heading.startswith("Today")


def test_a_provider_that_is_away_is_told_calmly(door: Door) -> None:
    away = WaysIn({Side.RESIDENT: door.provider(issuer="http://127.0.0.1:1")})
    page = door.browser(away).open("/sign-in/with/resident")
    assert page.status == 409
    assert "does not work at the moment" in page.text


def test_the_demonstrations_provider_refuses_to_start_elsewhere(door: Door) -> None:
    with pytest.raises(Misconfigured, match="demo mode only"):
        DemoProvider(door.city.clock, demo=False)
    assert door.browser().open("/demo/provider?login_hint=x").status == 404


@pytest.mark.parametrize(
    "written",
    [
        "{",
        '{"mayor": {"issuer": "https://a.example", "client_id": "a", "title": "A", "client_secret": "s"}}',
        '{"officer": {"issuer": "http://a.example", "client_id": "a", "title": "A", "client_secret": "s"}}',
        '{"officer": {"issuer": "https://a.example", "client_id": "a", "title": "A"}}',
        '{"officer": {"issuer": "https://a.example", "client_id": "a", "title": "A", "private_key": "secret-text"}}',
    ],
)
def test_a_provider_that_is_set_up_wrongly_stops_the_start_and_repeats_nothing(written: str) -> None:
    with pytest.raises(Misconfigured, match="SIGN_IN_PROVIDERS") as told:
        read_providers(written)
    assert "secret-text" not in str(told.value)


def test_nobody_is_asked_over_the_network_inside_a_transaction(door: Door) -> None:
    pool, held = door.city.runtime.database.engine.pool, list[int]()
    assert isinstance(pool, QueuePool)
    provider = door.provider()
    provider._http.event_hooks = {"request": [lambda _: held.append(pool.checkedout())]}
    page = door.sign_in(door.browser(WaysIn({Side.RESIDENT: provider})))
    assert page.heading == "Join Smart Leeds Rewards"
    assert len(held) == 4  # metadata, keys, token, userinfo
    assert set(held) == {0}
