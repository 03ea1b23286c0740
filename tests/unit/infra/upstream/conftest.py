"""Time that moves only when everybody waits: seconds of timeouts and pauses pass at once and exactly."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.infra.upstream.doubles import LoopClock, VirtualTimeLoop


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, Any]]:
    return "asyncio", {"loop_factory": VirtualTimeLoop}


@pytest.fixture
def clock() -> LoopClock:  # type: ignore[override]
    return LoopClock()
