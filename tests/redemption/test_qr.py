"""The QR code can be scanned: a full QR of good contrast with its quiet zone."""

from __future__ import annotations

import re
from uuid import UUID
from xml.etree import ElementTree as ET

import segno

from app.core.secret_store import Secrets
from app.redemption.codes import VoucherCodes
from app.redemption.qr import QUIET_ZONE, draw_qr

TOKEN = VoucherCodes(Secrets("", b"k" * 32)).token_for(UUID(int=1))


def _dark_modules(svg: str) -> tuple[set[tuple[int, int]], int]:
    """Column and row of every dark module, quiet zone included in the count, and the side of the whole picture."""
    picture = ET.fromstring(svg)  # noqa: S314 - our own picture
    side = int(picture.attrib["viewBox"].split()[2])
    (line,) = (path for path in picture.iter() if path.attrib.get("stroke") == "#000")
    column, row = 0, 0
    dark = set()
    for step, numbers in re.findall(r"([Mmh])([^Mmh]*)", line.attrib["d"]):
        given = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        if step == "M":
            column, row = int(given[0]), int(given[1])
        elif step == "m":
            column, row = column + int(given[0]), row + int(given[1])
        else:
            dark |= {(column + offset, row) for offset in range(int(given[0]))}
            column += int(given[0])
    return dark, side


def test_the_picture_says_the_token_and_nothing_else() -> None:
    code = segno.make_qr(TOKEN, error="m")
    dark, side = _dark_modules(draw_qr(TOKEN))
    wanted = {
        (column + QUIET_ZONE, row + QUIET_ZONE)
        for row, modules in enumerate(code.matrix)
        for column, module in enumerate(modules)
        if module
    }
    assert dark == wanted
    assert side == len(code.matrix) + 2 * QUIET_ZONE


def test_it_is_a_full_qr_of_the_smallest_kind_that_holds_a_token() -> None:
    code = segno.make_qr(TOKEN, error="m")
    assert not code.is_micro
    assert code.version == 2
    assert code.mode == "alphanumeric"


def test_it_is_black_on_white_and_scales() -> None:
    svg = draw_qr(TOKEN)
    assert 'stroke="#000"' in svg
    assert 'fill="#fff"' in svg
    assert 'width="' not in svg.partition(">")[0]
    assert "style=" not in svg
    assert TOKEN not in svg
