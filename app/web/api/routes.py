"""Every route of the HTTP API."""

from __future__ import annotations

from fastapi import APIRouter

from app.web.api import catalogue, docs, events, health, me, oauth, pauses, redemptions, rewards, rules, terms, vouchers

router = APIRouter()
for part in (oauth, events, catalogue, me, rewards, redemptions, vouchers, rules, pauses, terms, health, docs):
    router.include_router(part.router)
