"""Opening a campaign, and changing its title and dates. The last day is asked for, as people say it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from app.core.errors import Conflict, Invalid
from app.identity.queries import OfficerRead
from app.rulebook.campaign_errors import (
    CampaignChanged,
    CampaignCutsRules,
    CampaignDatesUnfit,
    CampaignEndsTooSoon,
    CampaignExists,
    CampaignTitleUnfit,
)
from app.rulebook.campaigns import LONGEST_TITLE, CampaignRead, change_campaign, get_campaign, make_campaign
from app.web.api.campaigns import as_campaign_editor, note_campaign
from app.web.callers import Call
from app.web.languages import mark
from app.web.pages.rendering import render
from app.web.pages.visits import Role, check_form, sign_in_again
from app.web.pages.whole_forms import SentForm, WholeForm
from app.web.problems import status_of

router = APIRouter(include_in_schema=False)

NEW: Final = "/officer/campaigns/new"
CHANGE: Final = "/officer/campaigns/{campaign}/change"
ONE_DAY: Final = timedelta(days=1)
LONGEST_KEY: Final = 60

FIELDS: Mapping[type[Conflict | Invalid], tuple[str, str]] = {
    CampaignTitleUnfit: ("title", mark("Enter a title of at most 100 characters")),
    CampaignExists: (
        "title",
        mark("There is a campaign with such a title already. Choose another, or change that one"),
    ),
    CampaignDatesUnfit: ("last_on", mark("The last day can't be before the first")),
    CampaignEndsTooSoon: ("last_on", mark("The last day has passed. Yesterday, which ends it now, is the earliest")),
    CampaignChanged: (
        "",
        mark("Another officer has changed it meanwhile, to what stands below. Yours is not saved yet"),
    ),
}
"""By refusal: the field it is about, and what is said there."""
NO_DATE: Final = mark("Enter a day")


@dataclass(frozen=True)
class _Dates:
    starts_on: date
    ends_on: date


@router.get(NEW)
def ask(request: Request) -> Response:
    sign_in_again(request, Role.OFFICER, as_campaign_editor)
    return _show(request)


@router.post(NEW)
def open_one(request: Request, form: SentForm) -> Response:
    call = sign_in_again(request, Role.OFFICER, as_campaign_editor)
    check_form(request, form.one("csrf"))
    dates, faults = _read_dates(form)
    if dates is None:
        return _show(request, form=form, faults=faults)
    title = form.one("title")

    def serve(session: Session, officer: OfficerRead) -> CampaignRead:
        opened = make_campaign(session, key=make_key(title, dates.starts_on), title=title, **vars(dates), now=call.now)
        return note_campaign(session, officer, "campaign.opened", opened, call.now)

    try:
        opened = call.run(as_campaign_editor, serve)
    except (Conflict, Invalid) as refusal:
        return _show(request, form=form, faults=_say(refusal), status=status_of(type(refusal)))
    return RedirectResponse(f"/officer/campaigns/{opened.key}?done=campaign_opened", status_code=303)


@router.get(CHANGE)
def show_form(request: Request, campaign: str) -> Response:
    return _show(request, campaign=_find(sign_in_again(request, Role.OFFICER), campaign))


@router.post(CHANGE)
def change(request: Request, campaign: str, form: SentForm) -> Response:
    """The form carries the revision that the officer has read; after another's change it comes back with both."""
    call = sign_in_again(request, Role.OFFICER, as_campaign_editor)
    check_form(request, form.one("csrf"))
    dates, faults = _read_dates(form)
    if dates is None:
        return _show(request, campaign=_find(call, campaign), form=form, faults=faults)

    def serve(session: Session, officer: OfficerRead) -> CampaignRead:
        revision, title = form.one("revision"), form.one("title")
        changed = change_campaign(
            session, key=campaign, revision=revision, title=title, **vars(dates), now=call.now
        )  # fmt: skip
        return note_campaign(session, officer, "campaign.changed", changed, call.now)

    try:
        call.run(as_campaign_editor, serve)
    except (Conflict, Invalid) as refusal:
        known, status = _find(call, campaign), status_of(type(refusal))
        return _show(request, campaign=known, form=form, faults=_say(refusal), status=status)
    return RedirectResponse(f"/officer/campaigns/{campaign}?done=campaign_changed", status_code=303)


def make_key(title: str, starts_on: date) -> str:
    """What rules name it by, from its title; from its first day where that has no letter of ours."""
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "_", plain).strip("_") or f"{starts_on:%Y_%m_%d}"
    return f"cmp_{words[:LONGEST_KEY].rstrip('_')}"


def _find(call: Call, key: str) -> CampaignRead:
    return call.run(as_campaign_editor, lambda session, _: get_campaign(session, key=key, now=call.now))


def _read_dates(form: WholeForm) -> tuple[_Dates | None, dict[str, str]]:
    """The campaign is over on the day after the last one."""
    read: dict[str, date] = {}
    for name, days in (("first_on", timedelta()), ("last_on", ONE_DAY)):
        try:
            read[name] = date.fromisoformat(form.one(name)) + days
        except (ValueError, OverflowError):
            continue
    faults = {name: NO_DATE for name in ("first_on", "last_on") if name not in read}
    return (None, faults) if faults else (_Dates(read["first_on"], read["last_on"]), {})


def _say(refusal: Conflict | Invalid) -> dict[str, str]:
    if isinstance(refusal, CampaignCutsRules):
        return {"last_on": str(refusal)}
    field, said = FIELDS.get(type(refusal), ("", str(refusal)))
    return {field: said}


def _show(
    request: Request,
    *,
    campaign: CampaignRead | None = None,
    form: WholeForm | None = None,
    faults: Mapping[str, str] | None = None,
    status: int = 422,
) -> Response:
    """Of a new one without `campaign`; the status is of a form that is wrong."""
    stands = (
        {
            "title": campaign.title,
            "first_on": campaign.starts_on.isoformat(),
            "last_on": (campaign.ends_on - ONE_DAY).isoformat(),
        }
        if campaign
        else {}
    )
    return render(
        request,
        "council/campaign_form.html",
        status=status if faults else 200,
        campaign=campaign,
        last_on=campaign.ends_on - ONE_DAY if campaign else None,
        values=form.as_sent() if form else stands,
        faults=faults or {},
        longest=LONGEST_TITLE,
    )
