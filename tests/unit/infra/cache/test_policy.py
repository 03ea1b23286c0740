"""Policies that make no sense are refused where they are written."""

from __future__ import annotations

from datetime import timedelta

import pytest

from matinee.infra.cache import CachePolicy

SECOND = timedelta(seconds=1)


def test_a_policy_needs_some_freshness_and_no_negative_lifetimes() -> None:
    with pytest.raises(ValueError, match="fresh"):
        CachePolicy("x", timedelta(0))
    for name in ("stale", "error", "negative"):
        with pytest.raises(ValueError, match="negative"):
            CachePolicy("x", SECOND, **{name: -SECOND})  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="negative"):
        CachePolicy("x", SECOND, beta=-1)
