"""How soon a password would be guessed, by zxcvbn (Wheeler, USENIX Security 2016)."""

from __future__ import annotations

from decimal import Decimal

ENOUGH_GUESSES = 1_000_000
"""What its authors hold to withstand guessing over the network where that is limited, as it is here; the hash adds to that."""
LOOKED_AT = 72
"""Characters: the estimate takes time with the length, and what is longer is strong or a repetition that shows by then."""


def too_weak(password: str, name: str) -> str | None:
    """Why the password would be guessed soon, or None. Takes milliseconds, the first time 0.2 s and 20 MB for word lists."""
    from zxcvbn import zxcvbn

    found = zxcvbn(password[:LOOKED_AT], user_inputs=[name, "matinee"])
    if Decimal(found["guesses"]) >= ENOUGH_GUESSES:
        return None
    reason = str(found["feedback"]["warning"]).rstrip(".")
    return f"This password would be guessed soon. {reason or 'A few unrelated words are better'}."
