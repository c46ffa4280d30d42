"""Pages for everybody: what this is, and the public register of rules."""

from __future__ import annotations

from datetime import date

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from app.core.clock import london_date
from app.offers.queries import RewardRead, list_rewards
from app.rulebook.queries import RuleRead, list_rules
from app.web.callers import get_runtime
from app.web.languages import mark
from app.web.pages.demo_people import list_people, one_of_each
from app.web.pages.register import list_register
from app.web.pages.rendering import render
from app.web.pages.visits import visit_token
from app.web.session_cookies import begin_visit, keep_visit

SHOWN = 6
PRIORITIES = {
    mark("Getting around"): {"transit.tap", "transit.trip", "cycle.trip", "parking.stay"},
    mark("Giving time"): {"volunteer.session"},
    mark("Health"): {"walk.day", "health.session"},
    mark("Home and energy"): {"home.energy_visit", "home.safety_check"},
    mark("Climate and clean streets"): {"litter.pick", "recycle.drop"},
    mark("Taking part"): {"checkin.scan", "engage.consultation", "survey.completed", "referral.qualified"}
    | {"challenge.unlocked"},
}
"""The council's priorities, each with the types of event that serve it."""

router = APIRouter(include_in_schema=False)


@router.get("/")
def front(request: Request) -> Response:
    """In the demonstration with forms, which somebody sends who is not signed in yet."""
    runtime, people = get_runtime(request), one_of_each(list_people(request))
    today = london_date(runtime.clock.now())
    ways, rewards = runtime.database.in_transaction(lambda session: (_choose_ways(session, today), _choose(session)))
    if not people:
        return render(request, "front.html", people=people, ways=ways, rewards=rewards)
    visit = begin_visit(request)
    token = visit_token(request, visit)
    page = render(request, "front.html", people=people, csrf=token, ways=ways, rewards=rewards)
    keep_visit(request, page, visit)
    return page


def _choose_ways(session: Session, today: date) -> list[RuleRead]:
    """The first rule of each campaign that has one today: something for everybody."""
    rules = [rule for rule in list_rules(session) if rule.in_force(today)]
    return list({rule.campaign: rule for rule in reversed(rules)}.values())[:SHOWN]


def _choose(session: Session) -> list[RewardRead]:
    """One of each partner, the cheapest."""
    rewards = [reward for reward in list_rewards(session).items if reward.stock_left != 0]
    return list({reward.partner.id: reward for reward in reversed(rewards)}.values())[-SHOWN:]


@router.get("/ways-to-earn")
def ways_to_earn(request: Request) -> Response:
    """The public register; events that nobody has a rule for are not on it."""
    runtime = get_runtime(request)
    today = london_date(runtime.clock.now())
    entries = runtime.database.in_transaction(lambda session: list_register(session, today=today))
    groups = {
        words: [entry for entry in entries if entry.on and entry.rule.trigger in triggers]
        for words, triggers in PRIORITIES.items()
    }
    return render(request, "ways_to_earn.html", groups={words: found for words, found in groups.items() if found})
