"""A voucher's token as a picture that any phone or till can scan."""

from __future__ import annotations

import io

import segno

QUIET_ZONE = 4
"""Empty modules on each side, as ISO/IEC 18004 asks; scanners miss codes that touch what is around them."""


def draw_qr(token: str, *, title: str = "QR code of your voucher") -> str:
    """An SVG image, black on white with its quiet zone; it scales to whatever size the page gives it.

    `make_qr`, because the plain `make` may choose a Micro QR, which most scanners can't read.
    """
    drawn = io.BytesIO()
    segno.make_qr(token, error="m").save(
        drawn,
        kind="svg",
        border=QUIET_ZONE,
        dark="#000",
        light="#fff",
        title=title,
        xmldecl=False,
        svgclass=None,
        lineclass=None,
        omitsize=True,
    )
    return drawn.getvalue().decode()
