"""The partner's pages, in one router."""

from __future__ import annotations

from fastapi import APIRouter

from app.web.pages.partner import (
    bank,
    integration,
    money,
    offer_changes,
    offers,
    questions,
    staff,
    statements,
    stripe,
    today,
    webhook,
)

router = APIRouter(include_in_schema=False)
for pages in (today, offers, offer_changes, money, bank, stripe, statements, questions, staff, integration, webhook):
    router.include_router(pages.router)
