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
from matinee.infra.clock import Clock
from matinee.infra.errors import AuthenticationRequired, MatineeError
from matinee.infra.feature import Container
from matinee.infra.http import batch, documentation, explorer, health, problems
from matinee.infra.http.caller import Caller, CredentialMemory
from matinee.infra.http.coalescing import Coalescing
from matinee.infra.http.dependencies import current_caller
from matinee.infra.http.edge.addresses import RealAddress, TrustedProxies
from matinee.infra.http.edge.cross_origin import CrossOrigin, varies
from matinee.infra.http.edge.gatekeeping import Gatekeeper, noting
from matinee.infra.http.input.strict import strict_query
from matinee.infra.http.limits import Limits, limited
from matinee.infra.http.limits.enforcing import counting
from matinee.infra.http.middleware import API_PREFIX, BasePath, BodyLimit, HeadAsGet, RequestContext, SecurityHeaders, TimeLimit
from matinee.infra.http.short_way import ShortWay
from matinee.infra.http.web import WebFiles, fallback
from matinee.infra.observability.metrics import Metrics
from matinee.infra.protection.service import Protection

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
    "permissions-policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=(), serial=(), hid=(), midi=(), "
    "display-capture=(), browsing-topics=()",
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
    hold_blocked: float = 0.0
    """Seconds that a blocked address waits for its refusal."""
    behind_tls: bool = False
    image_origin: str = ""
    """Where pages may load pictures from beside this server (`https://cdn.example`)."""
    origins: tuple[str, ...] = ()
    """Origins whose pages may read answers; `*` for any, without credentials."""
    trusted_proxies: Sequence[str] = ()
    """Addresses and networks whose word about the client counts."""


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
    routers = list(routers)
    app = build_api(container, routers, lifespan=lifespan, tags=tags)
    app.router.default = fallback(web)
    short = ShortWay(app, routers, _of_every_route(container))
    headers = security_headers(options)
    metrics = container.get(Metrics)
    coalescing = Coalescing(short, metrics, _generation_of(container))
    inner = HeadAsGet(TimeLimit(coalescing, options.time_limit), _ANSWER_HEAD)
    served: ASGIApp = BasePath(BodyLimit(inner, options.body_limit), options.base_path)
    watch = None
    if container.has(Protection):
        protection, clock = container.get(Protection), container.get(Clock)  # type: ignore[type-abstract]  # a key
        served, watch = Gatekeeper(served, protection.gate, clock, options.hold_blocked), noting(protection.observe)
    readable = CrossOrigin(served, options.origins)
    told = RequestContext(SecurityHeaders(readable, headers), metrics, watch)
    return RealAddress(told, TrustedProxies(options.trusted_proxies))


def _generation_of(container: Container) -> Callable[[], int]:
    """What changes when a credential may mean somebody else."""
    if not container.has(CredentialMemory):
        return lambda: 0
    memory = container.get(CredentialMemory)  # type: ignore[type-abstract]  # a key, not a constructor
    generation = memory.generation
    return lambda: generation.number


def security_headers(options: HttpOptions) -> dict[str, str]:
    """What every answer carries."""
    headers = dict(SECURITY_HEADERS)
    if options.image_origin:
        headers["content-security-policy"] = CONTENT_POLICY.replace("img-src 'self'", f"img-src 'self' {options.image_origin}")
    if options.behind_tls:
        headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"
    return headers


def hot_headers(options: HttpOptions) -> dict[str, str]:
    """What the hot lane's answers carry; requests that name an origin are not its business."""
    return {**security_headers(options), **varies(options.origins)}


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
        dependencies=_of_every_route(container),
        openapi_tags=[*tags, {"name": "operations", "description": "Health and metrics."}],
        separate_input_output_schemas=False,
    )
    app.state.container = container
    problems.install(app)
    app.add_exception_handler(Exception, _crashed)
    api = APIRouter(prefix=API_PREFIX)
    for router in routers:
        api.include_router(router)
    api.include_router(batch.router)
    app.include_router(api)
    app.include_router(health.router)
    app.include_router(explorer.router)
    app.include_router(_metrics_router(container.get(Metrics)))
    documentation.complete(app)
    return app


def _of_every_route(container: Container) -> list[Any]:
    """Limits first, so that what is refused for another reason has counted too."""
    strict = Depends(strict_query)
    if not container.has(Limits):  # the OpenAPI document alone is made without
        return [strict]
    clock: Clock = container.get(Clock)  # type: ignore[type-abstract]  # a Protocol as a key
    return [Depends(counting(container.get(Limits), clock)), strict]


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
    @limited("none")
    async def exposition() -> Response:
        """Metrics in the Prometheus text format. Scraped from the same machine or a private network, else for administrators."""
        return Response(metrics.render(), media_type="text/plain; version=0.0.4", headers={"cache-control": "no-store"})

    return router


_DESCRIPTION = """
Sign in with `POST /api/v1/auth/login`, or make an API key under *Account* and send it as `X-Api-Key`.
Lists are paged by opaque cursors, errors are problem details (RFC 9457) with a stable `code`, every GET has an ETag.
"""
