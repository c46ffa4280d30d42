"""A refusal as a page in plain English, on addresses that people visit."""

from __future__ import annotations

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from app.web.pages.rendering import render
from app.web.pages.visits import end_session
from app.web.problems import Problem

SENTENCES = {
    "path-unknown": "If you typed the address, check it is right. If you pasted it, check you copied all of it.",
    "method-not-allowed": "Go back and use the links and buttons of the page.",
    "event-unknown": "This is not on the list of what you did.",
    "reward-unknown": "This reward is not on our list, or no longer.",
    "cursor-unknown": "Go back to the beginning of the list.",
    "parameter-invalid": "Part of the address or the form is missing or wrong. Go back and try again.",
}
"""Where the API's sentence is for programmers."""


def show_problem(request: Request, problem: Problem) -> Response:
    """The page that tells it; somebody who is not signed in is asked to sign in first."""
    if problem.status == 401:  # noqa: PLR2004 - Unauthorized
        return end_session(request, RedirectResponse("/sign-in", status_code=303))
    sentence = SENTENCES.get(problem.code, problem.detail)
    page = render(request, "error.html", status=problem.status, sentence=sentence, code=problem.code)
    page.headers.update({name: value for name, value in problem.headers.items() if name != "WWW-Authenticate"})
    return page
