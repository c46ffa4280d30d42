"""The ledger told again in plain Python, with dictionaries by quarter instead of a ring, and no SQL."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, datetime
from fractions import Fraction
from math import ceil, floor
from zoneinfo import ZoneInfo

from tests.ledger.funds import Funds

LONDON = ZoneInfo("Europe/London")


class Refused(Exception):
    """The model's refusal: the name of the ledger's error class, and the facts that it must carry."""

    def __init__(self, name: str, **facts: object) -> None:
        super().__init__(name)
        self.name = name
        self.facts = facts


@dataclass
class ModelHold:
    """Points by quarter, set aside."""

    wallet: int
    lots: dict[int, int]
    state: str = "open"

    @property
    def points(self) -> int:
        return sum(self.lots.values())


def quarter_at(now: datetime) -> int:
    day = now.astimezone(LONDON).date()
    return day.year * 4 + (day.month + 2) // 3 - 1


def gone_on(quarter: int) -> date:
    """First day of the sixth quarter after: a quarter's points live through the five that follow it."""
    later = quarter + 6
    return date(later // 4, 3 * (later % 4) + 1, 1)


@dataclass
class Given:
    """Points of one event out of one budget into one wallet, in one quarter."""

    budget: str
    wallet: int
    points: int
    quarter: int


@dataclass
class Model:
    """Every balance there is. Names of accounts are pairs of kind and owner."""

    wallets: dict[int, Counter[int]] = field(default_factory=dict)
    holds: dict[int, ModelHold] = field(default_factory=dict)
    others: Counter[str] = field(default_factory=Counter)
    oldest: int | None = None
    rate: int = 100
    funds: Funds = field(default_factory=Funds)
    """Whose money is behind points."""
    owed: Counter[tuple[int, str]] = field(default_factory=Counter)
    """Written off by wallet and budget, and not set right."""
    by_refold: Counter[tuple[int, str]] = field(default_factory=Counter)
    """What refolds wrote off, less what refolds gave again; a person's decision is for a person to undo."""
    gave: dict[int, list[Given]] = field(default_factory=dict)
    """By event, what it gave and nobody has reversed yet."""
    loser: dict[int, int] = field(default_factory=dict)
    lost: Counter[tuple[int, str]] = field(default_factory=Counter)
    """By event and budget, what was ever written off in the event's name."""

    def left(self, budget: str) -> int:
        """What the budget may still give: what was written off into it has no money behind it."""
        return self.others[budget] - sum(points for (_, owing), points in self.owed.items() if owing == budget)

    def outstanding(self) -> int:
        budgets = {budget for _, budget in self.owed} | {"litter", "buses"}
        wallets = sum(sum(lots.values()) for lots in self.wallets.values())
        holds = sum(hold.points for hold in self.holds.values() if hold.state == "open")
        return wallets + holds + sum(self.left(budget) for budget in budgets)

    def live(self, now: datetime) -> list[int]:
        return [quarter_at(now) - age for age in (5, 4, 3, 2, 1, 0)]

    def available(self, wallet: int, now: datetime) -> int:
        return sum(self.wallets[wallet][quarter] for quarter in self.live(now))

    def held(self, wallet: int) -> int:
        return sum(hold.points for hold in self.holds.values() if hold.wallet == wallet and hold.state == "open")

    def expiring(self, wallet: int, now: datetime) -> list[tuple[int, date]]:
        lots = self.wallets[wallet]
        return [(lots[quarter], gone_on(quarter)) for quarter in self.live(now) if lots[quarter]]

    def check_open_to(self, quarter: int) -> None:
        if self.oldest is None or not self.oldest <= quarter <= self.oldest + 7:
            raise Refused("SweepOverdueError")

    def pay_in(self, pot: str, pence: int) -> None:
        self.others[pot] += pence
        self.others["issued pence"] -= pence

    def back(self, pot: str, pence: int) -> None:
        if self.others[pot] < pence:
            raise Refused("PotTooSmall", available_pence=self.others[pot], wanted_pence=pence)
        self.others[pot] -= pence
        self.others["backing"] += pence
        self.funds.put[pot] += pence

    def change_rate(self, pot: str, to: int, least: int) -> None:
        if to < least:
            raise Refused("RateTooLow", least_pence_per_100_points=least)
        self.back(pot, max(0, ceil(Fraction(self.outstanding() * to, 100)) - self.others["backing"]))
        self.rate = to

    def fund(self, pot: str, budget: str, points: int, now: datetime) -> None:
        pence = ceil(Fraction(points * self.rate, 100))
        self.back(pot, pence)
        self.funds.paid[pot, budget] += pence
        self.funds.bought[budget] += points
        self.others["issued points"] -= points
        self.others[budget] += points
        if self.oldest is None:
            self.oldest = quarter_at(now) - 2

    def award(self, awards: list[tuple[str, int, int]], now: datetime, first_event: int) -> None:
        spent = Counter[str]()
        for budget, _, points in awards:
            spent[budget] += points
        if any(self.left(budget) < points for budget, points in spent.items()):
            raise Refused("BudgetOverspentError")
        if awards:
            self.check_open_to(quarter_at(now))
        if any(wallet not in self.wallets for _, wallet, _ in awards):
            raise Refused("AccountMissingError")
        for place, (budget, wallet, points) in enumerate(awards):
            self.others[budget] -= points
            self.wallets[wallet][quarter_at(now)] += points
            self.funds.came[wallet, quarter_at(now)][budget] += points
            self.gave[first_event + place] = [Given(budget, wallet, points, quarter_at(now))]

    def landing(self, quarter: int, now: datetime) -> int:
        today = now.astimezone(LONDON).date()
        lasting = [live for live in self.live(now) if (gone_on(live) - today).days >= 30]
        return max(lasting[0], quarter)

    def correct(self, corrections: list[tuple[str, int, int, int, int]], now: datetime, first_event: int) -> None:
        """Each is a budget, a wallet, points up or down, the quarter of the award, and how many a new event earned."""
        before = deepcopy(self)
        try:
            self._correct(corrections, now, first_event)
        except Refused:
            vars(self).update(vars(before))
            raise

    def _correct(self, corrections: list[tuple[str, int, int, int, int]], now: datetime, first_event: int) -> None:
        events = list(enumerate(corrections, first_event))
        for event, (budget, wallet, points, quarter, earned) in events:
            if points <= 0:
                continue
            pair = wallet, budget
            again = max(0, min(points - earned, self.owed[pair], self.by_refold[pair]))
            self.owed[pair] -= again
            self.by_refold[pair] -= again
            self.others[f"owed {wallet}"] += again
            self.others[budget] -= points
            if points > again:
                landing = self.landing(quarter, now)
                self.check_open_to(landing)
                self.wallets[wallet][landing] += points - again
                self.funds.came[wallet, landing][budget] += points - again
                self.gave.setdefault(event, []).append(Given(budget, wallet, points - again, landing))
        for event, (budget, wallet, points, quarter, _) in events:
            if points < 0:
                missing = -points - self.take(budget, wallet, -points, quarter, now)
                self.write_off(event, budget, wallet, missing)
                self.by_refold[wallet, budget] += missing
        if any(self.left(budget) < 0 for budget, *_ in corrections):
            raise Refused("BudgetOverspentError")

    def take(self, budget: str, wallet: int, points: int, own: int, now: datetime) -> int:
        """Up to so many points from the wallet to the budget: of the own quarter, then the newest; how many."""
        taken = 0
        for quarter in [own, *reversed(self.live(now))]:
            amount = min(points - taken, self.wallets[wallet][quarter])
            self.wallets[wallet][quarter] -= amount
            self.funds.came[wallet, quarter][budget] -= amount
            taken += amount
        self.others[budget] += taken
        return taken

    def write_off(self, event: int, budget: str, wallet: int, points: int) -> None:
        self.others[budget] += points
        self.others[f"owed {wallet}"] -= points
        self.owed[wallet, budget] += points
        self.lost[event, budget] += points
        self.loser[event] = wallet

    def reverse(self, event: int, wallet: int, most: dict[str, int], now: datetime) -> tuple[int, int]:
        """Points taken back and points written off."""
        room, taken, written_off, kept = dict(most), 0, 0, []
        for given in self.gave.get(event, []):
            amount = min(given.points, room.get(given.budget, 0)) if given.wallet == wallet else 0
            if not amount:
                kept.append(given)
                continue
            room[given.budget] -= amount
            there = self.take(given.budget, wallet, amount, given.quarter, now)
            self.write_off(event, given.budget, wallet, amount - there)
            taken, written_off = taken + there, written_off + amount - there
        if not taken + written_off:
            raise Refused("NothingToReverse")
        self.gave[event] = kept
        return taken, written_off

    def claw_back(self, event: int, wallet: int, points: int, budgets: list[str], now: datetime) -> None:
        """`budgets` are in the order of their accounts."""
        there = {budget: min(self.lost[event, budget], self.owed[wallet, budget]) for budget in budgets}
        available = self.available(wallet, now)
        if points > min(available, sum(there.values())):
            raise Refused("ClawbackTooLarge", written_off=sum(there.values()), available=available)
        for budget, most in there.items():
            amount = min(points, most)
            points -= amount
            self.take(budget, wallet, amount, quarter_at(now), now)
            self.others[budget] -= amount
            self.others[f"owed {wallet}"] += amount
            self.owed[wallet, budget] -= amount

    def hold(self, wallet: int, points: int, now: datetime) -> ModelHold:
        if wallet not in self.wallets:
            raise Refused("WalletNotFound")
        available = self.available(wallet, now)
        if available < points:
            raise Refused("InsufficientPoints", available=available, wanted=points)
        lots: dict[int, int] = {}
        for quarter in self.live(now):
            amount = min(points - sum(lots.values()), self.wallets[wallet][quarter])
            if amount:
                lots[quarter] = amount
                self.wallets[wallet][quarter] -= amount
        return ModelHold(wallet, lots)

    def find_open(self, hold_id: int) -> ModelHold:
        if hold_id not in self.holds:
            raise Refused("HoldNotFound")
        hold = self.holds[hold_id]
        if hold.state != "open":
            raise Refused("HoldResolved", state=hold.state)
        return hold

    def capture(self, hold_id: int, payee: str, partner: str, cost: int) -> None:
        hold = self.find_open(hold_id)
        most = floor(Fraction(hold.points * self.rate, 100))
        if cost > most:
            raise Refused("CostAboveBacking", cost_pence=cost, most_pence=most)
        if cost and cost > self.others["backing"]:
            raise Refused("BackingSpent")
        self.others["backing"] -= cost
        self.others[partner] += cost
        self.others[payee] += hold.points
        hold.state = "captured"
        lots = [(hold.wallet, quarter, points) for quarter, points in hold.lots.items()]
        self.funds.use(lots, most)

    def release(self, hold_ids: list[int], now: datetime) -> None:
        holds = [self.find_open(hold_id) for hold_id in sorted(hold_ids)]
        for hold in holds:
            for quarter in hold.lots:
                self.check_open_to(self.landing(quarter, now))
        for hold in holds:
            for quarter, points in hold.lots.items():
                self.wallets[hold.wallet][self.landing(quarter, now)] += points
            hold.state = "released"

    def sweep(self, now: datetime, batch: int) -> None:
        if self.oldest is None:
            return
        first_live = self.live(now)[0]
        for quarter in range(self.oldest, first_live):
            holders = sorted(wallet for wallet, lots in self.wallets.items() if lots[quarter])
            for start in range(0, len(holders), batch):
                lots = [
                    (wallet, quarter, self.wallets[wallet].pop(quarter)) for wallet in holders[start : start + batch]
                ]
                points = sum(points for *_, points in lots)
                self.others["breakage"] += points
                self.give_back(lots, floor(Fraction(points * self.rate, 100)))
        self.oldest = max(self.oldest, first_live)

    def give_back(self, lots: list[tuple[int, int, int]], pence: int) -> None:
        for pot, share in self.funds.use(lots, pence).items():
            self.others["backing"] -= share
            self.others[pot] += share
            self.funds.used[pot] -= share
            self.funds.back[pot] += share
