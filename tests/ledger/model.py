"""The ledger told again in plain Python, with dictionaries by quarter instead of a ring, and no SQL."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from zoneinfo import ZoneInfo

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
class Model:
    """Every balance there is. Names of accounts are pairs of kind and owner."""

    wallets: dict[int, Counter[int]] = field(default_factory=dict)
    holds: dict[int, ModelHold] = field(default_factory=dict)
    others: Counter[str] = field(default_factory=Counter)
    oldest: int | None = None

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

    def pay_in(self, pence: int) -> None:
        self.others["pot"] += pence
        self.others["issued pence"] -= pence

    def fund(self, budget: str, points: int, now: datetime) -> None:
        if self.others["pot"] < points:  # a penny a point
            raise Refused("PotTooSmall", available_pence=self.others["pot"], wanted_pence=points)
        self.others["pot"] -= points
        self.others["backing"] += points
        self.others["issued points"] -= points
        self.others[budget] += points
        if self.oldest is None:
            self.oldest = quarter_at(now) - 2

    def award(self, awards: list[tuple[str, int, int]], now: datetime) -> None:
        spent = Counter[str]()
        for budget, _, points in awards:
            spent[budget] += points
        if any(self.others[budget] < points for budget, points in spent.items()):
            raise Refused("BudgetOverspentError")
        if awards:
            self.check_open_to(quarter_at(now))
        if any(wallet not in self.wallets for _, wallet, _ in awards):
            raise Refused("AccountMissingError")
        for budget, wallet, points in awards:
            self.others[budget] -= points
            self.wallets[wallet][quarter_at(now)] += points

    def landing(self, quarter: int, now: datetime) -> int:
        today = now.astimezone(LONDON).date()
        lasting = [live for live in self.live(now) if (gone_on(live) - today).days >= 30]
        return max(lasting[0], quarter)

    def correct(self, corrections: list[tuple[str, int, int, int]], now: datetime) -> None:
        """Each correction is a budget, a wallet, points up or down, and the quarter of the award."""
        given = [correction for correction in corrections if correction[2] > 0]
        taken = [correction for correction in corrections if correction[2] < 0]
        for _, _, _, quarter in given:
            self.check_open_to(self.landing(quarter, now))
        net = Counter[str]()
        for budget, _, points, _ in corrections:
            net[budget] += points
        if any(self.others[budget] < points for budget, points in net.items()):
            raise Refused("BudgetOverspentError")
        for budget, wallet, points, quarter in given:
            self.others[budget] -= points
            self.wallets[wallet][self.landing(quarter, now)] += points
        for budget, wallet, points, quarter in taken:
            self.others[budget] -= points
            missing = -points
            for source in [quarter, *reversed(self.live(now))]:
                amount = min(missing, self.wallets[wallet][source])
                self.wallets[wallet][source] -= amount
                missing -= amount
            self.others["receivable"] -= missing

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
        if cost > hold.points:
            raise Refused("CostAboveBacking", cost_pence=cost, most_pence=hold.points)
        if cost and cost > self.others["backing"]:
            raise Refused("BackingSpent")
        self.others["backing"] -= cost
        self.others[partner] += cost
        self.others[payee] += hold.points
        hold.state = "captured"

    def release(self, hold_ids: list[int], now: datetime) -> None:
        holds = [self.find_open(hold_id) for hold_id in sorted(hold_ids)]
        for hold in holds:
            for quarter in hold.lots:
                self.check_open_to(self.landing(quarter, now))
        for hold in holds:
            for quarter, points in hold.lots.items():
                self.wallets[hold.wallet][self.landing(quarter, now)] += points
            hold.state = "released"

    def sweep(self, now: datetime) -> None:
        if self.oldest is None:
            return
        first_live = self.live(now)[0]
        for lots in self.wallets.values():
            for quarter in [quarter for quarter in lots if quarter < first_live]:
                self.others["breakage"] += lots.pop(quarter)
        self.oldest = max(self.oldest, first_live)
