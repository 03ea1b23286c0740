"""Wire types of limits, blocks and lists."""

from __future__ import annotations

from datetime import datetime
from ipaddress import ip_network
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from matinee.infra.http.input.text import PlainText

LONGEST = 10 * 366 * 86_400


def _network(value: str) -> str:
    try:
        found = ip_network(value.strip(), strict=False)
    except ValueError:
        raise ValueError("must be an address such as 203.0.113.7, or a network such as 203.0.113.0/24 or 2001:db8::/32") from None
    if found.prefixlen < (8 if found.version == 4 else 16):
        raise ValueError("is wider than anybody can mean")
    return str(found.network_address) if found.version == 4 and found.prefixlen == 32 else str(found)


NetworkText = Annotated[str, Field(min_length=2, max_length=64, examples=["203.0.113.0/24"]), AfterValidator(_network)]
Note = Annotated[str, PlainText(max_graphemes=200, empty=True)]


class LimitClass(BaseModel):
    """What is counted apart."""

    name: str
    description: str
    period: int = Field(description="Seconds.")


class LimitsOut(BaseModel):
    """The limits in force. An administrator has none but at sign-in."""

    backend: Literal["memory", "redis"] = Field(description="Where is counted; in memory each process does so for itself.")
    degraded: bool = Field(description="Whether Redis cannot be reached, so that each process counts for itself.")
    period: int = Field(description="Seconds, where a class has no other.")
    classes: list[LimitClass]
    tiers: dict[str, dict[str, int]] = Field(description="Requests in a period, by tier and class.")
    callers: int = Field(description="Callers and classes that the process which answers counts now.")


class BlockIn(BaseModel):
    """What to block."""

    model_config = ConfigDict(extra="forbid")

    network: NetworkText
    expires_in: Annotated[int | None, Field(ge=60, le=LONGEST, description="Seconds; null for good.")] = None
    note: Note = ""


class BlockOut(BaseModel):
    """A block in force."""

    id: str
    network: str
    source: Literal["automatic", "manual"]
    rule: str | None = Field(description="The rule that gave most points; null for a manual one.")
    evidence: dict[str, Any] = Field(description="The score, and for each rule that fitted what was seen.")
    score: float | None
    offence: int = Field(description="Which automatic block of this network it is within 30 days; each lasts longer.")
    note: str
    created_at: datetime
    expires_at: datetime | None


class FindingOut(BaseModel):
    """A rule that fitted."""

    rule: str
    points: float
    evidence: dict[str, Any]
    at: datetime


class SuspectOut(BaseModel):
    """Somebody who looks suspicious; the score halves every ten minutes."""

    address: str = Field(description="An address, a network of IPv6, or `account:` with the id of an account.")
    score: float
    threshold: float = Field(description="At this score the address is blocked.")
    findings: list[FindingOut]
    last_seen_at: datetime


class SuspectList(BaseModel):
    """The worst of them."""

    items: list[SuspectOut]


class Lists(BaseModel):
    """Networks that are never blocked, and such as always are."""

    allow: list[str]
    deny: list[str]


class ListsOut(Lists):
    """The administrators' lists, and what the settings add to them."""

    from_settings: Lists


class ListsIn(BaseModel):
    """Both lists anew."""

    model_config = ConfigDict(extra="forbid")

    allow: Annotated[list[NetworkText], Field(max_length=1000)]
    deny: Annotated[list[NetworkText], Field(max_length=1000)]
