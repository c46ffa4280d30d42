"""A scripted quarter of a synthetic city ends with replay equal to live, line by line, and books that agree.

The run itself is the fixture; each test looks at what is left from one side. `-m nightly` runs the full size.
"""

from __future__ import annotations

import logging
from collections import Counter
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlmodel import Session

from app.earning.explanation import explain_event
from app.earning.queries import get_event
from app.earning.verify import find_event_drift
from app.ledger.chart import AccountKind, Unit
from app.ledger.verify import verify_ledger
from rules.trips import TAP, TRIP
from tests.quarter.audit import compare_with_replay, read_accounts, read_expired, read_keys, read_wallet
from tests.quarter.record import CANCELLED, EXPIRED, GIVEN, OPEN, REDEEMED, SPENT
from tests.quarter.script import EXPIRY_ON, TAIL_DAYS, Quarter, evening_of, local_midnight

LOG = logging.getLogger(__name__)
"""Shown by --log-cli-level=INFO: how much was run, and how long it took."""


def _ended_at(quarter: Quarter) -> datetime:
    return evening_of(quarter.size.begins_on + timedelta(days=quarter.size.weeks * 7 + TAIL_DAYS - 1))


def _dry_types(quarter: Quarter) -> frozenset[str]:
    triggers = {rule.trigger for rule in quarter.rules if rule.campaign == quarter.dry}
    return frozenset(TAP if trigger == TRIP else trigger for trigger in triggers)


def test_replay_equals_live_line_by_line(quarter: Quarter) -> None:
    done = quarter.database.in_transaction(
        lambda session: compare_with_replay(
            session, resident_ids=quarter.resident_ids.values(), pinned_types=_dry_types(quarter)
        )
    )
    assert done.differences == ()
    assert done.events == len(quarter.record.kept) - len(quarter.record.voided)
    assert done.lines > done.events / 20
    counts = (len(quarter.resident_ids), done.events, done.lines, quarter.files, quarter.took_seconds)
    LOG.info("%d residents, %d events, %d lines, %d files in %.0f s", *counts)
    LOG.info("told %s, declined %s", dict(quarter.record.statuses), dict(quarter.record.declined))


def test_the_ledger_is_right(quarter: Quarter) -> None:
    assert quarter.database.in_transaction(lambda session: verify_ledger(session).findings) == ()
    assert quarter.database.in_transaction(find_event_drift) == ()


def test_what_was_sent_is_stored_once_or_was_declined_for_a_known_reason(quarter: Quarter) -> None:
    record, too_late = quarter.record, quarter.post.too_late
    strangers = {
        key
        for key, act in record.acts.items()
        if act.person.number not in quarter.enrolled_at or act.at < quarter.enrolled_at[act.person.number]
    }
    assert record.refused == dict.fromkeys(too_late, "event-too-late")
    assert record.not_enrolled == strangers - too_late
    assert set(record.kept) == record.acts.keys() - strangers - too_late
    stored, voided = quarter.database.in_transaction(
        lambda session: (read_keys(session), read_keys(session, "e.voided_at IS NOT NULL"))
    )
    assert stored == set(record.kept)
    assert voided == record.voided


def test_every_wallet_is_what_was_told_less_what_was_spent_and_expired(quarter: Quarter) -> None:
    record, now = quarter.record, _ended_at(quarter)

    def compare(session: Session) -> None:
        expired = read_expired(session)
        owed = read_accounts(session, AccountKind.RECEIVABLE)
        for person, resident_id in quarter.resident_ids.items():
            available, held = read_wallet(session, resident_id=resident_id, now=now)
            assert held == record.points_in(person, frozenset({OPEN}))
            kept_though_taken_back = -owed.get(resident_id, 0)
            spent = record.points_in(person, SPENT)
            assert available + held == record.told[person] - spent - expired[resident_id] + kept_though_taken_back

    quarter.database.in_transaction(compare)


def test_points_of_the_prelude_expire_on_their_day_and_no_others(quarter: Quarter) -> None:
    swept = {on: done.points for on, done in quarter.sweeps.items() if done.points}
    assert set(swept) == {EXPIRY_ON}
    expired = quarter.database.in_transaction(read_expired)
    assert sum(expired.values()) == swept[EXPIRY_ON] > 0
    for person in quarter.people:
        earned = quarter.record.told_in_prelude.get(person.number, 0)
        gone = expired[quarter.resident_ids[person.number]]
        assert gone == earned if person.saver else gone <= earned


def test_every_point_and_penny_is_somewhere(quarter: Quarter) -> None:
    vouchers = quarter.record.vouchers.values()
    points: Counter[str] = Counter()
    pence: Counter[int] = Counter()
    for one in vouchers:
        points[one.status] += one.points
        if one.status in SPENT:
            pence[one.partner] += one.cost_pence

    def compare(session: Session) -> None:
        stands = {kind: read_accounts(session, kind) for kind in AccountKind}
        assert sum(stands[AccountKind.REDEEMED].values()) == points[REDEEMED]
        assert sum(stands[AccountKind.COMMUNITY_GROUP].values()) == points[GIVEN]
        assert read_accounts(session, AccountKind.PAYABLE, unit=Unit.PENCE) == pence
        assert sum(stands[AccountKind.ISSUANCE].values()) == -quarter.issued_points
        assert sum(sum(by_owner.values()) for by_owner in stands.values()) == 0

    quarter.database.in_transaction(compare)


def test_a_budget_ran_dry_and_was_never_overdrawn(quarter: Quarter) -> None:
    rows = quarter.database.in_transaction(
        lambda session: session.execute(
            text(
                "SELECT coalesce(line->>'limited_by' = 'budget', false) AS short,"
                " min(e.happened_at) AS first, max(e.happened_at) AS last"
                " FROM events e, jsonb_array_elements(e.lines) AS line WHERE line->>'campaign' = :dry GROUP BY 1"
            ),
            {"dry": quarter.dry},
        ).all()
    )
    spans = {bool(row.short): (row.first, row.last) for row in rows}
    began_at = local_midnight(quarter.size.begins_on)
    topped_up_at = local_midnight(quarter.size.top_up_on)
    assert began_at < spans[True][0] < topped_up_at, "it ran dry in the middle"
    assert spans[False][1] > topped_up_at, "and gave again when it had got more"


def test_a_version_switches_at_local_midnight(quarter: Quarter) -> None:
    switch_at = local_midnight(quarter.size.switch_on)
    wrong, early, late = quarter.database.in_transaction(
        lambda session: session.execute(
            text(
                "SELECT count(*) FILTER (WHERE (line->>'version')::int <> expected),"
                " count(*) FILTER (WHERE happened_at = :early), count(*) FILTER (WHERE happened_at = :switch)"
                " FROM (SELECT *, CASE WHEN happened_at < :switch THEN :old ELSE :new END AS expected FROM events) e,"
                " jsonb_array_elements(e.lines) AS line"
            ),
            {
                "switch": switch_at,
                "early": switch_at - timedelta(microseconds=1),
                "old": quarter.rules[0].version,
                "new": quarter.next_rules[0].version,
            },
        ).one()
    )
    assert wrong == 0
    assert early > 0, "something was earned in the last instant of the old version"
    assert late > 0, "and in the first of the new one"


def test_explanations_add_up_to_the_awards(quarter: Quarter) -> None:
    for source, external_id in quarter.chance.sample(sorted(quarter.record.kept), 60):

        def explained(session: Session, source: str = source, external_id: str = external_id) -> tuple[int, int]:
            event = get_event(session, source=source, external_id=external_id)
            told = explain_event(session, source=source, external_id=external_id).to_data(for_machine=False)
            return event.points, int(str(told["points"]))

        stands_at, said = quarter.database.in_transaction(explained)
        assert stands_at == said


def test_the_script_has_all_that_a_quarter_brings(quarter: Quarter) -> None:
    """A run without late files, doubles, voids or refusals would prove little."""
    record, size = quarter.record, quarter.size
    assert len(set(quarter.senders.source_of.values())) >= 5
    assert quarter.post.doors.keys() == {"transit.tap", "cycle.trip"}
    assert quarter.files > 2 * 7 * size.weeks
    assert record.statuses["duplicate"] > len(record.kept) / 20
    assert record.adjustments > size.residents / 10
    assert len(record.voided) > size.weeks
    assert quarter.voided_twice > 0
    assert {one.status for one in record.vouchers.values()} == {OPEN, REDEEMED, CANCELLED, EXPIRED, GIVEN}
    assert record.declined.keys() >= {"insufficient-points", "out-of-stock", "already-redeemed", "voucher-expired"}
    rules = quarter.database.in_transaction(lambda session: sorted(session.execute(_EARNING).scalars()))
    LOG.info("rules that gave something: %s", ", ".join(rules))
    paying = quarter.database.in_transaction(lambda session: set(session.execute(_PAYING).scalars()))
    assert len(paying) >= 5, "sources whose events earned something"


_EARNING = text(
    "SELECT DISTINCT line->>'rule' FROM events, jsonb_array_elements(lines) AS line WHERE line->>'got' <> '0'"
)
_PAYING = text("SELECT DISTINCT s.name FROM events e JOIN sources s ON s.id = e.source_id WHERE e.points > 0")
