"""From new events to decided ones: each resident folded in order, budgets trimmed under their lock, books posted.

Budgets are locked only when the fold has shown which ones are asked and for how much, and those that have plenty not
before points are posted: the hot rows are held as briefly as can be. Where a budget can't pay it all, everybody in the
batch is folded again, trimmed to what is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import Session

from app.core.errors import TryAgain
from app.earning.records import (
    KeptEvent,
    LockedState,
    NewEvent,
    SharedRow,
    load_kept,
    lock_shared,
    save_shared,
    save_states,
    update_outcomes,
)
from app.ledger.chart import quarter_of
from app.ledger.errors import BudgetOverspentError
from app.ledger.posting import Award, Correction, lock_budgets, lock_wallets, post_awards, post_corrections
from app.rulebook.queries import Budget, find_budgets, load_timeline
from rules.artefact import Timeline
from rules.errors import NeedsReplay
from rules.event import Event, Outcome
from rules.fold import Folded, fold, replay
from rules.parts import Multiply, Unlock
from rules.shared import community_only, give_back, shared_counters

SETTLED_AFTER = timedelta(days=90)
"""How long after it happened an event can be taken back, and its points change."""

PLENTY = 20
"""A budget with so many times what a batch asks for is not locked before its points are posted."""


@dataclass(slots=True)
class Refold:
    """One resident's turn: new events, and, when they can't simply follow, all earlier ones replayed.

    `cause_id` is the event that corrections are booked to: the earliest new one, or the one that was voided. `gone`
    are events that no longer count; their earlier grants come back. What happened before `settled_before` keeps what it
    got, whatever budgets hold by now: no void reaches it, and officers may have reversed it.
    """

    resident_id: int
    locked: LockedState
    new: list[NewEvent]
    cause_id: int
    settled_before: datetime
    gone: list[KeptEvent] = field(default_factory=list)
    kept: list[KeptEvent] | None = None
    folded: Folded | None = None

    @property
    def earlier_grants(self) -> Counter[str]:
        """What the resident was given before by the events that are decided anew, by campaign."""
        grants: Counter[str] = Counter()
        for known in [*(self.kept or []), *self.gone]:
            grants.update(known.grants)
        return grants

    def events(self) -> list[Event]:
        return [new.event for new in self.new]

    def every_event(self) -> list[Event]:
        """New ones, and all that are decided anew or no longer count."""
        return [*self.events(), *(known.event for known in self.kept or []), *(known.event for known in self.gone)]

    def find_grants_open(self) -> Counter[str]:
        """Of the earlier grants, those that are decided anew: what is settled for good keeps its own."""
        grants: Counter[str] = Counter()
        for known in [*(self.kept or []), *self.gone]:
            if known.event.happened_at >= self.settled_before:
                grants.update(known.grants)
        return grants

    def fold(self, timeline: Timeline, remaining: dict[str, int] | None, shared: dict[str, SharedRow]) -> None:
        """Decide; raises NeedsReplay when the earlier events are needed and not loaded.

        What the resident got before out of `remaining` and of a household's room in `shared` is there to be got again.
        """
        if self.kept is None:
            self.folded = fold(timeline, self.locked.state, self.events(), remaining, shared)
            return
        left = dict(remaining or {})
        if remaining is not None:
            for campaign, points in self.find_grants_open().items():
                remaining[campaign] = remaining.get(campaign, 0) + points
        give_back(timeline, [(known.event, known.lines) for known in [*self.kept, *self.gone]], shared)
        earlier = [
            known.as_decided()
            if known.event.happened_at < self.settled_before
            else known.with_shared(community_only(known.shared))
            for known in self.kept
        ]
        self.folded = replay(timeline, [*earlier, *self.events()], remaining, shared)
        # What comes back may have been spent, and is then nobody else's to be given.
        if remaining is not None:
            for campaign, points in remaining.items():
                remaining[campaign] = min(points, left.get(campaign, 0))

    def outcomes(self) -> dict[tuple[datetime, str, str], Outcome]:
        assert self.folded is not None, "the caller folds first"
        return {outcome.key: outcome for outcome in self.folded.outcomes}

    def add_asked(self, asked: Counter[str]) -> None:
        """Add the net points wanted from each campaign; 0 where some come back, for they may have been spent."""
        assert self.folded is not None, "the caller folds first"
        if self.kept is None:
            for outcome in self.folded.outcomes:
                for line in outcome.lines:
                    asked[line.campaign] += line.got
            return
        net: Counter[str] = Counter()
        for outcome in self.folded.outcomes:
            for line in outcome.lines:
                net[line.campaign] += line.got
        net.subtract(self.earlier_grants)
        for campaign, points in net.items():
            asked[campaign] += max(points, 0)


Keep = Callable[[Sequence[NewEvent]], None]
"""Writes new events that have been decided."""


def decide_and_post(session: Session, *, refolds: Sequence[Refold], keep: Keep, now: datetime) -> None:
    """Fold, trim to the budgets, and write events, states, shared counters, points and corrections.

    The residents' state rows are locked. Raises TryAgain.
    """
    timeline = load_timeline(session)
    _fold_all(session, refolds, timeline, remaining=None, shared={})
    budgets = find_budgets(session)
    accounts = {key: budget.account_id for key, budget in budgets.items()}
    books = Books(session, accounts, keep, now)
    touching, names = _find_touching(refolds, timeline)
    plenty = _have_plenty(refolds, budgets)
    if plenty:
        others = {refold.resident_id for refold in touching}
        books.write([refold for refold in refolds if refold.resident_id not in others])
        open_to_change = touching
    else:
        open_to_change = list(refolds)
    rows = lock_shared(session, names=names) if names else {}
    shared = dict(rows)
    _fold_all(session, touching, timeline, remaining=None, shared=shared)
    # Asked again, because a goal of everybody's asks for points only now that its counter is known.
    if not (plenty and _have_plenty(refolds, budgets)):
        remaining = _lock_remaining(session, refolds, accounts, timeline)
        asked = _sum_asked(refolds)
        if any(points > remaining[campaign] for campaign, points in asked.items()):
            asked.subtract(_sum_asked(open_to_change))
            for campaign, points in asked.items():
                remaining[campaign] -= points
            shared = dict(rows)
            _fold_all(session, open_to_change, timeline, remaining, shared)
    books.write(open_to_change)
    changed = {name: row for name, row in shared.items() if rows.get(name) != row}
    if changed:
        save_shared(session, rows=changed)
    try:
        books.post()
    except BudgetOverspentError as fault:
        if not plenty:
            raise
        raise TryAgain from fault  # somebody has spent it in between; the next turn sees how little is left


def _have_plenty(refolds: Sequence[Refold], budgets: dict[str, Budget]) -> bool:
    """Whether budgets need no lock before points are posted: nobody could spend that much in between.

    If somebody did, the budget's floor would stop it. Corrections lock budgets before wallets, so they never skip it.
    """
    if any(refold.kept is not None for refold in refolds):
        return False
    return all(points * PLENTY <= budgets[campaign].left for campaign, points in _sum_asked(refolds).items())


def _sum_asked(refolds: Sequence[Refold]) -> Counter[str]:
    asked: Counter[str] = Counter()
    for refold in refolds:
        refold.add_asked(asked)
    return asked


def _lock_remaining(
    session: Session, refolds: Sequence[Refold], accounts: dict[str, int], timeline: Timeline
) -> dict[str, int]:
    """Lock the budgets that are asked, and those that may step in for them; what each has left."""
    touched = _with_alternatives(set(_sum_asked(refolds)), timeline)
    left = lock_budgets(session, account_ids=sorted(accounts[campaign] for campaign in touched))
    return {campaign: left[accounts[campaign]] for campaign in touched}


def _find_touching(refolds: Sequence[Refold], timeline: Timeline) -> tuple[list[Refold], set[str]]:
    """Who might move a shared counter, and all that they might; the first fold has shown which are replayed."""
    touching: list[Refold] = []
    names: set[str] = set()
    if timeline.shared_types:
        for refold in refolds:
            if found := shared_counters(timeline, refold.every_event()):
                touching.append(refold)
                names |= found
    return touching, names


def _with_alternatives(campaigns: set[str], timeline: Timeline) -> set[str]:
    """And those whose offers may step in for one of these, when its budget is spent.

    That is another offer of a stacking group; and where one rule follows from another, any campaign of the rule set.
    """
    touched = set(campaigns)
    for _, artefact in timeline.entries:
        if campaigns and any(isinstance(rule.effect, Multiply | Unlock) for rule in artefact.rules):
            touched |= {rule.campaign for rule in artefact.rules}
            continue
        groups = {rule.stacking.group for rule in artefact.rules if rule.stacking and rule.campaign in campaigns}
        touched |= {rule.campaign for rule in artefact.rules if rule.stacking and rule.stacking.group in groups}
    return touched


def _fold_all(
    session: Session,
    refolds: Sequence[Refold],
    timeline: Timeline,
    remaining: dict[str, int] | None,
    shared: dict[str, SharedRow],
) -> None:
    late: list[Refold] = []
    for refold in refolds:
        try:
            refold.fold(timeline, remaining, shared)
        except NeedsReplay:
            late.append(refold)
    if late:
        kept = load_kept(session, resident_ids=[refold.resident_id for refold in late])
        for refold in late:
            gone = {known.id for known in refold.gone}
            refold.kept = [known for known in kept[refold.resident_id] if known.id not in gone]
            refold.fold(timeline, remaining, shared)


class Books:
    """What was decided, written as soon as it stands; points are posted last, because budgets are everybody's."""

    def __init__(self, session: Session, accounts: dict[str, int], keep: Keep, now: datetime) -> None:
        self._session = session
        self._accounts = accounts
        self._keep = keep
        self._now = now
        self._quarter = quarter_of(now)
        self._awards: list[Award] = []
        self._corrections: list[Correction] = []

    def write(self, refolds: Sequence[Refold]) -> None:
        """Write new events, what changed about earlier ones, and states; remember what is to be posted."""
        if not refolds:
            return
        changed: list[tuple[KeptEvent, Outcome]] = []
        states: dict[int, LockedState] = {}
        for refold in refolds:
            assert refold.folded is not None, "nothing is written undecided"
            replayed = refold.kept is not None
            states[refold.resident_id] = LockedState(refold.folded.state, refold.locked.refolds + replayed)
            if replayed:
                changed.extend(self._settle_replayed(refold))
                continue
            for new, outcome in zip(refold.new, refold.folded.outcomes, strict=True):
                new.outcome, new.reasons = outcome, outcome.reasons
                if outcome.points:
                    self._awards.extend(_awards(new, outcome, self._accounts))
        if changed:
            update_outcomes(self._session, changed=changed, quarter=self._quarter)
        save_states(self._session, states=states)
        self._keep([new for refold in refolds for new in refold.new])

    def post(self) -> None:
        """Move the points. Raises BudgetOverspentError."""
        if self._corrections:
            # Both kinds lock wallets; all at once, or two batches might wait for each other.
            moved = {award.wallet_id for award in self._awards} | {each.wallet_id for each in self._corrections}
            lock_wallets(self._session, wallet_ids=sorted(moved))
        post_awards(self._session, awards=self._awards, now=self._now)
        post_corrections(self._session, corrections=self._corrections, now=self._now)

    def _settle_replayed(self, refold: Refold) -> list[tuple[KeptEvent, Outcome]]:
        outcomes = refold.outcomes()
        for new in refold.new:
            new.outcome = outcomes[new.event.key]
            new.reasons = new.outcome.reasons
        different = [(known, outcomes[known.event.key]) for known in refold.kept or [] if _differs(known, outcomes)]
        if refold.new:
            refold.new[0].adjusted = sum(outcome.points - known.points for known, outcome in different)
        self._corrections.extend(_late_awards(refold, self._accounts, self._quarter))
        self._corrections.extend(_corrections(refold, different, self._accounts, self._quarter))
        return different


def _differs(known: KeptEvent, outcomes: dict[tuple[datetime, str, str], Outcome]) -> bool:
    outcome = outcomes[known.event.key]
    return outcome.lines != known.lines or outcome.reasons != known.reasons or outcome.shared != known.shared


def _awards(new: NewEvent, outcome: Outcome, accounts: dict[str, int]) -> list[Award]:
    return [
        Award(
            event_id=new.id,
            budget_account=accounts[line.campaign],
            wallet_id=new.resident_id,
            points=line.got,
            effective_at=new.event.happened_at,
        )
        for line in outcome.lines
        if line.got
    ]


def _late_awards(refold: Refold, accounts: dict[str, int], quarter: int) -> list[Correction]:
    """What new events of a refold earn. Posted with its corrections, so that what moves to them from others meets."""
    return [
        Correction(
            cause_event_id=new.id,
            refold=refold.locked.refolds + 1,
            budget_account=accounts[line.campaign],
            wallet_id=refold.resident_id,
            points=line.got,
            quarter=quarter,
            effective_at=new.event.happened_at,
            earned=line.got,
        )
        for new in refold.new
        for line in (new.outcome.lines if new.outcome else ())
        if line.got
    ]


def _corrections(
    refold: Refold, different: list[tuple[KeptEvent, Outcome]], accounts: dict[str, int], quarter: int
) -> list[Correction]:
    """What changes for earlier events: one net movement per campaign and quarter, in the name of the cause."""
    net: Counter[tuple[str, int]] = Counter()
    for known, outcome in different:
        after: Counter[str] = Counter()
        for line in outcome.lines:
            after[line.campaign] += line.got
        after.subtract(known.grants)
        for campaign, points in after.items():
            net[campaign, quarter if points > 0 else known.quarter] += points
    for known in refold.gone:
        for campaign, points in known.grants.items():
            net[campaign, known.quarter] -= points
    causes = [known.event for known in refold.gone] + refold.events()
    effective_at = max(cause.happened_at for cause in causes)
    moved = sorted(net.items(), key=lambda item: (-item[1], item[0]))
    return [
        Correction(
            cause_event_id=refold.cause_id,
            refold=refold.locked.refolds + 1,
            budget_account=accounts[campaign],
            wallet_id=refold.resident_id,
            points=points,
            quarter=at_quarter,
            effective_at=effective_at,
        )
        for (campaign, at_quarter), points in moved
        if points
    ]
