"""What the server does is what its description says, whoever asks: schemathesis with every check on, for a bounded time.

The longer run is `make fuzz`.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.fuzzing import KINDS, Effort, fuzz, headers_of, server
from tests.servers.product import Product

SHORT = Effort("examples,fuzzing", examples=1, seconds=6, arguments=("--generation-deterministic", "--no-shrink"))
LONG = Effort("examples,fuzzing,stateful", examples=2, seconds=20, arguments=("--generation-deterministic", "--no-shrink"))


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    with server(tmp_path_factory.mktemp("fuzzed")) as product:
        yield product


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", KINDS)
def test_nothing_undocumented_happens(kind: str, fuzzed: Product, tmp_path: Path) -> None:
    found = fuzz(fuzzed, headers_of(fuzzed, kind), LONG if kind == "admin" else SHORT, tmp_path)
    assert found.clean, found.report[-12_000:]
    assert "request_crashed" not in fuzzed.log
