"""Why a reward, or a change of one, can't be proposed or decided."""

from __future__ import annotations

from app.core.errors import Conflict, Invalid, NotFound


class RewardUnfit(Invalid):
    """`field` says which part of it."""

    code = "reward-unfit"

    def __init__(self, field: str, advice: str) -> None:
        self.field = field
        super().__init__(advice)


class RewardChanged(Conflict):
    """Somebody changed the reward, or what waits about it, after it was read."""

    code = "reward-changed"

    def __init__(self) -> None:
        super().__init__("This reward, or what waits to be decided about it, has changed. Read it again first.")


class ProposalUnknown(NotFound):
    """No such proposal, or another partner's."""

    code = "reward-proposal-unknown"

    def __init__(self) -> None:
        super().__init__("There is no proposal with this id.")


class ProposalDecided(Conflict):
    """It was approved, refused or withdrawn, or a newer one took its place (replaced)."""

    code = "reward-proposal-decided"

    def __init__(self, *, decision: str) -> None:
        self.decision = decision
        super().__init__(f"This proposal has been {decision} already. Read what waits now.")


class ContractMissing(Conflict):
    """Nobody has agreed what the partner is paid for it."""

    code = "contract-missing"

    def __init__(self) -> None:
        super().__init__("This partner has no contract, so nobody knows what it is paid. Agree one first.")


class TooManyProposals(Conflict):
    """A person has to look at each."""

    code = "too-many-reward-proposals"

    def __init__(self, *, most: int) -> None:
        self.most = most
        super().__init__(f"{most} new rewards of yours wait already. Wait until some have been decided.")
