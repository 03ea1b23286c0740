"""Who looks suspicious, and how much: a score for each address and account, which fades."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256

from matinee.infra.clock import Clock
from matinee.infra.protection.policy import EVIDENCE_LENGTH, ProtectionPolicy, Rule
from matinee.infra.protection.rules import Evidence, Found, Pattern, Seen


@dataclass(frozen=True, slots=True)
class Finding:
    """The last time a rule fitted, with all points that it gave so far."""

    rule: Rule
    points: float
    evidence: Evidence
    at: datetime


@dataclass(slots=True)
class Suspect:
    """A caller who is watched. `key` is an address (a network for IPv6) or `account:<id>`."""

    key: str
    pattern: Pattern
    last_seen: float = 0.0
    score: float = 0.0
    scored: float = 0.0
    findings: dict[Rule, Finding] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Scored:
    """A suspect as administrators see it."""

    key: str
    score: float
    findings: Sequence[Finding]
    last_seen_at: datetime


class Suspects:
    """Bounded: those not seen for longest fall out."""

    def __init__(self, clock: Clock, policy: ProtectionPolicy) -> None:
        self._clock = clock
        self.policy = policy
        self._known: OrderedDict[str, Suspect] = OrderedDict()
        self._agents: OrderedDict[str, dict[str, float]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def seen(self, key: str, seen: Seen, agent: str) -> Sequence[Finding]:
        """Count an answered request; gives what is newly found, nothing for nearly every request."""
        suspect = self._of(key, seen.at)
        findings: list[Finding] | None = None
        for found in suspect.pattern.note(seen, self.policy):
            findings = findings or []
            findings += self._score(suspect, found, agent, seen.at)
        return findings or ()

    def found(self, key: str, found: Found, agent: str = "") -> Sequence[Finding]:
        """Something that is no request, such as a connection that dawdles."""
        now = self._clock.monotonic()
        return self._score(self._of(key, now), found, agent, now)

    def score(self, key: str) -> float:
        """Now."""
        suspect = self._known.get(key)
        return 0.0 if suspect is None else self._faded(suspect, self._clock.monotonic())

    def findings(self, key: str) -> Sequence[Finding]:
        """Of a suspect, those with the most points first."""
        suspect = self._known.get(key)
        return [] if suspect is None else sorted(suspect.findings.values(), key=lambda one: -one.points)

    def forget(self, key: str) -> None:
        """Begin anew with somebody."""
        self._known.pop(key, None)

    def worst(self, limit: int) -> Sequence[Scored]:
        """Those with a score, the highest first."""
        now, wall = self._clock.monotonic(), self._clock.now()
        scored = [(self._faded(one, now), one) for one in self._known.values() if one.score]
        scored.sort(key=lambda pair: (-pair[0], pair[1].key))
        return [
            Scored(
                one.key,
                round(score, 1),
                self.findings(one.key),
                datetime.fromtimestamp(wall.timestamp() - (now - one.last_seen), wall.tzinfo),
            )
            for score, one in scored[:limit]
            if score >= 1.0
        ]

    def _of(self, key: str, now: float) -> Suspect:
        suspect = self._known.get(key)
        if suspect is None:
            suspect = self._known[key] = Suspect(key, Pattern(now))
            if len(self._known) > self.policy.suspects:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(key)
        suspect.last_seen = now
        return suspect

    def _score(self, suspect: Suspect, found: Found, agent: str, now: float) -> list[Finding]:
        added = [self._add(suspect, found, now)]
        if agent and found.rule != "shared_user_agent" and not suspect.key.startswith("account:"):
            sharing = self._sharing(suspect.key, agent, now)
            if sharing >= self.policy.sharing and "shared_user_agent" not in suspect.findings:
                evidence = {"user_agent": agent[:EVIDENCE_LENGTH], "addresses": sharing}
                again = Found("shared_user_agent", self.policy.points["shared_user_agent"], evidence)
                added.append(self._add(suspect, again, now))
        return added

    def _add(self, suspect: Suspect, found: Found, now: float) -> Finding:
        suspect.score = self._faded(suspect, now) + found.points
        suspect.scored = now
        before = suspect.findings.get(found.rule)
        points = found.points + (before.points if before is not None else 0.0)
        finding = suspect.findings[found.rule] = Finding(found.rule, points, found.evidence, self._clock.now())
        return finding

    def _faded(self, suspect: Suspect, now: float) -> float:
        score = self.policy.decayed(suspect.score, now - suspect.scored)
        if score < 1.0 and suspect.score:
            suspect.score = 0.0
            suspect.findings.clear()
            return 0.0
        return score

    def _sharing(self, key: str, agent: str, now: float) -> int:
        """How many suspicious addresses have said lately that they are this program."""
        digest = sha256(agent.encode("utf-8", "replace")).hexdigest()[:16]
        users = self._agents.setdefault(digest, {})
        self._agents.move_to_end(digest)
        users[key] = now
        fading = self.policy.half_life.total_seconds()
        for gone in [one for one, at in users.items() if now - at > fading]:
            del users[gone]
        while len(users) > 64:
            del users[next(iter(users))]
        while len(self._agents) > self.policy.agents:
            self._agents.popitem(last=False)
        return len(users)
