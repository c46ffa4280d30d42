"""Every route of the HTTP API."""

from __future__ import annotations

from fastapi import APIRouter

from app.web.api import (
    catalogue,
    corrections,
    docs,
    events,
    funding,
    health,
    imports,
    me,
    missing,
    oauth,
    pauses,
    redemptions,
    rewards,
    rules,
    sources,
    terms,
    vouchers,
)

router = APIRouter()
for part in (oauth, events, catalogue, me, rewards, redemptions, vouchers, rules, pauses, terms, health, docs):
    router.include_router(part.router)
for part in (funding, corrections, imports, sources, missing):
    router.include_router(part.router)
