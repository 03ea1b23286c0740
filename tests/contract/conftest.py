"""The contract is tested on the product itself: a server process with a small demo library."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx2
import pytest

from matinee.bootstrap import openapi_document
from tests.servers.product import Product, running
from tests.servers.waiting import wait_for_job

DOCUMENT: dict[str, Any] = openapi_document()


@pytest.fixture(scope="session")
def product(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Product]:
    """A server whose library holds a few demo titles."""
    with running(tmp_path_factory.mktemp("contract"), demo="true", demo_titles="3") as server:
        with server.signed_in() as client:
            wait_for_job(client, client.post("/api/v1/library/demo"))
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
