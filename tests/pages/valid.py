"""Whether a page is valid HTML with a label for every control, as a browser's own parser reads it."""

from __future__ import annotations

import html5lib  # type: ignore[import-untyped]
import httpx2
from html5lib.constants import E  # type: ignore[import-untyped]

XHTML = "{http://www.w3.org/1999/xhtml}"
CONTROLS = ("input", "select", "textarea")
UNLABELLED = frozenset({"hidden", "submit", "button"})


def find_faults(response: httpx2.Response) -> list[str]:
    """Sentences about what is wrong; empty for a good page."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=True)
    tree = parser.parse(response.text)
    faults = [f"line {place[0]}: {E[code] % facts}" for place, code, facts in parser.errors]
    labelled = {label.get("for") for label in tree.iter(f"{XHTML}label")}
    for name in CONTROLS:
        for control in tree.iter(f"{XHTML}{name}"):
            named = control.get("id") in labelled or control.get("aria-label")
            if not named and control.get("type") not in UNLABELLED:
                faults.append(f"no label: {name} {control.get('name')}")
    buttons = [*tree.iter(f"{XHTML}button"), *tree.iter(f"{XHTML}a")]
    faults += [f"says nothing: {one.tag} {one.attrib}" for one in buttons if not "".join(one.itertext()).strip()]
    policy = response.headers["Content-Security-Policy"]
    for script in tree.iter(f"{XHTML}script"):
        if not script.get("nonce") or f"'nonce-{script.get('nonce')}'" not in policy:
            faults.append("a script without the nonce of the policy")
    return faults
