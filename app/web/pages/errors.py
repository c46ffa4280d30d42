"""A refusal as a page in plain English, on addresses that people visit."""

from __future__ import annotations

from http import HTTPStatus

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from app.web.languages import mark
from app.web.pages.entering import JOIN
from app.web.pages.rendering import render
from app.web.pages.visits import find_joining, show_as_nobody
from app.web.problems import Problem
from app.web.session_cookies import drop_session_cookie

SENTENCES = {
    "path-unknown": mark("If you typed the address, check it is right. If you pasted it, check you copied all of it."),
    "method-not-allowed": mark("Go back and use the links and buttons of the page."),
    "event-unknown": mark("This is not on the list of what you did."),
    "reward-unknown": mark("This reward is not on our list, or no longer."),
    "cursor-unknown": mark("Go back to the beginning of the list."),
    "content-type-unsupported": mark(
        "This was not sent by the form of the page. Open the page again, fill in its form, with the file if it asks "
        "for one, and send it from there."
    ),
    "body-invalid": mark("Part of the form is missing. Open the page again, fill in its form, and send it from there."),
    "headers-too-large": mark("Close this site in all tabs, delete its cookies in the browser, and open it again."),
    "parameter-invalid": mark("Part of the address or the form is missing or wrong. Go back and try again."),
}
"""Where the API's sentence is for programmers."""


def show_problem(request: Request, problem: Problem) -> Response:
    """The page that tells it; somebody who is not signed in is asked to sign in, or join, first."""
    if problem.status == HTTPStatus.UNAUTHORIZED:
        if find_joining(request) is not None:
            return RedirectResponse(JOIN, status_code=303)
        response = RedirectResponse("/sign-in", status_code=303)
        drop_session_cookie(request, response)
        return response
    if problem.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
        show_as_nobody(request)
    sentence = SENTENCES.get(problem.code, problem.detail)
    page = render(request, "error.html", status=problem.status, sentence=sentence, code=problem.code)
    page.headers.update({name: value for name, value in problem.headers.items() if name != "WWW-Authenticate"})
    return page
