"""Whatever officers do in whatever order, nothing comes into force that nobody else has approved."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlmodel import Session

from app.core.errors import Refusal
from app.core.units import Points
from app.identity.queries import OfficerRead, find_officer
from app.identity.service import create_officer, register_source
from app.rulebook.drafting import approving, beginning, checking, deputies, evidence, saving, scheduling
from app.rulebook.drafting.queries import get_draft
from app.rulebook.service import open_campaign
from rules.document import Rule, read_rule
from rules.lint.findings import Surroundings
from tests.earning.world import RIDES
from tests.rulebook.drafting.desk import KEY, TUESDAY, make_example, make_rides_document

PEOPLE = {
    "ann": ["editor", "approver"],
    "bob": ["editor", "approver"],
    "cem": ["approver", "finance"],
    "eve": ["finance"],
    "fay": ["support"],
}
Office = dict[str, OfficerRead]
WRITERS = st.sampled_from(["ann", "bob"])
ANYBODY = st.sampled_from(sorted(PEOPLE))
APPROVERS = st.sampled_from(["ann", "bob", "cem"])
ACTS = st.one_of(
    st.tuples(st.sampled_from(["write", "check", "submit", "schedule", "discard"]), WRITERS, st.just(0)),
    st.tuples(st.just("save"), WRITERS, st.integers(1, 3)),
    st.tuples(st.sampled_from(["approve", "return"]), ANYBODY, st.just(0)),
    st.tuples(st.just("deputy"), APPROVERS, st.integers(0, 4)),
    st.tuples(st.just("attach"), WRITERS, st.sampled_from([500, 200_000])),
)
# A life that ends well, every step tried by everybody, so that chance has something to spoil.
LIFE = ("write", "attach", "check", "submit", "approve", "schedule")


@pytest.fixture
def office(session: Session) -> Office:
    """The people, a source and a campaign."""
    register_source(session, name=RIDES, title=RIDES, evidence="verified")
    dates = {"starts_on": date(2026, 9, 1), "ends_on": TUESDAY.date() + timedelta(days=400)}
    open_campaign(session, key="cmp_ride_leeds", title="Ride", **dates)
    found = {}
    for name, roles in PEOPLE.items():
        made = create_officer(session, name=name, email=f"{name}@example.org", roles=roles, now=TUESDAY)
        officer = find_officer(session, written=made.public_id)
        assert officer is not None
        found[name] = officer
    return found


@settings(max_examples=8, phases=[Phase.explicit, Phase.generate])
@given(st.data())
def test_nothing_is_scheduled_that_others_have_not_approved(
    session: Session, office: Office, data: st.DataObject
) -> None:
    _live(session, office, data)


@pytest.mark.nightly
@settings(max_examples=1_000)
@given(st.data())
def test_in_many_more_lives_nothing_is_scheduled_that_others_have_not_approved(
    session: Session, office: Office, data: st.DataObject
) -> None:
    _live(session, office, data)


def _live(session: Session, office: Office, data: st.DataObject) -> None:
    """One life, with whatever comes in between, and nothing left of it."""
    with session.begin_nested() as example:
        dear = data.draw(st.booleans())
        for step in LIFE:
            for act, who, number in data.draw(st.lists(ACTS, max_size=1)):
                _try(session, office, act, who, number)
            for who in data.draw(st.permutations(sorted(PEOPLE))):
                done = _try(session, office, step, who, 200_000 if dear else 500)
                if done and step == "schedule":
                    _look_back(session)
        example.rollback()


def _try(session: Session, office: Office, act: str, who: str, number: int) -> bool:
    """In a savepoint of its own, as every request has; whether it was done."""
    try:
        with session.begin_nested():
            _act(session, office, act, office[who], number)
    except Refusal:
        return False
    return True


def _act(session: Session, office: Office, act: str, officer: OfficerRead, number: int) -> None:
    by: dict[str, Any] = {"officer": officer, "now": TUESDAY}
    if act == "write":
        beginning.write_draft(session, rule=_rule(1), **by)
    elif act == "deputy":
        span = {"from_on": TUESDAY.date(), "until_on": TUESDAY.date() + timedelta(days=9)}
        named = office[sorted(PEOPLE)[number]]
        deputies.name_deputy(session, approver=officer, deputy=named.public_id, **span, now=TUESDAY)
    elif act == "approve" and not approving.may_approve(session, **by):
        return  # the edge turns them away
    else:
        draft = get_draft(session, key=KEY)
        read = {"key": KEY, "revision": str(draft.revision)} | by
        around = Surroundings()
        taken: dict[str, Callable[[], object]] = {
            "save": lambda: saving.save_draft(session, rule=_rule(number), **read),
            "attach": lambda: evidence.attach_evidence(
                session,
                key=KEY,
                revision=draft.revision,
                finding=evidence.Finding("forecast", 0, 0, Points(number)),
                now=TUESDAY,
            ),
            "check": lambda: checking.check_draft(session, key=KEY, around=around, count_days=lambda _: 0, **by),
            "submit": lambda: checking.submit_draft(session, **read),
            "approve": lambda: approving.approve_draft(session, **read),
            "return": lambda: approving.return_draft(session, reason="Again.", **read),
            "discard": lambda: saving.discard_draft(session, **read),
            "schedule": lambda: scheduling.schedule_draft(
                session, on=TUESDAY.date() + timedelta(days=1), progress=None, **read
            ),
        }
        taken[act]()


def _rule(points: int) -> Rule:
    document = make_rides_document(
        effect={"kind": "points", "points": points}, examples=[make_example(2_000, points)], version=1
    )
    return _read(document)


def _read(document: object) -> Rule:
    return read_rule(json.dumps(document).encode())


def _look_back(session: Session) -> None:
    """What the record says about the draft that has just been scheduled, read without the services' help."""
    row = session.execute(text("SELECT * FROM rule_drafts ORDER BY id DESC LIMIT 1")).one()
    assert row.status == "scheduled"
    steps = session.execute(
        text("SELECT * FROM rule_draft_steps WHERE draft_id = :id ORDER BY id"), {"id": row.id}
    ).all()
    writers = {step.officer_id for step in steps if step.step in ("written", "saved")}
    counts = [step for step in steps if step.submission == row.submission]
    last_edit = max(at for at, step in enumerate(steps) if step.step in ("written", "saved", "returned"))
    approvals = [step for step in steps[last_edit:] if step.step in ("approved", "budget_approved")]
    assert all(step in counts and step.revision == row.revision for step in approvals)
    spoken = [{step.officer_id, step.on_behalf_of} - {None} for step in approvals]
    assert not any(writers & one for one in spoken)
    assert "approved" in [step.step for step in approvals]
    found = session.execute(
        text("SELECT max(high_points) AS most FROM rule_evidence WHERE revision BETWEEN :since AND :revision"),
        {"since": row.decides_since, "revision": row.revision},
    ).one()
    assert found.most is not None
    if found.most > 100_000:
        first, second = spoken
        assert not first & second
    stored = session.execute(text("SELECT document FROM rule_versions WHERE rule_key = :key"), {"key": KEY}).one()
    assert _read(stored.document) == _read(row.document)
