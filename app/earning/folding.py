"""From new events to decided ones: each resident folded in order, budgets trimmed under their lock, books posted.

Budgets are locked only when the fold has shown which ones are asked and for how much: the hot rows are held for the
writes alone. Where a budget can't pay it all, everybody in the batch is folded again, trimmed to what is left.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session

from app.earning.records import KeptEvent, LockedState, NewEvent, load_kept, save_states, update_outcomes
from app.ledger.chart import quarter_of
from app.ledger.posting import Award, Correction, lock_budgets, post_awards, post_corrections
from app.rulebook.queries import find_budgets, load_timeline
from rules.artefact import Timeline
from rules.errors import NeedsReplay
from rules.event import Event, Outcome
from rules.fold import Folded, fold, replay


@dataclass(slots=True)
class Refold:
    """One resident's turn: new events, and, when they can't simply follow, all earlier ones replayed.

    `cause_id` is the event that corrections are booked to: the earliest new one, or the one that was voided. `gone`
    are events that no longer count; their earlier grants come back.
    """

    resident_id: int
    locked: LockedState
    new: list[NewEvent]
    cause_id: int
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

    def fold(self, timeline: Timeline, remaining: dict[str, int] | None) -> None:
        """Decide; raises NeedsReplay when the earlier events are needed and not loaded."""
        if self.kept is None:
            self.folded = fold(timeline, self.locked.state, self.events(), remaining)
            return
        if remaining is not None:
            for campaign, points in self.earlier_grants.items():
                remaining[campaign] = remaining.get(campaign, 0) + points
        self.folded = replay(timeline, [*(known.event for known in self.kept), *self.events()], remaining)

    def outcomes(self) -> dict[tuple[datetime, str, str], Outcome]:
        assert self.folded is not None, "the caller folds first"
        return {outcome.key: outcome for outcome in self.folded.outcomes}

    def asked(self) -> Counter[str]:
        """Net points wanted from each campaign, below zero where some come back."""
        assert self.folded is not None, "the caller folds first"
        wanted: Counter[str] = Counter()
        for outcome in self.folded.outcomes:
            for line in outcome.lines:
                wanted[line.campaign] += line.got
        if self.kept is not None:
            wanted.subtract(self.earlier_grants)
        return wanted


def decide_and_post(session: Session, *, refolds: Sequence[Refold], now: datetime) -> None:
    """Fold, trim to the budgets, and write points, corrections, earlier outcomes and states.

    The residents' state rows are locked. Writing the new events is left to the caller, who knows how many they are.
    """
    timeline = load_timeline(session)
    _fold_all(session, refolds, timeline, remaining=None)
    asked: Counter[str] = Counter()
    for refold in refolds:
        asked.update(refold.asked())
    accounts = {key: budget.account_id for key, budget in find_budgets(session).items()}
    touched = _with_alternatives(set(asked), timeline)
    left = lock_budgets(session, account_ids=sorted(accounts[campaign] for campaign in touched))
    remaining = {campaign: left[accounts[campaign]] for campaign in touched}
    if any(asked[campaign] > remaining[campaign] for campaign in touched):
        _fold_all(session, refolds, timeline, remaining)
    _post(session, refolds, accounts, now)


def _with_alternatives(campaigns: set[str], timeline: Timeline) -> set[str]:
    """And those whose offers may step in for one of these, in a stacking group, when its budget is spent."""
    touched = set(campaigns)
    for _, artefact in timeline.entries:
        groups = {rule.stacking.group for rule in artefact.rules if rule.stacking and rule.campaign in campaigns}
        touched |= {rule.campaign for rule in artefact.rules if rule.stacking and rule.stacking.group in groups}
    return touched


def _fold_all(
    session: Session, refolds: Sequence[Refold], timeline: Timeline, remaining: dict[str, int] | None
) -> None:
    late: list[Refold] = []
    for refold in refolds:
        try:
            refold.fold(timeline, remaining)
        except NeedsReplay:
            late.append(refold)
    if late:
        kept = load_kept(session, resident_ids=[refold.resident_id for refold in late])
        for refold in late:
            gone = {known.id for known in refold.gone}
            refold.kept = [known for known in kept[refold.resident_id] if known.id not in gone]
            refold.fold(timeline, remaining)


def _post(session: Session, refolds: Sequence[Refold], accounts: dict[str, int], now: datetime) -> None:
    quarter = quarter_of(now)
    awards: list[Award] = []
    corrections: list[Correction] = []
    changed: list[tuple[KeptEvent, Outcome]] = []
    states: dict[int, LockedState] = {}
    for refold in refolds:
        assert refold.folded is not None, "nothing is posted undecided"
        outcomes = refold.outcomes()
        for new in refold.new:
            new.outcome = outcomes[new.event.key]
            new.reasons = new.outcome.reasons
        replayed = refold.kept is not None
        states[refold.resident_id] = LockedState(refold.folded.state, refold.locked.refolds + replayed)
        if not replayed:
            awards.extend(_awards(refold, accounts))
            continue
        different = [(known, outcomes[known.event.key]) for known in refold.kept or [] if _differs(known, outcomes)]
        changed.extend(different)
        if refold.new:
            refold.new[0].adjusted = sum(outcome.points - known.points for known, outcome in different)
        corrections.extend(_corrections(refold, different, accounts, quarter))
    post_awards(session, awards=awards, now=now)
    post_corrections(session, corrections=corrections, now=now)
    if changed:
        update_outcomes(session, changed=changed, quarter=quarter)
    save_states(session, states=states)


def _differs(known: KeptEvent, outcomes: dict[tuple[datetime, str, str], Outcome]) -> bool:
    outcome = outcomes[known.event.key]
    return outcome.lines != known.lines or outcome.reasons != known.reasons


def _awards(refold: Refold, accounts: dict[str, int]) -> list[Award]:
    return [
        Award(
            event_id=new.id,
            budget_account=accounts[line.campaign],
            wallet_id=refold.resident_id,
            points=line.got,
            effective_at=new.event.happened_at,
        )
        for new in refold.new
        if new.outcome
        for line in new.outcome.lines
        if line.got
    ]


def _corrections(
    refold: Refold, different: list[tuple[KeptEvent, Outcome]], accounts: dict[str, int], quarter: int
) -> list[Correction]:
    """One net movement per campaign and quarter, gains first, so that nothing is written off that need not be."""
    net: Counter[tuple[str, int]] = Counter()
    for new in refold.new:
        for line in new.outcome.lines if new.outcome else ():
            net[line.campaign, quarter] += line.got
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
