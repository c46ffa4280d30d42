"""The officers' pages of money, in one router."""

from __future__ import annotations

from fastapi import APIRouter

from app.web.pages.money import bank_details, files, overview, payments, refunds, reversals, stripe

router = APIRouter(include_in_schema=False)
for pages in (overview, files, reversals, payments, bank_details, refunds, stripe):
    router.include_router(pages.router)
