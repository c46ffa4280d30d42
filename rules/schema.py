"""What a place of a document must hold, in words that are made from the schema of the model and never typed twice."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

Node = Mapping[str, Any]
_NULL: Final = "null"
_FORMATS: Final = {
    "date": "a date, such as 2026-06-01",
    "date-time": "a time with its zone, such as 2026-06-01T07:30:00Z",
}


def find_place(schema: Node, loc: Sequence[str | int], *, keep_last: bool) -> tuple[str, tuple[Node, ...]]:
    """The path as people write it, `limits[0].times`, and what may stand there.

    `loc` also has the names of branches of a choice, which the document does not contain. `keep_last` says that its
    last step is a field even if the schema has none of that name.
    """
    path = ""
    nodes: tuple[Node, ...] = (schema,)
    for index, step in enumerate(loc):
        tagged = [tags[step] for node in nodes for tags in _mappings_of(node) if step in tags]
        if tagged:
            nodes = tuple({"$ref": reference} for reference in tagged)
            continue
        inner = tuple(child for node in nodes for branch in branches(node, schema) for child in _children(branch, step))
        if inner or (keep_last and index == len(loc) - 1):
            path, nodes = write_step(path, step), inner
    return path, nodes


def write_step(path: str, step: str | int) -> str:
    if isinstance(step, int):
        return f"{path}[{step}]"
    return f"{path}.{step}" if path else step


def branches(node: Node, schema: Node) -> Iterator[Node]:
    """The choices of a node, one or many alike, with references followed."""
    if "$ref" in node:
        found = schema["$defs"][node["$ref"].rsplit("/", 1)[-1]]
        yield from branches({**found, **{name: what for name, what in node.items() if name != "$ref"}}, schema)
    elif choices := node.get("anyOf") or node.get("oneOf"):
        for choice in choices:
            yield from branches(choice, schema)
    else:
        yield node


def tags_of(nodes: Sequence[Node]) -> list[str]:
    """The kinds that may stand here."""
    return [str(tag) for node in nodes for tags in _mappings_of(node) for tag in tags]


def _mappings_of(node: Node) -> Iterator[Mapping[str | int, str]]:
    """From kind to model, of a choice that is told apart by its `kind`."""
    if "mapping" in node.get("discriminator", {}):
        yield node["discriminator"]["mapping"]
    for choice in node.get("anyOf", ()):
        yield from _mappings_of(choice)


def _children(node: Node, step: str | int) -> Iterator[Node]:
    if isinstance(step, int):
        if "items" in node:
            yield node["items"]
    elif step in node.get("properties", {}):
        yield node["properties"][step]
    else:
        values = [*node.get("patternProperties", {}).values(), node.get("additionalProperties")]
        yield from (value for value in values if isinstance(value, dict) and not step.startswith("["))


def describe(nodes: Sequence[Node], schema: Node) -> str:
    """What follows "This must be"."""
    told = [node["description"] for node in nodes if "description" in node]
    if told:
        return str(told[0])
    every = [branch for node in nodes for branch in branches(node, schema)]
    words = [_describe(branch) for branch in every if branch.get("type") != _NULL]
    words += ["null"] if any(branch.get("type") == _NULL for branch in every) else []
    return " or ".join(dict.fromkeys(words)) or "left out"


def _describe(node: Node) -> str:
    match node.get("type"):
        case "integer":
            return f"a whole number from {node['minimum']:,} to {node['maximum']:,}"
        case "boolean":
            return "true or false"
        case "array":
            least, most = node.get("minItems", 0), node["maxItems"]
            return f"a list of {least} to {most}" if least else f"a list of at most {most}"
        case "object":
            return "a group of fields"
        case _:
            return _describe_text(node)


def _describe_text(node: Node) -> str:
    if "const" in node:
        return str(node["const"])
    if "enum" in node:
        return f"one of: {', '.join(node['enum'])}"
    if "format" in node:
        return _FORMATS[node["format"]]
    return str(node.get("description") or f"text of {node['minLength']} to {node['maxLength']} characters")
