"""Every page, in one router; none of them is in the API's description."""

from __future__ import annotations

from fastapi import APIRouter

from app.web.pages import (
    asking,
    demo_provider,
    desk,
    front,
    helping,
    installing,
    join,
    leaving,
    officer,
    own_account,
    own_campaigns,
    own_cards,
    own_check_in,
    own_choices,
    own_people,
    resident,
    rewards,
    sessions,
    sign_in,
    sign_in_codes,
    signed_out,
    stop_messages,
    terms,
    till,
    till_devices,
    till_pairing,
    vouchers,
)
from app.web.pages.council import routes as council
from app.web.pages.hosting import register, screen
from app.web.pages.hosting import sessions as hosting_sessions
from app.web.pages.money import routes as money_pages
from app.web.pages.partner import routes as partner_pages
from app.web.pages.rulewriting import backtests, beginning, comparing, draft, editing, examples, forecasts, live
from app.web.pages.support import acting, adjustments, letters, opening, papers, residents

router = APIRouter(include_in_schema=False)
for pages in (
    front,
    terms,
    resident,
    rewards,
    vouchers,
    till,
    till_devices,
    till_pairing,
    officer,
    desk,
    backtests,
    beginning,
    comparing,
    draft,
    editing,
    examples,
    forecasts,
    live,
):
    router.include_router(pages.router)
router.include_router(council.router)
for pages in (residents, acting, papers, opening, letters, adjustments):
    router.include_router(pages.router)
for pages in (hosting_sessions, register, screen):
    router.include_router(pages.router)
for pages in (
    helping,
    installing,
    own_account,
    own_choices,
    own_campaigns,
    own_cards,
    own_people,
    own_check_in,
    asking,
    leaving,
):
    router.include_router(pages.router)
for pages in (sign_in, sign_in_codes, join, sessions, demo_provider, stop_messages):
    router.include_router(pages.router)
router.include_router(partner_pages.router)
router.include_router(money_pages.router)
router.include_router(signed_out.router)
