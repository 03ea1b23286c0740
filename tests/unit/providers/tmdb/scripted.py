"""A transport that answers from a table, and a provider over it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from matinee.infra.clock import Clock, ManualClock
from matinee.infra.upstream import Call, Reply, UpstreamError
from matinee.providers.tmdb import TmdbOptions, TmdbProvider

NOT_FOUND = {"success": False, "status_code": 34, "status_message": "The resource you requested could not be found."}
Answers = Mapping[str, Any]


class Scripted:
    """Answers by path: a body, an `UpstreamError` to raise, or a list of such for one call after another."""

    def __init__(self, answers: Answers | None = None) -> None:
        self.answers: dict[str, Any] = dict(answers or {})
        self.calls: list[Call] = []

    @property
    def paths(self) -> list[str]:
        """What was asked for, without genres and configuration."""
        return [call.path for call in self.calls if not call.path.startswith(("/genre/", "/configuration"))]

    async def send(self, call: Call) -> Reply:
        self.calls.append(call)
        answer = self.answers.get(call.path)
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, UpstreamError):
            raise answer
        status = 404 if answer is None else 200
        body = json.dumps(NOT_FOUND if answer is None else answer).encode()
        value = call.decode(body) if status == 200 and call.decode else None
        return Reply(status, {"content-type": "application/json"}, body, "", 0.0, value)


def provider(transport: Scripted, options: TmdbOptions | None = None, clock: Clock | None = None) -> TmdbProvider:
    return TmdbProvider(transport, transport, clock or ManualClock(), options or TmdbOptions(key="k"))


def found(*films: tuple[int, str, str], series: str = "movie") -> dict[str, Any]:
    """A search's answer with (id, title, date), most popular first."""
    name, date = ("title", "release_date") if series == "movie" else ("name", "first_air_date")
    results = [{"id": key, name: title, f"original_{name}": title, date: day} for key, title, day in films]
    return {"page": 1, "results": results, "total_pages": 1, "total_results": len(results)}
