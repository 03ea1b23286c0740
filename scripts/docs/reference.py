"""The reference pages that the code writes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from matinee.bootstrap import openapi_document
from matinee.config import PREFIX, Settings
from matinee.infra.errors import CATALOGUE

FOLDER = Path("docs/reference")
METHODS = ("get", "post", "put", "patch", "delete")
MADE = "<!-- Written by `make docs`. -->\n\n"


def pages() -> Mapping[Path, str]:
    """Each page with its text."""
    return {
        FOLDER / "configuration.md": MADE + configuration(),
        FOLDER / "errors.md": MADE + errors(),
        FOLDER / "api.md": MADE + api(openapi_document()),
    }


def configuration() -> str:
    """Every setting, its meaning, its default, an example."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = field.default
        shown = "" if default in (None, "", ()) else ", ".join(map(str, default)) if isinstance(default, tuple) else str(default)
        example = str((field.examples or [""])[0])
        rows.append(f"| `{PREFIX}{name.upper()}` | {field.description} | {_code(shown)} | {_code(example)} |")
    return f"""# Configuration

Settings come from the environment, from a file `.env` in the working directory, and from files:
`{PREFIX}X_FILE=/run/secrets/x` gives `{PREFIX}X` the text of that file. The environment wins over `.env`.

A value that cannot be used stops the start with one report of all problems. `matinee config show` prints what is in effect,
with secrets masked; `matinee config check` only says whether it is good.

| variable | meaning | default | example |
| --- | --- | --- | --- |
""" + "\n".join([*rows, ""])


def errors() -> str:
    """The error catalogue by category."""
    categories = dict.fromkeys(spec.category for spec in CATALOGUE.values())
    parts = [
        """# Errors

Every error is `application/problem+json` (RFC 9457): `type`, `title`, `status`, `detail`, `instance`, and Matinee's own
`code` (stable: write your client against it), `category`, `correlation_id` (find it in the log), `retry_after` in
seconds where trying again makes sense, and `errors[]` (`location`, `message`, `code`) where single values are wrong.
"""
    ]
    for category in categories:
        parts.append(f"\n## {category.replace('_', ' ').capitalize()}\n\n| code | status | meaning |\n| --- | --- | --- |\n")
        parts += [
            f"| `{code}` | {spec.status} | {spec.title} |\n" for code, spec in CATALOGUE.items() if spec.category == category
        ]
    return "".join(parts)


def api(document: Mapping[str, Any]) -> str:
    """Every route by tag, with the first line of its description."""
    routes: dict[str, list[str]] = {}
    for path, methods in sorted(document["paths"].items()):
        for method in METHODS:
            if method in methods:
                operation = methods[method]
                text = (
                    (operation.get("description") or operation.get("summary") or "").strip().split("\n\n")[0].replace("\n", " ")
                )
                tag = (operation.get("tags") or ["other"])[0]
                routes.setdefault(tag, []).append(f"| `{method.upper()} {path}` | {text.replace('|', chr(92) + '|')} |")
    described = {tag["name"]: tag.get("description", "") for tag in document.get("tags", ())}
    parts = [CONVENTIONS]
    for tag in sorted(routes):
        parts.append(
            f"\n## {tag.capitalize()}\n\n{described.get(tag, '')}\n\n| route | what it does |\n| --- | --- |\n".replace(
                "\n\n\n\n", "\n\n"
            )
        )
        parts.append("\n".join(routes[tag]) + "\n")
    return "".join(parts)


def _code(text: str) -> str:
    return f"`{text}`" if text else ""


CONVENTIONS = """# The API

The full description is `/openapi.json`, and `/docs` on your own server is an explorer that works without a network.
This page is the map.

## Conventions

- **Signing in**: `Authorization: Bearer` with the token of `POST /api/v1/auth/login`, `X-Api-Key` with a key of `POST
  /api/v1/me/api-keys`, or the session cookie, which needs `X-CSRF-Token` (the value of the cookie `matinee_csrf`) on
  writes. Playback URLs are signed and need none.
- **Names and values**: JSON in `snake_case`, times in RFC 3339 UTC, durations in seconds, sizes in bytes, ids as opaque
  strings. A title is `movie-603`, `show-1399` or `local-…`.
- **Lists**: `{"items": […], "next_cursor": "…" | null}`; `limit` is 1 to 100, 20 by default. Give `next_cursor` back as
  `cursor` to go on; it is bound to the list, its order and its filters, and stays true when something is added
  meanwhile.
- **Fields**: `?fields=id,title` keeps only those; dotted names reach inside.
- **Query parameters** that a route does not know, or that come twice, are refused, so a typing error never passes for
  an answer.
- **Conditional requests**: every GET has an `ETag`; `If-None-Match` saves the body.
- **Errors** are problem details with a stable `code`; see [errors](errors.md).
- **Requests can be followed**: `X-Request-ID` is taken over or made, returned on every answer, and in every line of the
  log.
"""
