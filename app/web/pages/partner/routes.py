"""The partner's pages, in one router."""

from __future__ import annotations

from fastapi import APIRouter

from app.web.pages.partner import bank, money, offer_changes, offers, questions, statements, today

router = APIRouter(include_in_schema=False)
for pages in (today, offers, offer_changes, money, bank, statements, questions):
    router.include_router(pages.router)
