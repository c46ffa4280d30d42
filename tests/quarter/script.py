"""What happens each day: events come in, some are taken back, points are spent, vouchers end, points expire.

The week of the prelude lies in June 2026. The quarter itself is in the autumn of 2027, around the first of October, on
which what was earned in the prelude expires. Every service is told the evening of the day that the script has come to.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random

from sqlmodel import Session

from app.core.clock import LONDON, SetClock
from app.core.database import Database
from app.core.secret_store import Secrets
from app.core.units import Pence, Points
from app.earning.importing.faults import FaultFile
from app.earning.importing.reading import read_rows
from app.earning.importing.run import ImportJob, client_for, run_import
from app.earning.intake import LARGEST_BATCH, EventResult, IntakeOptions, record_events
from app.earning.void import void_event
from app.identity.queries import Client
from app.identity.service import register_source
from app.ledger.service import fund_campaign, pay_into_pot
from app.ledger.tasks import SweepDone, sweep_points
from app.offers.queries import RewardRead
from app.offers.service import add_partner, add_reward
from app.redemption.codes import VoucherCodes
from app.redemption.tasks import sweep_due_vouchers
from app.residents.cards import CardKeys
from app.residents.service import enrol_resident, link_card
from app.rulebook.service import open_campaign, publish_rules
from partners.donation import Donation
from partners.interface import PartnerAdapter
from partners.voucher_code import VoucherCode
from rules.document import Rule, Validity
from rules.packs import LEEDS, load_pack
from rules.parts import PointsEffect
from tests.quarter.city import Act, Person, Senders, acts_on, draw_facts, find_senders, people
from tests.quarter.post import LATE_WINDOW, TOO_LATE_DAYS, Batch, Event, File, Post, open_doors
from tests.quarter.record import Key, Record
from tests.quarter.spending import Spending

PRELUDE_ON = date(2026, 6, 1)
"""A Monday, on which the scheme opens too."""
EXPIRY_ON = date(2027, 10, 1)
"""The first day without what was earned in the second quarter of 2026."""
EVENING = time(23, 30)
FUNDER = 1
PLENTY = 10_000_000
TAIL_DAYS = TOO_LATE_DAYS + 2
"""Days after the last act until everything has come and every voucher of it could be used."""


@dataclass(frozen=True)
class Size:
    """How large a run is. `begins_on` is a Monday; the weeks from it hold EXPIRY_ON."""

    residents: int
    weeks: int
    begins_on: date
    seed: int

    @property
    def switch_on(self) -> date:
        """A Wednesday in the middle, from whose local midnight the second version judges."""
        return self.begins_on + timedelta(weeks=self.weeks // 2, days=2)

    @property
    def top_up_on(self) -> date:
        """When the campaign that ran dry gets more."""
        return self.begins_on + timedelta(weeks=self.weeks - max(1, self.weeks // 4))


def local_midnight(on: date) -> datetime:
    return datetime.combine(on, time(), LONDON).astimezone(UTC)


def evening_of(on: date) -> datetime:
    return datetime.combine(on, EVENING, LONDON).astimezone(UTC)


def fit_into(size: Size, rule: Rule) -> Rule:
    """A rule that is valid for some other time only is moved into the second half of the weeks, as long as it was."""
    ends_on = size.begins_on + timedelta(weeks=size.weeks)
    valid = rule.validity
    if valid.start < ends_on and size.begins_on < valid.until:
        return rule
    start = size.switch_on - timedelta(days=5)
    return rule.model_copy(update={"validity": Validity(start=start, until=start + (valid.until - valid.start))})


def next_version(rule: Rule) -> Rule:
    """The same rule a version later; where it gives points, 5 more."""
    changed: dict[str, object] = {"version": rule.version + 1}
    if isinstance(rule.effect, PointsEffect):
        changed["effect"] = rule.effect.model_copy(update={"points": rule.effect.points + 5})
    return rule.model_copy(update=changed)


@dataclass
class Quarter:
    """One run. `dry` is the campaign whose budget does not last; `sweeps` what expired, by evening."""

    database: Database
    secrets: Secrets
    folder: Path
    size: Size
    record: Record = field(default_factory=Record)
    resident_ids: dict[int, int] = field(default_factory=dict)
    sweeps: dict[date, SweepDone] = field(default_factory=dict)
    issued_points: int = 0
    files: int = 0
    voided_twice: int = 0
    took_seconds: float = 0.0

    def __post_init__(self) -> None:
        self.chance = Random(self.size.seed)  # noqa: S311 - chooses lives, hides nothing
        self.rules = tuple(fit_into(self.size, rule) for rule in load_pack(LEEDS))
        self.next_rules = tuple(next_version(rule) for rule in self.rules)
        self.senders: Senders = find_senders(self.rules)
        self.people = people(
            self.chance, residents=self.size.residents, weeks=self.size.weeks, types=self.senders.types
        )
        # Their cards are known to the operators and to nobody here.
        self.strangers = [replace(person, number=person.number + self.size.residents) for person in self.people[:3]]
        self.post = Post(self.chance, open_doors(self.senders.source_of), self.record.acts)
        self.keys, self.codes = CardKeys(self.secrets), VoucherCodes(self.secrets)
        self.adapters: Mapping[str, PartnerAdapter] = {one.name: one for one in (VoucherCode(), Donation())}
        self.dry = next((r.campaign for r in self.rules if r.trigger == "cycle.trip"), self.rules[0].campaign)
        self.enrolled_at: dict[int, datetime] = {}

    def run(self) -> None:
        """From the opening of the scheme until the last late file of the quarter has come."""
        self.database.in_transaction(self._open)
        self._enrol(0, local_midnight(PRELUDE_ON))
        self._live(PRELUDE_ON, 1)
        self.record.told_in_prelude = dict(self.record.told)
        self._live(self.size.begins_on, self.size.weeks)
        assert not self.post.due, "everything has come"

    def hear_intake(
        self,
        session: Session,
        *,
        client: Client,
        events: list[Event],
        keys: CardKeys,
        options: IntakeOptions,
        now: datetime,
    ) -> list[EventResult]:
        """The real intake, with an ear at the door: file or batch, the record takes down what was answered."""
        results = record_events(session, client=client, events=events, keys=keys, options=options, now=now)
        self.record.hear(results)
        return results

    def _open(self, session: Session) -> None:
        at = local_midnight(PRELUDE_ON)
        for source, evidence in self.senders.evidence.items():
            register_source(session, name=source, title=source, evidence=evidence)
        pay_into_pot(session, funder_id=FUNDER, pence=Pence(100 * PLENTY), now=at)
        self.campaigns = {
            key: open_campaign(session, key=key, title=key, starts_on=PRELUDE_ON, ends_on=date(2028, 4, 1))
            for key in sorted({rule.campaign for rule in self.rules})
        }
        person_weeks = self.size.residents * (self.size.weeks + 1)
        for key in self.campaigns:
            self._fund(session, key, person_weeks * 7 if key == self.dry else PLENTY, at)
        publish_rules(session, rules=self.rules, in_force_from=at, now=at)
        offers = self._open_offers(session, at)
        self.spending = Spending(self.database, self.chance, self.record, self.codes, self.adapters, offers)

    def _open_offers(self, session: Session, at: datetime) -> dict[str, RewardRead]:
        cafe = add_partner(session, name="Kirkgate Café", kind="business", place="Leeds", now=at)
        group = add_partner(session, name="Meanwood Valley", kind="community_group", place="Leeds", now=at)
        planned = (
            ("coffee", cafe.id, "voucher_code", 60, 50, None, 7),
            ("lunch", cafe.id, "voucher_code", 150, 150, max(2, self.size.residents // 6), 5),
            ("gift", group.id, "donation", 40, 40, None, 30),
        )
        return {
            name: add_reward(
                session,
                partner_id=partner,
                title=name,
                description=name,
                kind="food",
                adapter=adapter,
                points=Points(points),
                cost_pence=Pence(pence),
                stock=stock,
                voucher_days=days,
                now=at,
            )
            for name, partner, adapter, points, pence, stock, days in planned
        }

    def _fund(self, session: Session, key: str, points: int, now: datetime) -> None:
        fund_campaign(session, campaign_id=self.campaigns[key], points=Points(points), funder_id=FUNDER, now=now)
        self.issued_points += points

    def _enrol(self, week: int, at: datetime) -> None:
        for person in self.people:
            if person.joins_in_week == week:
                self.database.in_transaction(lambda session, person=person: self._join(session, person, at))  # type: ignore[misc] # mypy can't infer defaults

    def _join(self, session: Session, person: Person, at: datetime) -> None:
        resident = enrol_resident(
            session,
            name=f"Person {person.number}",
            connection=person.connection,
            ward=person.ward,
            enrolled_at=at,
            now=at,
        )
        subject = f"card:{person.card}"
        link_card(session, resident_id=resident.id, subject=subject, source_id=None, keys=self.keys, enrolled_at=at)
        self.resident_ids[person.number] = resident.id
        self.enrolled_at[person.number] = at

    def _live(self, begins_on: date, weeks: int) -> None:
        for day in range(weeks * 7 + TAIL_DAYS):
            on = begins_on + timedelta(days=day)
            if day < weeks * 7:
                if day % 7 == 0 and begins_on != PRELUDE_ON and day:
                    self._enrol(day // 7, local_midnight(on))
                self.post.send(on, self._acts(on))
            self._spend_day(on)

    def _acts(self, on: date) -> list[Act]:
        acts = [act for person in self.people for act in acts_on(self.chance, person, on, self.senders)]
        for stranger in self.strangers:
            acts += acts_on(self.chance, stranger, on, self.senders)
        if on == self.size.switch_on:
            acts += self._acts_at_midnight()
        return acts

    def _acts_at_midnight(self) -> list[Act]:
        """On both sides of the instant from which the second version judges, by everybody; of a type without a file."""
        kind = next(kind for kind in self.senders.types if kind not in self.post.doors)
        switch_at = local_midnight(self.size.switch_on)
        return [
            Act(person, kind, self.senders.source_of[kind], at, draw_facts(self.chance, kind))
            for person in self.people
            for at in (switch_at - timedelta(microseconds=1), switch_at)
        ]

    def _spend_day(self, on: date) -> None:
        now = evening_of(on)
        for parcel in self.post.arrivals(on):
            if isinstance(parcel, File):
                self._import(parcel, now)
            else:
                self._post_batch(parcel, now)
        if on == self.size.switch_on - timedelta(days=2):
            at = local_midnight(self.size.switch_on)
            self.database.in_transaction(
                lambda session: publish_rules(session, rules=self.next_rules, in_force_from=at, now=now)
            )
        if on == self.size.top_up_on:
            points = self.size.residents * self.size.weeks
            self.database.in_transaction(lambda session: self._fund(session, self.dry, points, now))
        self._void_some(now)
        for person in self.people:
            if person.number in self.resident_ids and not person.saver:
                self.spending.visit(person.number, self.resident_ids[person.number], on, now)
        self.spending.end_some(on, now)
        due = self.record.expire_due(now)
        assert sweep_due_vouchers(self.database, now=now) == due
        self.sweeps[on] = sweep_points(self.database, now=now)

    def _post_batch(self, batch: Batch, now: datetime) -> None:
        client = Client(
            *(1, "all", "Every source", frozenset({"events:write"})),
            *(frozenset({batch.source}), frozenset(self.senders.types), None),
        )
        options = IntakeOptions(late_window=LATE_WINDOW)
        for start in range(0, len(batch.events), LARGEST_BATCH):
            events = list(batch.events[start : start + LARGEST_BATCH])
            self.database.in_transaction(
                lambda session, events=events: self.hear_intake(  # type: ignore[misc] # mypy can't infer defaults
                    session, client=client, events=events, keys=self.keys, options=options, now=now
                )
            )

    def _import(self, parcel: File, now: datetime) -> None:
        """Write the operator's file and import it as `rewards import-events` does."""
        declared = parcel.door.declared
        columns = declared.columns()
        path = self.folder / parcel.name
        path.write_text(
            "".join(
                declared.file.delimiter.join(row) + "\n"
                for row in (columns, *([cells[column] for column in columns] for cells in parcel.rows))
            ),
            encoding="utf-8",
        )
        job = ImportJob(parcel.door.mapper, client_for(declared), self.keys, IntakeOptions(LATE_WINDOW))
        with FaultFile(path.with_suffix(".errors.csv")) as faults:
            rows = read_rows(path, declared.file, columns)
            tally = run_import(self.database, rows=rows, job=job, faults=faults, clock=SetClock(now))
        assert tally.read == len(parcel.rows)
        assert (tally.rejected, faults.rows) == (parcel.broken, parcel.broken)
        path.unlink()
        self.files += 1

    def _void_some(self, now: datetime) -> None:
        """Of what happened in the last weeks, now and then an event, and one that was voided already."""
        since = now - timedelta(days=40)
        candidates = [key for key in self.record.kept if self.record.acts[key].at > since]
        for key in self.chance.sample(candidates, len(candidates) // 1500 + (len(candidates) > 0)):
            self._void(key, now)
            if self.chance.randrange(8) == 0:
                self._void(key, now)
                self.voided_twice += 1

    def _void(self, key: Key, now: datetime) -> None:
        source, external_id = key
        result = self.database.in_transaction(
            lambda session: void_event(
                session, source=source, external_id=external_id, reason="Another person's card", now=now
            )
        )
        self.record.hear_void(key, result)
