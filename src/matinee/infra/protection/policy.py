"""Rules, points and durations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, get_args

Rule = Literal[
    "request_rate",
    "client_errors",
    "unauthorized",
    "path_scanning",
    "title_enumeration",
    "shared_user_agent",
    "slow_headers",
    "slow_body",
    "slow_read",
]
RULES: tuple[Rule, ...] = get_args(Rule)
DESCRIPTIONS: Mapping[Rule, str] = {
    "request_rate": "Goes on asking after being told to wait (429).",
    "client_errors": "Most requests of a minute are wrong (4xx).",
    "unauthorized": "Many requests with credentials that are not valid (401).",
    "path_scanning": "Asks for addresses that no Matinee has, such as those of other programs.",
    "title_enumeration": "Asks for one title after the other by number.",
    "shared_user_agent": "Several suspicious addresses say that they are the same program.",
    "slow_headers": "Opens connections and does not say what for.",
    "slow_body": "Sends a body slower than any network needs.",
    "slow_read": "Does not take the answer that it asked for.",
}
PERIOD = 60.0
EVIDENCE_ITEMS = 5
EVIDENCE_LENGTH = 120
# What looks for the weaknesses of other programs. Nothing here has such an address.
_BAIT = (
    ".php", ".asp", ".jsp", ".cgi", "/.env", "/.git", "/.svn", "/.hta", "/.htp", "/.aws", "/.ssh", ".sql", ".bak", "/wp-",
    "phpmyadmin", "/cgi-bin", "/actuator", "/solr/", "/vendor/", "/boaform", "/hnap1", "/manager/html", "/server-status",
    "/etc/passwd", "/telescope", "/_ignition",
)  # fmt: skip
BAIT = re.compile("|".join(map(re.escape, _BAIT)), re.IGNORECASE)


_POINTS: Mapping[Rule, float] = {
    "request_rate": 25.0,
    "client_errors": 20.0,
    "unauthorized": 25.0,
    "path_scanning": 20.0,
    "title_enumeration": 25.0,
    "shared_user_agent": 15.0,
    "slow_headers": 10.0,
    "slow_body": 20.0,
    "slow_read": 5.0,  # a player that pauses and asks again every two minutes must stay below the threshold
}


@dataclass(frozen=True, slots=True)
class ProtectionPolicy:
    """Points that each rule gives, and what they lead to.

    A score halves every `half_life`; at `threshold` the address is blocked. `every` counts within a minute: each time so many of
    the kind were seen, the points are given again. Durations grow with each offence of the last `memory`.
    """

    threshold: float = 100.0
    half_life: timedelta = timedelta(minutes=10)
    points: Mapping[Rule, float] = field(default_factory=lambda: _POINTS)
    refused_every: int = 150
    errors_every: int = 40
    errors_ratio: float = 0.6
    unauthorized_every: int = 20
    strange_paths: int = 10
    """So many addresses that do not exist are anybody's right in a minute; each further one counts. Bait counts at once."""
    run: int = 40
    """Titles in a row. A person pages through lists, whose titles have no neighbouring numbers."""
    sharing: int = 5
    """Suspicious addresses with the same user agent."""
    durations: tuple[timedelta, ...] = (
        timedelta(minutes=10),
        timedelta(hours=1),
        timedelta(hours=6),
        timedelta(days=1),
        timedelta(days=7),
    )
    memory: timedelta = timedelta(days=30)
    suspects: int = 20_000
    """Addresses and accounts that are watched at once; those not seen for longest fall out."""
    agents: int = 512
    blocks: int = 20_000
    """Blocks in memory; beyond that the newest count."""

    def duration(self, offence: int) -> timedelta:
        """How long the block of an offence lasts; the first is 1."""
        return self.durations[min(max(offence, 1), len(self.durations)) - 1]

    def decayed(self, score: float, seconds: float) -> float:
        """What is left of a score after so many seconds."""
        return score * 0.5 ** (seconds / self.half_life.total_seconds()) if score else 0.0
