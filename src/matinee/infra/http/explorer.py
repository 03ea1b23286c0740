"""`/docs` without the network: Swagger UI from the files of an installed package, and the error catalogue as a page."""

from __future__ import annotations

from html import escape
from importlib.resources import files
from pathlib import Path

from fastapi import APIRouter, Request, Response
from starlette.responses import FileResponse, HTMLResponse

from matinee.infra.errors import CATALOGUE, NotFound

_ASSETS = ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png")
_START = """
window.ui = SwaggerUIBundle({url: document.body.dataset.openapi, dom_id: "#explorer", deepLinking: true,
  persistAuthorization: true, tryItOutEnabled: true});
"""

router = APIRouter(prefix="/docs", include_in_schema=False)


@router.get("")
async def explorer(request: Request) -> Response:
    """The interactive explorer."""
    root = escape(request.scope.get("root_path", ""))
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Matinee API</title>'
        f'<meta name="viewport" content="width=device-width"><link rel="icon" href="{root}/docs/assets/favicon.png">'
        f'<link rel="stylesheet" href="{root}/docs/assets/swagger-ui.css"></head>'
        f'<body data-openapi="{root}/openapi.json"><div id="explorer"></div>'
        f'<script src="{root}/docs/assets/swagger-ui-bundle.js"></script>'
        f'<script src="{root}/docs/start.js"></script></body></html>'
    )
    return HTMLResponse(page, headers={"cache-control": "no-cache"})


@router.get("/start.js")
async def start() -> Response:
    """The few lines that start the explorer; a file of its own, so that no inline script is needed."""
    return Response(_START, media_type="text/javascript", headers={"cache-control": "no-cache"})


@router.get("/assets/{name}")
async def asset(name: str) -> Response:
    """A file of Swagger UI."""
    if name not in _ASSETS:
        raise NotFound("No such file.")
    path = Path(str(files("fastapi_offline").joinpath("static", name)))
    return FileResponse(path, headers={"cache-control": "public, max-age=86400"})


@router.get("/errors")
async def errors() -> Response:
    """The error catalogue: what the `type` of a problem points to."""
    rows = "".join(
        f'<tr id="{code}"><td><code>{code}</code><td>{spec.status}<td>{spec.category}<td>{escape(spec.title)}'
        for code, spec in sorted(CATALOGUE.items())
    )
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Matinee errors</title><h1>Errors</h1>'
        f"<table><tr><th>code<th>status<th>category<th>title{rows}</table></html>"
    )
    return HTMLResponse(page, headers={"cache-control": "no-cache"})
