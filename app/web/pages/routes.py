"""Every page, in one router; none of them is in the API's description."""

from __future__ import annotations

from fastapi import APIRouter

from app.web.pages import desk, front, officer, resident, rewards, terms, till, till_devices, vouchers

router = APIRouter(include_in_schema=False)
for pages in (front, terms, resident, rewards, vouchers, till, till_devices, officer, desk):
    router.include_router(pages.router)
