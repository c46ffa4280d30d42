"""The public catalogue: what residents see, find and page through."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlmodel import Session

from app.core.paging import MOST_A_PAGE, CursorUnknown
from app.core.units import Pence, Points
from app.ledger.errors import CostAboveBacking
from app.offers.errors import OutOfStock, PartnerUnknown, RewardPaused, RewardUnknown
from app.offers.queries import PartnerRead, RewardRead, find_partner_by_public_id, get_partner, get_reward, list_rewards
from app.offers.service import add_partner, add_reward, give_back_stock, pause_reward, take_stock


@pytest.fixture
def cafe(session: Session, now: datetime) -> PartnerRead:
    return add_partner(session, name="Kirkgate Café", kind="business", place="Kirkgate Market", now=now)


def _offer(
    session: Session,
    partner: PartnerRead,
    *,
    now: datetime,
    title: str = "A hot drink",
    kind: str = "food",
    points: int = 150,
    cost_pence: int = 120,
    stock: int | None = None,
) -> RewardRead:
    return add_reward(
        session,
        partner_id=partner.id,
        title=title,
        description="Any size, oat milk included.",
        kind=kind,
        adapter="voucher_code",
        points=Points(points),
        cost_pence=Pence(cost_pence),
        stock=stock,
        voucher_days=30,
        now=now,
    )


def _titles(session: Session, *, kind: str | None = None, text: str | None = None) -> list[str]:
    return [reward.title for reward in list_rewards(session, kind=kind, text=text).items]


def test_a_reward_is_read_back_with_its_partner(session: Session, cafe: PartnerRead, now: datetime) -> None:
    made = _offer(session, cafe, now=now, stock=10)
    assert get_reward(session, public_id=made.public_id) == made
    assert made.partner == cafe
    assert (made.points, made.cost_pence, made.stock_seeded, made.stock_left) == (150, 120, 10, 10)


def test_a_reward_never_costs_more_than_stands_behind_its_points(
    session: Session, cafe: PartnerRead, now: datetime
) -> None:
    _offer(session, cafe, now=now, points=150, cost_pence=150)
    with pytest.raises(CostAboveBacking) as refused:
        _offer(session, cafe, now=now, points=150, cost_pence=151)
    assert refused.value.facts() == {"cost_pence": 151, "most_pence": 150}


def test_unknown_ids_are_refused(session: Session, cafe: PartnerRead, now: datetime) -> None:
    with pytest.raises(RewardUnknown):
        get_reward(session, public_id=UUID(int=1))
    with pytest.raises(RewardUnknown):
        pause_reward(session, reward=UUID(int=1), paused=True)
    with pytest.raises(RewardUnknown):
        take_stock(session, reward=UUID(int=1), now=now)
    with pytest.raises(PartnerUnknown):
        get_partner(session, partner_id=-1)
    assert find_partner_by_public_id(session, public_id=UUID(int=1)) is None
    assert find_partner_by_public_id(session, public_id=cafe.public_id) == cafe


def test_cheapest_first_out_of_stock_shown_paused_hidden(session: Session, cafe: PartnerRead, now: datetime) -> None:
    _offer(session, cafe, now=now, title="Lunch", points=900)
    _offer(session, cafe, now=now, title="Cake", points=300, stock=0)
    paused = _offer(session, cafe, now=now, title="Tea", points=200)
    _offer(session, cafe, now=now, title="Drink", points=150)
    pause_reward(session, reward=paused.public_id, paused=True)
    assert _titles(session) == ["Drink", "Cake", "Lunch"]
    assert get_reward(session, public_id=paused.public_id).paused


def test_a_partner_that_has_left_takes_its_rewards_with_it(session: Session, cafe: PartnerRead, now: datetime) -> None:
    reward = _offer(session, cafe, now=now)
    session.execute(text("UPDATE partners SET active = false WHERE id = :id"), {"id": cafe.id})
    session.expire_all()
    assert _titles(session) == []
    with pytest.raises(RewardPaused):
        take_stock(session, reward=reward.public_id, now=now)
    with pytest.raises(PartnerUnknown):
        get_partner(session, partner_id=cafe.id)


def test_rewards_are_found_by_kind_and_by_words_in_any_case(session: Session, cafe: PartnerRead, now: datetime) -> None:
    pool = add_partner(session, name="Armley Leisure Centre", kind="business", place="Armley", now=now)
    _offer(session, cafe, now=now, title="A hot drink", kind="food")
    _offer(session, pool, now=now, title="One swim", kind="leisure", points=400)
    assert _titles(session, kind="leisure") == ["One swim"]
    assert _titles(session, text="HOT") == ["A hot drink"]
    assert _titles(session, text="armley") == ["One swim"]
    assert _titles(session, text="kirkgate market") == ["A hot drink"]
    assert _titles(session, kind="leisure", text="drink") == []
    assert _titles(session, text="") == ["A hot drink", "One swim"]


@pytest.mark.parametrize("written", ["%", "_", "\\", "'", "\0", "a\0", "100%"])
def test_signs_that_mean_something_to_sql_mean_nothing_here(
    session: Session, cafe: PartnerRead, now: datetime, written: str
) -> None:
    _offer(session, cafe, now=now)
    assert _titles(session, text=written) == []
    assert _titles(session, kind=written) == []


def test_pages_give_every_reward_once(session: Session, cafe: PartnerRead, now: datetime) -> None:
    made = {_offer(session, cafe, now=now, points=150 + number % 2).public_id for number in range(7)}
    seen: list[UUID] = []
    after = None
    for expected in (3, 3, 1):
        page = list_rewards(session, after=after, limit=3)
        assert len(page.items) == expected
        seen += [reward.public_id for reward in page.items]
        after = page.after
    assert after is None
    assert len(seen) == 7
    assert set(seen) == made


def test_a_page_that_ends_exactly_at_the_end_says_so(session: Session, cafe: PartnerRead, now: datetime) -> None:
    _offer(session, cafe, now=now)
    _offer(session, cafe, now=now)
    assert list_rewards(session, limit=2).after is None
    assert list_rewards(session, limit=1).after is not None


@pytest.mark.parametrize(("asked", "given"), [(-5, 1), (0, 1), (10_000, MOST_A_PAGE)])
def test_a_page_is_never_empty_nor_endless(
    session: Session, cafe: PartnerRead, now: datetime, asked: int, given: int
) -> None:
    for _ in range(MOST_A_PAGE + 1):
        _offer(session, cafe, now=now)
    assert len(list_rewards(session, limit=asked).items) == given


@pytest.mark.parametrize("after", ["", "x", "0", "{}", "\0", "rew_0199", "é" * 32])
def test_a_cursor_that_we_did_not_give_is_refused(session: Session, after: str) -> None:
    with pytest.raises(CursorUnknown):
        list_rewards(session, after=after)


def test_stock_goes_down_to_nothing_and_comes_back(session: Session, cafe: PartnerRead, now: datetime) -> None:
    reward = _offer(session, cafe, now=now, stock=1)
    assert take_stock(session, reward=reward.public_id, now=now).stock_left == 0
    with pytest.raises(OutOfStock):
        take_stock(session, reward=reward.public_id, now=now)
    give_back_stock(session, counts={(reward.id, 1): 1})
    assert get_reward(session, public_id=reward.public_id).stock_left == 1


def test_stock_without_limit_stays_so(session: Session, cafe: PartnerRead, now: datetime) -> None:
    reward = _offer(session, cafe, now=now, stock=None)
    assert take_stock(session, reward=reward.public_id, now=now).stock_left is None
    give_back_stock(session, counts={(reward.id, 1): 1})
    assert get_reward(session, public_id=reward.public_id).stock_left is None
