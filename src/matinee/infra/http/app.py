"""Assembles the ASGI application from what bootstrap gives it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request, Response
from starlette.types import ASGIApp

from matinee import __version__
from matinee.infra.errors import AuthenticationRequired, MatineeError
from matinee.infra.feature import Container
from matinee.infra.http import batch, explorer, health, problems
from matinee.infra.http.caller import Caller
from matinee.infra.http.coalescing import Coalescing
from matinee.infra.http.dependencies import current_caller
from matinee.infra.http.middleware import API_PREFIX, BasePath, BodyLimit, HeadAsGet, RequestContext, SecurityHeaders, TimeLimit
from matinee.infra.http.strict import strict_query
from matinee.infra.http.web import WebFiles, fallback
from matinee.infra.observability.metrics import Metrics

# blob: is what hls.js needs for its worker and for the media source.
CONTENT_POLICY = (
    "default-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; worker-src 'self' blob:; "
    "style-src 'self'; script-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'self'; "
    "form-action 'self'; frame-ancestors 'none'"
)
SECURITY_HEADERS: Mapping[str, str] = {
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": CONTENT_POLICY,
}


# A film answered as GET and thrown away would be read from disk for nothing; an event stream never ends.
_ANSWER_HEAD = (f"{API_PREFIX}/streaming/files/", f"{API_PREFIX}/events", f"{API_PREFIX}/streaming/bandwidth")


@dataclass(frozen=True, slots=True)
class HttpOptions:
    """Limits of the inbound side. `time_limit` is in seconds and bounds the time to the first byte of an answer."""

    base_path: str = ""
    body_limit: int = 1_048_576
    time_limit: float = 30.0
    behind_tls: bool = False
    image_origin: str = ""
    """Where pages may load pictures from beside this server (`https://cdn.example`)."""


Lifespan = Callable[[], AbstractAsyncContextManager[None]]


def create_app(
    container: Container,
    routers: Iterable[Any],
    *,
    options: HttpOptions,
    web: WebFiles,
    lifespan: Lifespan,
    tags: Sequence[dict[str, str]] = (),
) -> ASGIApp:
    """The application with its middleware. `routers` are the features' routers of the roles this process has."""
    app = build_api(container, routers, lifespan=lifespan, tags=tags)
    app.router.default = fallback(web)
    headers = security_headers(options)
    metrics = container.get(Metrics)
    inner = HeadAsGet(TimeLimit(Coalescing(app, metrics), options.time_limit), _ANSWER_HEAD)
    limited = BasePath(BodyLimit(inner, options.body_limit), options.base_path)
    return RequestContext(SecurityHeaders(limited, headers), metrics)


def security_headers(options: HttpOptions) -> dict[str, str]:
    """What every answer carries."""
    headers = dict(SECURITY_HEADERS)
    if options.image_origin:
        headers["content-security-policy"] = CONTENT_POLICY.replace("img-src 'self'", f"img-src 'self' {options.image_origin}")
    if options.behind_tls:
        headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"
    return headers


def build_api(
    container: Container, routers: Iterable[Any], *, lifespan: Lifespan, tags: Sequence[dict[str, str]] = ()
) -> FastAPI:
    """The FastAPI application alone, as OpenAPI describes it."""

    @asynccontextmanager
    async def running(_app: FastAPI) -> AsyncIterator[None]:
        async with lifespan():
            yield

    app = FastAPI(
        title="Matinee",
        version=__version__,
        summary="Your own streaming service.",
        description=_DESCRIPTION,
        openapi_url="/openapi.json",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=running,
        dependencies=[Depends(strict_query)],
        openapi_tags=[*tags, {"name": "operations", "description": "Health and metrics."}],
        separate_input_output_schemas=False,
    )
    app.state.container = container
    problems.install(app)
    app.add_exception_handler(Exception, _crashed)
    api = APIRouter(prefix=API_PREFIX, responses=problems.documented())
    for router in routers:
        api.include_router(router)
    api.include_router(batch.router)
    app.include_router(api)
    app.include_router(health.router)
    app.include_router(explorer.router)
    app.include_router(_metrics_router(container.get(Metrics)))
    _document_problems(app)
    return app


async def _crashed(request: Request, _error: Exception) -> Response:
    """The answer for what nobody expected; the middleware outside logs it."""
    return problems.respond(request, MatineeError())


async def _near_or_admin(request: Request, caller: Annotated[Caller | None, Depends(current_caller)]) -> None:
    if caller is not None and caller.is_admin:
        return
    try:
        near = ip_address(request.client.host if request.client else "").is_private
    except ValueError:
        near = False
    # A proxy that is not trusted hides who asks: what it passes on counts as coming from afar.
    if not near or any(name in request.headers for name in ("x-forwarded-for", "forwarded")):
        raise AuthenticationRequired("Metrics are for administrators and for the private network.")


def _metrics_router(metrics: Metrics) -> APIRouter:
    router = APIRouter(tags=["operations"])

    @router.get("/metrics", response_class=Response, dependencies=[Depends(_near_or_admin)])
    async def exposition() -> Response:
        """Metrics in the Prometheus text format. Scraped from the same machine or a private network, else for administrators."""
        return Response(metrics.render(), media_type="text/plain; version=0.0.4", headers={"cache-control": "no-store"})

    return router


def _document_problems(app: FastAPI) -> None:
    """Add the `Problem` schema and the ways to authenticate to OpenAPI, once it is first asked for."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            schema = generate()
            components = schema.setdefault("components", {})
            definitions = problems.Problem.model_json_schema(ref_template="#/components/schemas/{model}")
            nested = definitions.pop("$defs", {})
            components.setdefault("schemas", {}).update({"Problem": definitions, **nested})
            components["securitySchemes"] = _SECURITY
            schema["security"] = [{name: []} for name in _SECURITY]
            app.openapi_schema = schema
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI documents replacing it


_SECURITY = {
    "bearer": {"type": "http", "scheme": "bearer", "description": "An access token from `POST /auth/login`."},
    "api_key": {"type": "apiKey", "in": "header", "name": "X-Api-Key"},
    "session": {"type": "apiKey", "in": "cookie", "name": "matinee_session"},
}
_DESCRIPTION = """
Sign in with `POST /api/v1/auth/login`, or make an API key under *Account* and send it as `X-Api-Key`.
Lists are paged by opaque cursors, errors are problem details (RFC 9457) with a stable `code`, every GET has an ETag.
"""
