"""The language of the pages: gettext catalogues in `app/web/locale/`, and days and numbers as its readers write them.

English is in the templates themselves, so it has no catalogue. Another language is one file, `<code>.po`.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from app.core.clock import LONDON, write_clock

LOCALE = Path(__file__).parent / "locale"
ENGLISH = "en_GB"


def mark(sentence: str) -> str:
    """The sentence as it is; what stands in Python is found by this for the catalogue, and translated where shown."""
    return sentence


@dataclass(frozen=True)
class Language:
    """Writes what people read. `tag` is what a page says its language is."""

    tag: str
    translations: NullTranslations
    locale: Locale

    def say(self, sentence: str) -> str:
        """A whole sentence that came from elsewhere; one that the catalogue does not know stays English."""
        return self.translations.gettext(sentence) if sentence else sentence

    def write_points(self, points: int) -> str:
        return self._count("%(num)s point", "%(num)s points", points)

    def write_number(self, number: int) -> str:
        return format_decimal(number, locale=self.locale)

    def write_pounds(self, pence: int) -> str:
        """With a minus in front of what goes the other way."""
        minus = "\N{MINUS SIGN}" if pence < 0 else ""
        return f"{minus}£{self.write_number(abs(pence) // 100)}.{abs(pence) % 100:02}"

    def write_day(self, when: date) -> str:
        """As GOV.UK writes dates: 22 November 2026. An instant is told by its date in Leeds."""
        on = when.astimezone(LONDON).date() if isinstance(when, datetime) else when
        return format_date(on, "d MMMM y", locale=self.locale)

    def write_month(self, day: date) -> str:
        """November 2026."""
        return format_date(day, "MMMM y", locale=self.locale)

    def write_moment(self, at: datetime) -> str:
        told = self.translations.gettext("%(day)s at %(clock)s")
        return told % {"day": self.write_day(at), "clock": write_clock(at)}

    def _count(self, one: str, many: str, number: int) -> str:
        return self.translations.ngettext(one, many, number) % {"num": self.write_number(number)}


@cache
def load_language(code: str) -> Language:
    """By the code of a file in `app/web/locale/`; English for `en_GB`. Raises LookupError."""
    if code == ENGLISH:
        return Language("en-GB", NullTranslations(), Locale.parse(ENGLISH))
    path = LOCALE / f"{code}.po"
    if not path.is_file():
        known = ", ".join([ENGLISH, *sorted(one.stem for one in LOCALE.glob("*.po"))])
        raise LookupError(f"There is no language {code!r}. There are: {known}.")
    compiled = io.BytesIO()
    with path.open("rb") as written:
        write_mo(compiled, read_po(written))
    compiled.seek(0)
    try:
        locale = Locale.parse(code)
    except UnknownLocaleError:  # a made-up language, for tests
        locale = Locale.parse(ENGLISH)
    return Language(code.replace("_", "-"), GNUTranslations(compiled), locale)
