"""What a PDF says, from its content streams: the text operators of pages in a standard font, in their order."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from typing import Final

_STREAM: Final = re.compile(rb"stream\r?\n(.*?)\r?\nendstream", re.DOTALL)
_SHOWN: Final = re.compile(rb"\(((?:\\.|[^\\()])*)\)\s*Tj", re.DOTALL)
_ESCAPED: Final = re.compile(rb"\\(.)", re.DOTALL)


def read_texts(pdf: bytes) -> list[str]:
    """Every text that is shown, as a reader's eye meets them."""
    return [
        _ESCAPED.sub(rb"\1", shown).decode("cp1252")
        for stream in _list_streams(pdf)
        for shown in _SHOWN.findall(stream)
    ]


def _list_streams(pdf: bytes) -> Iterator[bytes]:
    for packed in _STREAM.findall(pdf):
        try:
            yield zlib.decompress(packed)
        except zlib.error:  # not one of text: a picture, say
            continue
