"""QR codes."""

from __future__ import annotations

import io


def qr_svg(text: str) -> str:
    """`text` as an SVG document: dark on white, with the quiet zone that scanners need."""
    import segno  # only whoever pairs a device needs it

    out = io.BytesIO()
    segno.make(text, micro=False, error="m").save(
        out, kind="svg", scale=4, border=4, light="#fff", xmldecl=False, svgclass=None, lineclass=None, omitsize=False, nl=False
    )
    return out.getvalue().decode("utf-8")
