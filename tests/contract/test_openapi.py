"""The OpenAPI document is valid, complete and what the server serves."""

from __future__ import annotations

from collections import Counter
from typing import Any

import httpx2
import pytest
from openapi_spec_validator import validate

from tests.contract.operations import OPERATIONS, Operation


def test_the_document_is_valid(document: dict[str, Any]) -> None:
    validate(document)
    assert len(OPERATIONS) > 30


def test_the_server_serves_the_document_that_the_command_prints(document: dict[str, Any], anybody: httpx2.Client) -> None:
    assert anybody.get("/openapi.json").json() == document


def test_the_names_of_types_do_not_tell_where_they_are_in_the_code(document: dict[str, Any]) -> None:
    # Two models of one name get the names of their modules before it, which change when a module moves.
    assert [name for name in document["components"]["schemas"] if "__" in name] == []


def test_operation_ids_are_unique() -> None:
    ids = Counter(operation.details["operationId"] for operation in OPERATIONS)
    assert [name for name, times in ids.items() if times > 1] == []


@pytest.mark.parametrize("operation", OPERATIONS, ids=str)
def test_an_operation_says_what_it_does_and_answers(operation: Operation) -> None:
    assert operation.details.get("description"), "the docstring of a route is its documentation"
    assert operation.details.get("tags")
    assert any(status.startswith(("2", "3")) for status in operation.details["responses"])


def test_the_explorer_needs_nothing_from_elsewhere(anybody: httpx2.Client) -> None:
    page = anybody.get("/docs", follow_redirects=True)
    assert page.status_code == 200
    assert 'src="http' not in page.text
    assert 'href="http' not in page.text
