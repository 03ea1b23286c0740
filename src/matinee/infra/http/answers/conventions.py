"""The answer of a GET: encoded once, with `Cache-Control`, a strong `ETag`, `304`, field filtering and compression.

Sources: RFC 9110 (conditional requests, content negotiation), RFC 9111 (caching).
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from fastapi import Request, Response
from pydantic import BaseModel

from matinee.infra.errors import FieldError, PreconditionFailed, UnknownField
from matinee.infra.http.answers import structs

PRIVATE = "private, no-cache"
NO_STORE = "no-store"
IMMUTABLE = "public, max-age=31536000, immutable"
_COMPRESS_FROM = 1024
FieldTree = dict[str, "FieldTree"]


def answer(
    request: Request,
    value: BaseModel,
    *,
    fields: str | None = None,
    cache: str = PRIVATE,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """`value` as JSON; 304 when the caller has it already.

    For a list (`ListOf`), `fields` applies to its items. Raises `UnknownField`.
    """
    return encoded(request, body_of(value, fields), "application/json", cache=cache, status=status, headers=headers)


def body_of(value: BaseModel, fields: str | None) -> bytes:
    """`value` (a model, or the struct of one) as JSON, cut down to `fields` where they are given. Raises `UnknownField`."""
    if fields is not None:
        return _filtered(value, fields)
    return structs.encode(value)


def encoded(
    request: Request,
    body: bytes,
    media_type: str,
    *,
    cache: str = PRIVATE,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Any textual body with the same treatment: ETag, 304, gzip where accepted."""
    out = {"cache-control": cache, "vary": "Accept-Encoding", **(headers or {})}
    compressed = len(body) >= _COMPRESS_FROM and accepts_gzip(request.headers.get("accept-encoding", ""))
    if cache != NO_STORE:
        out["etag"] = etag_of(body, "gzip" if compressed else "")
        if status == 200 and matches(request.headers.get("if-none-match"), out["etag"]):
            return Response(status_code=304, headers=out)
    if compressed:
        body = gzip.compress(body, 5, mtime=0)
        out["content-encoding"] = "gzip"
    return Response(body, status, out, media_type)


def etag_of(body: bytes, variant: str = "") -> str:
    """A strong entity tag of one representation."""
    digest = hashlib.blake2b(body, digest_size=12).hexdigest()
    return f'"{digest}-{variant}"' if variant else f'"{digest}"'


def matches(header: str | None, etag: str) -> bool:
    """Whether an `If-None-Match` header names `etag` (weak comparison, RFC 9110 section 13.1.2)."""
    if header is None:
        return False
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return "*" in tags or etag in tags


def check_if_match(request: Request, *etags: str) -> None:
    """Raise `PreconditionFailed` when `If-Match` is there and names another version; `etags` are those of its representations."""
    header = request.headers.get("if-match")
    if header is not None and header.strip() != "*" and not {tag.strip() for tag in header.split(",")}.intersection(etags):
        raise PreconditionFailed("Read it again, then repeat the change.")


def accepts_gzip(header: str) -> bool:
    """Whether an `Accept-Encoding` header allows gzip."""
    for part in header.split(","):
        name, _, parameters = part.strip().partition(";")
        if name.strip().lower() in {"gzip", "*"}:
            return parameters.replace(" ", "").lower() not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _filtered(value: BaseModel, fields: str) -> bytes:
    whole = structs.model_of(type(value))
    assert whole is not None, f"{type(value).__name__} is described by no model"
    is_list = "next_cursor" in whole.model_fields and "items" in whole.model_fields
    model = _model_in(whole.model_fields["items"].annotation) if is_list else whole
    tree = _parse(fields)
    _check(tree, model, "")
    document = structs.builtins(value)
    kept = {**document, "items": _pruned(document["items"], tree)} if is_list else _pruned(document, tree)
    return json.dumps(kept, ensure_ascii=False, separators=(",", ":")).encode()


def _parse(fields: str) -> FieldTree:
    tree: FieldTree = {}
    for path in filter(None, (part.strip() for part in fields.split(","))):
        node = tree
        for name in path.split("."):
            node = node.setdefault(name, {})
    return tree


def _check(tree: FieldTree, model: type[BaseModel] | None, prefix: str) -> None:
    for name, inner in tree.items():
        known = {} if model is None else model.model_fields
        if name not in known:
            problem = FieldError("query.fields", f"{prefix}{name} is not a field here", "unknown_field")
            raise UnknownField(f"{prefix}{name} is not a field here.", errors=[problem])
        _check(inner, _model_in(known[name].annotation), f"{prefix}{name}.")


def _pruned(value: Any, tree: FieldTree) -> Any:
    """What `tree` names of a JSON value; lists stand for their elements, and a name without inner names for all below it."""
    if not tree:
        return value
    if isinstance(value, list):
        return [_pruned(element, tree) for element in value]
    if isinstance(value, dict):
        return {name: _pruned(value[name], inner) for name, inner in tree.items() if name in value}
    return value


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    inner: Iterable[Any] = get_args(annotation)
    return next((found for found in map(_model_in, inner) if found), None)
