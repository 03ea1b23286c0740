"""The contract is tested on the product itself: a server process with a small library."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from matinee.bootstrap import openapi_document
from tests.fixtures import episodes
from tests.servers.product import Product, running
from tests.servers.waiting import wait_for_job

UNBOUNDED = ",".join(
    f"{tier}.{cost}=10000000"
    for tier in ("anonymous", "free", "premium", "api")
    for cost in ("hit", "miss", "search", "write", "progress", "sign_in", "downloads")
)
"""Limits are tested elsewhere; here they would hide what lies behind them."""
DOCUMENT: dict[str, Any] = openapi_document()


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A server whose library holds three films, a show, and something that is no video."""
    library = tmp_path_factory.mktemp("library")
    content = episodes.clip(library / "Plain Film (2001).mp4")
    (library / "Second Film (2002).mp4").write_bytes(content + b"\0\0\0\x0cfree\0\0\0\2")
    (library / "Third Film (2003).mp4").write_bytes(content + b"\0\0\0\x0cfree\0\0\0\3")
    (library / "Broken Film (2004).mp4").write_bytes(b"no video")
    episodes.fill(library, content, 5)
    settings = {"library_paths": str(library), "watch": "false", "allow": "127.0.0.0/8", "limits": UNBOUNDED}
    with running(tmp_path_factory.mktemp("contract"), **settings) as server:
        with server.signed_in() as client:
            wait_for_job(client, client.post("/api/v1/library/scan", json={}))
        yield server


@pytest.fixture(scope="session")
def admin(product: Product) -> Iterator[httpx2.Client]:
    """A client with the administrator's token."""
    with product.signed_in() as client:
        yield client


@pytest.fixture
def anybody(product: Product) -> Iterator[httpx2.Client]:
    """A client without a credential."""
    with product.client() as client:
        yield client


@pytest.fixture(scope="session")
def document() -> dict[str, Any]:
    """The OpenAPI document of all roles."""
    return DOCUMENT
