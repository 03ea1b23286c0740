"""What OpenAPI says beyond the framework: which problems each route may answer, the shape of a problem, who needs a credential.

What a route can answer follows from what it takes: a body can be too large, an id can name nothing, a credential can have ended.
What does not follow from that, a route declares: `responses=may_answer("playback_url_expired")`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import iter_route_contexts

from matinee.infra.errors import CATALOGUE
from matinee.infra.http.answers.shared import catalogue_reader
from matinee.infra.http.dependencies import current_caller, signed_in
from matinee.infra.http.middleware import API_PREFIX
from matinee.infra.http.problems import MEDIA_TYPE, Problem

SECURITY: Final = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An access token from `POST /auth/login`."},
    "api_key": {"type": "apiKey", "in": "header", "name": "X-Api-Key", "description": "A key from `POST /me/api-keys`."},
    "session": {
        "type": "apiKey",
        "in": "cookie",
        "name": "matinee_session",
        "description": "The session cookie; writes also need the header X-CSRF-Token.",
    },
}
_ALWAYS: Final = (
    "target_too_long",
    "unknown_parameter",
    "address_blocked",
    "rate_limited",
    "internal_error",
    "database_unavailable",
    "request_timeout",
)
_CREDENTIAL: Final = ("session_expired", "token_revoked", "api_key_invalid", "account_disabled")
_NEEDED: Final = ("authentication_required", "forbidden", "scope_missing", "second_factor_needed")
_BODY: Final = ("malformed_json", "payload_too_large", "unsupported_media_type", "validation_failed", "resource_not_found")
_WRITE: Final = ("conflict",)
_SOURCE: Final = ("upstream_unavailable", "upstream_timeout", "upstream_rejected", "upstream_rate_limited", "circuit_open")
_PARAMETERS: Final[Mapping[str, tuple[str, ...]]] = {"cursor": ("invalid_cursor",), "fields": ("unknown_field",)}
_TEXT: Final = r"^[^\x00-\x1f\x7f-\x9f]*$"
_WRITES: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})


def may_answer(*codes: str) -> dict[int | str, dict[str, Any]]:
    """For `responses=` of a route or a router: problems with these codes, beside those that every such route may answer."""
    found: dict[int | str, dict[str, Any]] = {}
    for code in codes:
        status = CATALOGUE[code].status
        before = found.get(status)
        text = f"`{code}`: {CATALOGUE[code].title}"
        found[status] = _problem(f"{before['description']}; {text}" if before else text)
    return found


def complete(app: FastAPI) -> None:
    """Make `app.openapi()` say it all, once it is first asked for."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = generate()
            _add_components(schema.setdefault("components", {}))
            for path, method, route in _operations(app):
                _describe(schema["paths"][path][method.lower()], path, method, route)
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI documents replacing it


def codes_of(method: str, route: Any) -> list[str]:  # Any: the framework's view of a route
    """The codes of the problems that follow from what the route takes."""
    calls = set(_calls(route.dependant))
    names = {field.alias for field in _queries(route.dependant)}
    codes = list(_ALWAYS)
    if current_caller in calls:
        codes += _CREDENTIAL
    if needs_caller(route):
        codes += _NEEDED
        codes += ["csrf_failed"] if method in _WRITES else []
    if names:
        codes += ["parameter_pollution", "validation_failed"]
    for name in sorted(names & _PARAMETERS.keys()):
        codes += _PARAMETERS[name]
    if route.body_field is not None:
        codes += _BODY
    if "{" in route.path_format:
        codes += ["validation_failed", "title_not_found" if "{title_id}" in route.path_format else "resource_not_found"]
    if method in _WRITES:
        codes += _WRITE
    if catalogue_reader in calls:
        codes += _SOURCE
    return list(dict.fromkeys(codes))


def needs_caller(route: Any) -> bool:  # Any: as above
    """Whether the route answers 401 to somebody without a credential."""
    return not {signed_in, catalogue_reader}.isdisjoint(_calls(route.dependant))


def _operations(app: FastAPI) -> Iterator[tuple[str, str, Any]]:
    for route in iter_route_contexts(app.routes):
        if getattr(route, "include_in_schema", False) and getattr(route, "dependant", None) is not None:
            for method in sorted(route.methods or ()):
                yield str(route.path_format), method, route


def _describe(operation: dict[str, Any], path: str, method: str, route: Any) -> None:  # Any: as above
    declared = operation["responses"]
    if declared.get("422", {}).get("content", {}).keys() == {"application/json"}:
        del declared["422"]  # the framework's own shape, which is never sent
    for status, described in may_answer(*codes_of(method, route)).items():
        own = declared.get(str(status))
        if own is None:
            declared[str(status)] = described
        elif MEDIA_TYPE in own.get("content", {}):
            own["description"] = "; ".join(
                dict.fromkeys([*own["description"].split("; "), *described["description"].split("; ")])
            )
    if method == "GET" and "application/json" in declared.get("200", {}).get("content", {}) and path.startswith(API_PREFIX + "/"):
        declared.setdefault("304", {"description": "What `If-None-Match` names is still right."})
    operation["responses"] = dict(sorted(declared.items()))
    for parameter in operation.get("parameters", ()):
        if parameter["in"] in {"path", "query"}:
            _without_controls(parameter["schema"])
    operation["security"] = [{name: []} for name in SECURITY] if needs_caller(route) else []


def _without_controls(schema: dict[str, Any]) -> None:
    """What `strict` refuses in every address, said where nothing narrower is."""
    for inner in (*schema.get("anyOf", ()), schema.get("items")):
        if inner:
            _without_controls(inner)
    if schema.get("type") == "string" and not {"pattern", "enum", "const", "format"} & schema.keys():
        schema["pattern"] = _TEXT


def _add_components(components: dict[str, Any]) -> None:
    definitions = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
    nested = definitions.pop("$defs", {})
    schemas = components.setdefault("schemas", {})
    schemas.update({"Problem": definitions, **nested})
    for unused in ("HTTPValidationError", "ValidationError"):
        schemas.pop(unused, None)
    components["securitySchemes"] = SECURITY


def _problem(description: str) -> dict[str, Any]:
    return {"description": description, "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}}


def _calls(dependant: Any) -> Iterator[Any]:  # Any: FastAPI's Dependant is not part of its public API
    for inner in dependant.dependencies:
        yield inner.call
        yield from _calls(inner)


def _queries(dependant: Any) -> Iterator[Any]:  # Any: as above
    yield from dependant.query_params
    for inner in dependant.dependencies:
        yield from _queries(inner)
