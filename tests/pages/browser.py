"""A reader of pages: what a person would find on one, and the forms that they would send."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Self

import httpx2
from starlette.testclient import TestClient


@dataclass
class Form:
    """`fields` as the page filled them in; `boxes` has what each box says when it is ticked."""

    action: str
    method: str = "get"
    fields: dict[str, str] = field(default_factory=dict)
    boxes: dict[str, str] = field(default_factory=dict)


@dataclass
class Tag:
    """One start tag, with the text up to its end."""

    name: str
    attributes: dict[str, str]
    text: str = ""


class Page(HTMLParser):
    """A page as it came: `tags` in order, `forms` with their hidden fields, `text` as read aloud."""

    VOID = frozenset({"meta", "link", "input", "br", "path", "circle", "hr", "img"})

    def __init__(self, response: httpx2.Response) -> None:
        super().__init__()
        self.response = response
        self.status = response.status_code
        self.tags: list[Tag] = []
        self.forms: list[Form] = []
        self._open: list[Tag] = []
        self.unbalanced: list[str] = []
        self._select, self._selected = "", False
        self.feed(response.text)
        self.close()
        self.text = " ".join(" ".join(tag.text for tag in self.find_all("body")).split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        made = Tag(tag, {name: value or "" for name, value in attrs})
        self.tags.append(made)
        if tag not in self.VOID:
            self._open.append(made)
        if tag == "form":
            self.forms.append(Form(made.attributes.get("action", ""), made.attributes.get("method", "get")))
        if "name" in made.attributes and self.forms:
            self._fill_in(made, self.forms[-1])
        if tag == "option" and ("selected" in made.attributes or not self._selected):
            self.forms[-1].fields[self._select] = made.attributes.get("value", "")
            self._selected = True

    def _fill_in(self, made: Tag, form: Form) -> None:
        """What a browser would send of it as it stands: a box that is not ticked sends nothing."""
        name, fields = made.attributes["name"], form.fields
        if made.attributes.get("type") == "checkbox":
            form.boxes[name] = made.attributes.get("value", "")
        if made.name == "select":
            self._select, self._selected = name, False
        elif made.name == "textarea":
            fields[name] = ""
        elif made.name == "input" and (
            made.attributes.get("type") not in ("checkbox", "radio") or "checked" in made.attributes
        ):
            fields[name] = made.attributes.get("value", "")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(Tag(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if self._open and self._open[-1].name == tag:
            ended = self._open.pop()
            if tag == "textarea" and "name" in ended.attributes and self.forms:
                self.forms[-1].fields[ended.attributes["name"]] = ended.text.removeprefix("\n")
        else:
            self.unbalanced.append(tag)

    def handle_data(self, data: str) -> None:
        if any(tag.name == "template" for tag in self._open):
            return  # what scripts may show later
        for tag in self._open:
            tag.text += data

    def find_all(self, name: str) -> list[Tag]:
        return [tag for tag in self.tags if tag.name == name]

    @property
    def title(self) -> str:
        return " ".join(self.find_all("title")[0].text.split())

    @property
    def heading(self) -> str:
        return " ".join(self.find_all("h1")[0].text.split())

    def form(self, action: str) -> Form:
        """The form that is sent to this address, else the first to one with this beginning."""
        exact = [form for form in self.forms if form.action == action]
        return exact[0] if exact else next(form for form in self.forms if form.action.startswith(action))

    def links(self) -> list[str]:
        return [tag.attributes["href"] for tag in self.find_all("a")]


class Browser:
    """One person's browser: follows redirects and keeps cookies, and can't run scripts."""

    def __init__(self, http: TestClient) -> None:
        self.http = http

    def open(self, path: str) -> Page:
        return Page(self.http.get(path))

    def send(self, form: Form, **filled: str) -> Page:
        return Page(self.http.post(form.action, data=form.fields | filled))

    def sign_in(self, person: str) -> Self:
        """By one click on the demonstration's sign-in page."""
        page = self.open("/sign-in")
        form = next(form for form in page.forms if form.fields.get("person") == person)
        self.send(form)
        return self
