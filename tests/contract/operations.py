"""The operations of the API as a table for tests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.contract.access_table import ROWS
from tests.contract.conftest import DOCUMENT


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path."""

    method: str
    path: str
    details: dict[str, Any]

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def parameters(self) -> dict[str, dict[str, Any]]:
        """Query parameters by name."""
        return {p["name"]: p for p in self.details.get("parameters", ()) if p["in"] == "query"}

    @property
    def is_list(self) -> bool:
        return self.method == "GET" and {"limit", "cursor"} <= self.parameters.keys()

    @property
    def is_signed(self) -> bool:
        """Whether the URL itself carries the permission."""
        return {"e", "s"} <= self.parameters.keys()

    @property
    def is_public(self) -> bool:
        """Whether the table of access lets anybody in."""
        row = ROWS.get(str(self))
        return row is not None and row.access in {"anybody", "near"}

    def url(self, variables: Mapping[str, str] | None = None) -> str:
        """The path with these variables (something in the place of others), and required query parameters."""
        placed = {"number": "1", "season": "1", "index": "1", "kind": "poster", **(variables or {})}
        path = re.sub(r"\{([^}]*)\}", lambda found: placed.get(found[1], "movie-1"), self.path)
        required = {name: "1" for name, p in self.parameters.items() if p.get("required")}
        return path + ("?" + "&".join(f"{name}={value}" for name, value in required.items()) if required else "")


METHODS = ("get", "post", "put", "patch", "delete", "head")
OPERATIONS = [
    Operation(method.upper(), path, methods[method])
    for path, methods in sorted(DOCUMENT["paths"].items())
    for method in METHODS
    if method in methods
]
LISTS = [operation for operation in OPERATIONS if operation.is_list and "{" not in operation.path]
GUARDED = [operation for operation in OPERATIONS if not operation.is_public and not operation.is_signed]
