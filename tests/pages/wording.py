"""Finds words in templates that no catalogue would ever see."""

from __future__ import annotations

import re
from collections.abc import Iterator

from jinja2 import Environment, nodes

CATALOGUE = frozenset({"_", "gettext", "ngettext", "pgettext"})
TOLD = frozenset({"text", "html", "titleText", "summaryText", "caption", "iconFallbackText", "action"})
"""Members of a component's facts that people read."""

_TAG = re.compile(r"<[^>]*>|\{#.*?#\}", re.DOTALL)
_READ = re.compile(r'(?:aria-label|alt|title|placeholder)="([^"]*[A-Za-z][^"]*)"')
_WORD = re.compile(r"[A-Za-z]{2,}")
_SENTENCE = re.compile(r"[A-Z][a-z]+|[a-z]+ [a-z]+|^ ?[a-z]+: ")


def find_hard_coded(environment: Environment, source: str) -> list[str]:
    """Every text of a template that people would read and that goes through no catalogue."""
    tree = environment.parse(source)
    written = "".join(_data(tree)).replace("&nbsp;", " ")
    found = [*_READ.findall(written), *_WORD.findall(_TAG.sub(" ", written))]
    return found + list(_constants(tree, told=False))


def _data(node: nodes.Node) -> Iterator[str]:
    """What stands in the template as it is; an expression is a mark without letters."""
    for one in node.iter_child_nodes():
        if isinstance(one, nodes.TemplateData):
            yield one.data
        elif isinstance(one, nodes.Expr):
            yield "\N{CURRENCY SIGN}"
        else:
            yield from _data(one)


def _constants(node: nodes.Node, *, told: bool) -> Iterator[str]:
    """Texts of expressions; `told` once we are inside something that is shown."""
    for one in node.iter_child_nodes():
        if isinstance(one, nodes.Call) and isinstance(one.node, nodes.Name) and one.node.name in CATALOGUE:
            yield from (text for argument in one.kwargs for text in _constants(argument, told=True))
        elif isinstance(one, nodes.Pair):
            key = one.key.value if isinstance(one.key, nodes.Const) else None
            yield from _constants(nodes.Tuple([one.value], "load"), told=key in TOLD if isinstance(key, str) else told)
        elif isinstance(one, nodes.Const):
            if told and isinstance(one.value, str) and _SENTENCE.search(one.value):
                yield one.value
        elif isinstance(one, nodes.Output | nodes.Assign):
            yield from _constants(one, told=True)
        else:
            yield from _constants(one, told=told and not isinstance(one, nodes.Compare | nodes.Getitem | nodes.Filter))
