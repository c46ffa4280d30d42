"""The pages of council officers, in one router."""

from __future__ import annotations

from fastapi import APIRouter

from app.web.pages.council import (
    appeals,
    approvals,
    audit,
    campaign,
    campaign_forms,
    campaign_funding,
    campaign_messages,
    campaigns,
    deputies,
    imports,
    overview,
    partners,
    pausing,
    people,
    review,
    roles,
    unanswered,
)

router = APIRouter(include_in_schema=False)
for pages in (
    overview,
    appeals,
    approvals,
    audit,
    campaigns,
    campaign_forms,
    campaign_funding,
    campaign_messages,
    campaign,
    imports,
    partners,
    review,
    people,
    deputies,
    roles,
    pausing,
    unanswered,
):
    router.include_router(pages.router)
