"""Errors are problem details out of one catalogue, and the documentation lists the same ones."""

from __future__ import annotations

import re
from pathlib import Path

import httpx2
import pytest

from matinee.infra.errors import CATALOGUE, MatineeError

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "errors.md"
ROW = re.compile(r"^\| `(\w+)` \| (\d+) \|", re.MULTILINE)


def subclasses(kind: type[MatineeError]) -> set[type[MatineeError]]:
    return {kind}.union(*(subclasses(child) for child in kind.__subclasses__()))


def test_the_documentation_lists_the_catalogue() -> None:
    documented = {code: int(status) for code, status in ROW.findall(PAGE.read_text(encoding="utf-8"))}
    assert documented == {code: spec.status for code, spec in CATALOGUE.items()}


def test_every_error_class_names_a_code_of_the_catalogue() -> None:
    assert {kind.code for kind in subclasses(MatineeError)} <= CATALOGUE.keys()


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/api/v1/nowhere", 404, "resource_not_found"),
        ("GET", "/api/v1/movies/movie-999999999", 404, "title_not_found"),
        ("GET", "/api/v1/library/items/nothing", 404, "resource_not_found"),
        ("GET", "/api/v1/admin/jobs/nothing", 404, "resource_not_found"),
        ("DELETE", "/api/v1/home", 405, "method_not_allowed"),
        ("POST", "/api/v1/streaming/sessions", 422, "validation_failed"),
    ],
)
def test_a_problem_has_every_member(method: str, path: str, status: int, code: str, admin: httpx2.Client) -> None:
    answer = admin.request(method, path, json={} if method == "POST" else None)
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    problem = answer.json()
    assert (problem["status"], problem["code"], problem["category"]) == (status, code, CATALOGUE[code].category)
    assert (problem["instance"], problem["correlation_id"]) == (path, answer.headers["x-request-id"])
    assert problem["type"].endswith(f"#{code}")
    assert problem["title"]
    assert problem["detail"]


def test_a_wrong_method_says_which_are_right(admin: httpx2.Client) -> None:
    assert admin.delete("/api/v1/home").headers["allow"] == "GET, HEAD"
    assert admin.patch("/api/v1/me/profiles").headers["allow"] == "GET, HEAD, POST"


def test_the_methods_of_an_address_are_not_those_of_one_with_a_variable(admin: httpx2.Client) -> None:
    assert admin.options("/api/v1/admin/blocks/suspects").headers["allow"] == "GET, HEAD"
    assert admin.options("/api/v1/admin/blocks/lists").headers["allow"] == "GET, HEAD, PUT"
    assert admin.options("/api/v1/admin/blocks/one").headers["allow"] == "DELETE"


def test_the_type_of_a_problem_leads_to_its_explanation(anybody: httpx2.Client) -> None:
    page = anybody.get("/docs/errors")
    assert page.status_code == 200
    assert [code for code in CATALOGUE if f'id="{code}"' not in page.text] == []
