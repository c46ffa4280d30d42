"""What a form for rules is drawn from."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter

from app.web.api.answers import declines
from rules.forms import RuleForm, draw_form

router = APIRouter(tags=["rules"])

_FORM: Final = draw_form()


@router.get("/v1/rules/catalogue", responses=declines())
def show_rule_catalogue() -> RuleForm:
    """Event types, facts, operators and parts of a rule, with labels, units, bounds and choices. Open to all."""
    return _FORM
