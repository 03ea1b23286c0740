"""Which format an `Accept` header asks for (RFC 9110 section 12.5.1).

The choice depends on the header alone, never on what happens to be made already, so what a cache keeps under `Vary: Accept`
is what the server would send again.
"""

from __future__ import annotations

import re
from typing import Literal

from matinee.infra.media.pictures import PictureFormat

WantedFormat = Literal["auto", "avif", "webp", "jpeg"]
_MODERN: tuple[PictureFormat, ...] = ("avif", "webp")  # smallest first: it wins where the client has no preference
_Q = re.compile(r"\s*q\s*=\s*(0(\.\d{0,3})?|1(\.0{0,3})?)\s*", re.IGNORECASE)


def chosen(accept: str, wanted: WantedFormat = "auto", *, alpha: bool = False) -> PictureFormat:
    """The format to send: `wanted`, else the best by `accept`.

    AVIF and WebP only where the header names them: `*/*` and `image/*` come from clients that may know neither. What every client
    knows is JPEG, or PNG where the picture may have `alpha`; it is also the answer to a header that wants no picture at all.
    """
    plain: PictureFormat = "png" if alpha else "jpeg"
    if wanted != "auto":
        return plain if wanted == "jpeg" else wanted
    weights = _weights(accept)
    best, weight = plain, weights.get(f"image/{plain}", weights.get("image/*", weights.get("*/*", 0.0)))
    for form in reversed(_MODERN):
        q = weights.get(f"image/{form}", 0.0)
        if q > 0 and q >= weight:
            best, weight = form, q
    return best


def _weights(accept: str) -> dict[str, float]:
    weights: dict[str, float] = {}
    for part in accept[:1000].split(","):
        name, *parameters = part.split(";")
        q = next((float(found[1]) for found in map(_Q.fullmatch, parameters) if found), 1.0)
        weights.setdefault(name.strip().lower(), q)
    return weights
