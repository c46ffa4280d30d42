"""Writes what is to be translated: `python -m app.web.catalogues` brings `app/web/locale/` up to date.

`messages.pot` is what a translator starts from. `en_XA.po` is a made-up language in which every text is accented and
in brackets: a text without them on a page in that language was never in any catalogue.
"""

from __future__ import annotations

import io
import re
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from app.audit import ACTS
from app.earning.missing import SENTENCES as MISSING
from app.residents.purposes import PURPOSES
from app.web.languages import LOCALE
from rules.catalogue import EVENT_TYPES
from rules.reasons import REASONS

WEB = Path(__file__).parent
PSEUDO = "en_XA"
METHODS = [("pages/**.py", "python"), ("*.py", "python"), ("templates/**.html", "jinja2")]
OPTIONS = {"templates/**.html": {"extensions": "jinja2.ext.do", "trimmed": "true", "silent": "false"}}
KEYWORDS = {"mark": None, "_": None, "gettext": None, "ngettext": (1, 2)}

_KEPT = re.compile(r"(%\(\w+\)s|<[^>]*>|&\w+;)")
_ACCENTS = str.maketrans("aceinouyACEINOUY", "àçéîñöûýÀÇÉÎÑÖÛÝ")


def extract_catalog() -> Catalog:
    """Every text of the pages, in the order of the alphabet and without where it stands, which changes too often."""
    catalog = Catalog(project="Smart Leeds Rewards", charset="utf-8")
    found = extract_from_dir(WEB, METHODS, OPTIONS, KEYWORDS)
    texts = sorted({text for _, _, text, _, _ in found}, key=str)
    for text in texts:
        catalog.add(text)
    # Not told by a template: what Language writes, what an event is called, why it earned nothing, and the like.
    catalog.add(("%(num)s point", "%(num)s points"))
    purposes = [text for one in PURPOSES.values() for text in (one.title, one.text)]
    titles = [kind.title for kind in EVENT_TYPES.values()]
    for text in ("%(day)s at %(clock)s", *titles, *REASONS.values(), *purposes, *MISSING.values(), *ACTS.values()):
        catalog.add(text)
    return catalog


def accent(text: str) -> str:
    """⟦Thàñk ýöû⟧ for Thank you; places for facts, tags and entities stay as they are."""
    parts = _KEPT.split(text)
    return f"⟦{''.join(part if place % 2 else part.translate(_ACCENTS) for place, part in enumerate(parts))}⟧"


def accent_all(catalog: Catalog) -> Catalog:
    """The made-up language's catalogue."""
    made = Catalog(locale="en", project="Smart Leeds Rewards", charset="utf-8")
    for message in _list_messages(catalog):
        said = accent(message.id) if isinstance(message.id, str) else tuple(accent(text) for text in message.id)
        made.add(message.id, said)
    return made


def read_texts(path: Path) -> dict[object, object]:
    """What a catalogue's file says, by what it is said for."""
    with path.open("rb") as written:
        return {message.id: message.string for message in _list_messages(read_po(written))}


def list_texts(catalog: Catalog) -> dict[object, object]:
    return {message.id: message.string for message in _list_messages(catalog)}


def _list_messages(catalog: Catalog) -> list[Message]:
    return [message for message in catalog if message.id]


def main() -> None:
    catalog = extract_catalog()
    for path, content in ((LOCALE / "messages.pot", catalog), (LOCALE / f"{PSEUDO}.po", accent_all(catalog))):
        written = io.BytesIO()
        write_po(written, content, omit_header=False, width=110, sort_output=True)
        kept = [line for line in written.getvalue().splitlines(keepends=True) if b"-Date: " not in line]
        path.write_bytes(b"".join(kept))


if __name__ == "__main__":
    main()
