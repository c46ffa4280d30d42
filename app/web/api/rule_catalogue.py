"""What a form for rules is drawn from."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

from fastapi import APIRouter

from app.rulebook.queries import list_zones
from app.web.api.answers import declines
from app.web.callers import Anybody
from rules.forms import Choice, RuleForm, draw_form

router = APIRouter(tags=["rules"])

_FORM: Final = draw_form()
_PARTS: Final = {one.name: getattr(_FORM, one.name) for one in fields(RuleForm)}


@dataclass(frozen=True, slots=True)
class RuleCatalogue(RuleForm):
    """A rule's form, and the scheme's own `zones`, those that begin on a day to come among them."""

    zones: tuple[Choice, ...]


@router.get("/v1/rules/catalogue", responses=declines())
def show_rule_catalogue(call: Anybody) -> RuleCatalogue:
    """Event types, facts, operators and parts of a rule, with labels, units, bounds and choices. Open to all."""
    zones = call.run(list_zones)
    return RuleCatalogue(**_PARTS, zones=tuple(Choice(zone.name, zone.title) for zone in zones))
