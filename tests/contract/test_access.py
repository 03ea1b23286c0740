"""Every route x every kind of caller, by the table; and nobody reaches what is another's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import httpx2
import pytest

from tests.contract.access_objects import MAKERS, Made
from tests.contract.access_table import KINDS, ROWS, Kind
from tests.contract.operations import OPERATIONS, Operation
from tests.servers.product import Product

PASSWORD = "a phrase for tests alone"
FREE_SCOPES = ["catalog:read", "library:read", "playback", "progress", "requests", "downloads"]
Clients = dict[Kind | str, httpx2.Client]


@pytest.fixture(scope="session")
def callers(product: Product, admin: httpx2.Client) -> Iterator[Clients]:
    """A client of each kind, and `owner`, a free account whose objects nobody else may touch."""
    with ExitStack() as stack:

        def person(name: str, tier: str = "free") -> httpx2.Client:
            add_user(admin, name, tier)
            return stack.enter_context(product.client_of(lambda: product.token(name, PASSWORD)))

        def key(owner: httpx2.Client, scopes: list[str]) -> httpx2.Client:
            made = owner.post("/api/v1/me/api-keys", json={"name": "of the table", "scopes": scopes}).raise_for_status()
            client = stack.enter_context(product.client())
            client.headers["x-api-key"] = made.json()["key"]
            return client

        free = person("free-of-table")
        yield {
            "anonymous": stack.enter_context(product.client()),
            "free": free,
            "premium": person("premium-of-table", "premium"),
            "restricted": stack.enter_context(in_restricted_profile(product, person("restricted-of-table"))),
            "key": key(free, FREE_SCOPES),
            "powerless_key": key(free, ["downloads"]),
            "admin": admin,
            "admin_key": key(admin, [*FREE_SCOPES, "library:write", "admin"]),
            "weak_admin_key": key(admin, ["downloads"]),
            "owner": person("owner-of-table"),
        }


def add_user(admin: httpx2.Client, name: str, tier: str) -> None:
    admin.post("/api/v1/admin/users", json={"name": name, "password": PASSWORD, "tier": tier}).raise_for_status()


def in_restricted_profile(product: Product, client: httpx2.Client) -> httpx2.Client:
    made = client.post("/api/v1/me/profiles", json={"name": "Small", "avatar": "fox", "max_age": 6}).raise_for_status()

    def use() -> str:
        used = client.post(f"/api/v1/me/profiles/{made.json()['id']}/use", json={}).raise_for_status()
        return str(used.json()["access_token"])

    return product.client_of(use)


def call(client: httpx2.Client, operation: Operation, made: Made | None = None) -> httpx2.Response:
    body = {} if operation.method in {"POST", "PUT", "PATCH"} else None
    return client.request(operation.method, operation.url(made), json=body, follow_redirects=False)


def test_every_route_has_a_row_and_every_row_a_route() -> None:
    assert {str(operation) for operation in OPERATIONS} == ROWS.keys(), "add the route to tests/contract/access_table.py"


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if str(o) in ROWS], ids=str)
def test_each_kind_of_caller_gets_what_the_table_says(operation: Operation, callers: Clients) -> None:
    row = ROWS[str(operation)]
    wrong = []
    for kind in KINDS:
        refusal = row.refusal(kind)
        if refusal is None and row.elsewhere:
            continue
        answer = call(callers[kind], operation)
        if (refusal is None and unexpected(answer, signed=row.access == "signed")) or (
            refusal is not None and (answer.status_code != refusal or not explained(answer, refusal))
        ):
            wrong.append(f"{kind}: wanted {refusal or 'to be let in'}, got {answer.status_code} {answer.text[:200]}")
    assert wrong == []


def unexpected(answer: httpx2.Response, *, signed: bool) -> bool:
    """Whether somebody was refused who should not be. A wrong password or signature is no refusal of the caller."""
    own_reasons = {"invalid_credentials", "session_expired", "token_revoked", "plex_token_expired", "oidc_failed"}
    if answer.status_code not in {401, 403, 429} and answer.status_code < 500:
        return False
    if answer.status_code in {502, 503, 504}:  # a service that the tests do not have
        return answer.json()["category"] not in {"upstream", "playback"}
    return not (signed and answer.status_code == 403) and answer.json().get("code") not in own_reasons


def explained(answer: httpx2.Response, status: int) -> bool:
    problem = answer.json()
    if status == 401:
        return problem["code"] == "authentication_required" and "www-authenticate" in answer.headers
    return problem["code"] in {"scope_missing", "forbidden", "tier_required"}


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if str(o) in ROWS and ROWS[str(o)].owned], ids=str)
def test_what_is_anothers_is_not_there(operation: Operation, callers: Clients) -> None:
    row = ROWS[str(operation)]
    made = MAKERS[row.owned](callers["owner"])
    never = dict.fromkeys(made, "01jd0000000000000000000000")
    for kind in ("free", "premium", *(() if row.admins_too or row.access == "admin" else ("admin",))):
        answers = [call(callers[kind], operation, variables) for variables in (made, never)]
        shapes = [(a.status_code, a.json()["code"], a.json()["detail"]) for a in answers]
        assert shapes[0] == shapes[1], kind
        assert shapes[0][0] == 404, kind


def test_no_list_of_anybody_shows_what_is_anothers(callers: Clients) -> None:
    ids = {value for maker in MAKERS.values() for value in maker(callers["owner"]).values()}
    for operation in OPERATIONS:
        row = ROWS.get(str(operation))
        if row is None or operation.method != "GET" or "{" in operation.path or row.elsewhere or row.access == "admin":
            continue
        for kind in ("free", "premium", "key"):
            shown = call(callers[kind], operation).text
            assert not [one for one in ids if one in shown], (kind, str(operation))


@pytest.mark.parametrize("operation", [o for o in OPERATIONS if str(o) in ROWS and ROWS[str(o)].access == "signed"], ids=str)
def test_a_playback_url_needs_its_signature(operation: Operation, admin: httpx2.Client) -> None:
    answer = call(admin, operation)
    assert answer.status_code in {403, 404, 410, 422}, answer.text


def test_every_kind_of_object_has_a_maker_and_every_personal_path_names_one() -> None:
    assert {row.owned for row in ROWS.values() if row.owned} == MAKERS.keys()
    personal = re.compile(r"\{(key|session|profile|identity|request|download)_id\}")
    missing = [
        name
        for name, row in ROWS.items()
        if personal.search(name) and not row.owned and not row.elsewhere and row.access not in {"signed", "admin", "admin_person"}
    ]
    assert missing == []


def test_what_is_shown_elsewhere_is_there() -> None:
    here = Path(__file__).parents[2]
    assert {row.elsewhere for row in ROWS.values() if row.elsewhere and not (here / row.elsewhere).exists()} == set()


def test_a_wrong_key_is_refused_and_not_ignored(anybody: httpx2.Client) -> None:
    answer = anybody.get("/api/v1/me", headers={"x-api-key": "mk_nonsense"})
    assert (answer.status_code, answer.json()["code"]) == (401, "api_key_invalid")


def test_a_key_in_the_query_string_is_no_credential(admin: httpx2.Client, anybody: httpx2.Client) -> None:
    key = admin.post("/api/v1/me/api-keys", json={"name": "query", "scopes": ["catalog:read"]}).json()["key"]
    assert anybody.get("/api/v1/home", params={"api_key": key}).status_code in {400, 401}
