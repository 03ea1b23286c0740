"""What a caller's requests look like: pure, by the clock of who calls."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from matinee.infra.protection.policy import BAIT, EVIDENCE_ITEMS, EVIDENCE_LENGTH, PERIOD, ProtectionPolicy, Rule

_TITLE = re.compile(r"/(?:movies/movie|shows/show)-(\d{1,9})(?:/|$)")
Evidence = Mapping[str, Any]  # Any: JSON of a few numbers and short texts


@dataclass(frozen=True, slots=True)
class Seen:
    """One answered request. `routed` says whether any route had its path."""

    path: str
    status: int
    routed: bool
    at: float


@dataclass(frozen=True, slots=True)
class Found:
    """A rule that fits, and why."""

    rule: Rule
    points: float
    evidence: Evidence


@dataclass(slots=True)
class Pattern:
    """What one caller did in the present minute, and how far it has come with the titles."""

    started: float = 0.0
    requests: int = 0
    refused: int = 0
    errors: int = 0
    unauthorized: int = 0
    strange: list[str] = field(default_factory=list)
    """Paths that do not exist, each once, a few more than are shown."""
    title: int = -10
    first: int = -10
    run: int = 0

    def note(self, seen: Seen, policy: ProtectionPolicy) -> Iterator[Found]:
        """Count a request; gives the rules that it brings to their number."""
        if seen.at - self.started >= PERIOD:
            self.started = seen.at
            self.requests = self.refused = self.errors = self.unauthorized = 0
            self.strange.clear()
        self.requests += 1
        status = seen.status
        if status >= 400:
            yield from self._failed(seen, status, policy)
        elif not seen.routed and BAIT.search(seen.path):  # the UI answers whatever looks like one of its own addresses
            yield from self._strange(seen.path, policy)
        if "e-" in seen.path or "w-" in seen.path:  # cheaper than the expression, which nearly no request needs
            yield from self._titles(seen.path, policy)

    def _failed(self, seen: Seen, status: int, policy: ProtectionPolicy) -> Iterator[Found]:
        if status == 429:
            self.refused += 1
            if self.refused % policy.refused_every == 0:
                yield self._found("request_rate", policy, requests=self.requests, refused=self.refused)
        elif status == 401:
            self.unauthorized += 1
            if self.unauthorized % policy.unauthorized_every == 0 and self.unauthorized * 2 >= self.requests:
                yield self._found("unauthorized", policy, requests=self.requests, unauthorized=self.unauthorized)
        elif status < 500:
            self.errors += 1
            if self.errors % policy.errors_every == 0 and self.errors >= policy.errors_ratio * self.requests:
                yield self._found("client_errors", policy, requests=self.requests, errors=self.errors)
            if status in {404, 405} and not seen.routed:
                yield from self._strange(seen.path, policy)

    def _strange(self, path: str, policy: ProtectionPolicy) -> Iterator[Found]:
        shown, bait = path[:EVIDENCE_LENGTH], BAIT.search(path) is not None
        if shown in self.strange or len(self.strange) >= policy.strange_paths * 4:
            return
        self.strange.append(shown)
        if bait or len(self.strange) > policy.strange_paths:
            points = policy.points["path_scanning"] * (1.0 if bait else 0.25)
            evidence = {"paths": self.strange[-EVIDENCE_ITEMS:], "distinct": len(self.strange), "seconds": int(PERIOD)}
            yield Found("path_scanning", points, evidence)

    def _titles(self, path: str, policy: ProtectionPolicy) -> Iterator[Found]:
        found = _TITLE.search(path)
        if found is None:
            return
        number = int(found.group(1))
        step = number - self.title
        if step == 0:
            return
        self.title = number
        if -3 <= step <= 3:
            self.run += 1
            if self.run % policy.run == 0:
                yield Found(
                    "title_enumeration",
                    policy.points["title_enumeration"],
                    {"first": self.first, "last": number, "titles": self.run},
                )
        else:
            self.first, self.run = number, 1

    def _found(self, rule: Rule, policy: ProtectionPolicy, **numbers: int) -> Found:
        return Found(rule, policy.points[rule], {**numbers, "seconds": int(PERIOD)})
