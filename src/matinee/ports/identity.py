"""Who somebody is, as another system proves it.

Outcomes as in `ports.metadata`: `Found`; `NotFound`, the sign-in has expired or was never begun there; `Unavailable`, try later;
`Rejected`, what came back proves nothing, or our own credentials were refused. `Pending` stands beside them for a person who has
not confirmed yet.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal, Protocol

from matinee.ports.metadata import Outcome


@dataclass(frozen=True, slots=True)
class ProvenIdentity:
    """A person at another system.

    `issuer` and `subject` together never change their meaning. `name` is a proposal for the name of an account and `label` what
    the person recognises the identity by; neither proves anything. `role` and `tier` are None where the system says nothing about
    them. `session` is the system's own name for this sign-in.
    """

    issuer: str
    subject: str
    name: str
    label: str
    role: Literal["admin", "user"] | None = None
    tier: Literal["free", "premium"] | None = None
    session: str | None = None


@dataclass(frozen=True, slots=True)
class Pending:
    """The person has not confirmed yet. `again_in`: ask no sooner."""

    again_in: timedelta = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class StartedPin:
    """A sign-in that the person confirms at `address`. `number` and `code` are what `check` needs and stay on the server."""

    number: int
    code: str
    lifetime: timedelta


@dataclass(frozen=True, slots=True)
class RedirectRequest:
    """What a sign-in by redirect is bound to (RFC 6749, RFC 7636, OpenID Connect Core).

    `verifier` never leaves the server before the code is redeemed; `state` and `nonce` are random and used once. `issuer` is who
    answered, as the answer has it (RFC 9207); None where it does not say.
    """

    callback: str
    state: str = field(repr=False)
    nonce: str = field(repr=False)
    verifier: str = field(repr=False)
    issuer: str | None = None


@dataclass(frozen=True, slots=True)
class EndedElsewhere:
    """A provider says that a sign-in has ended: all of `subject`'s, or the one that it calls `session`, or both together.

    `token` names the message, which counts once; after `lifetime` it would not be believed anyway.
    """

    issuer: str
    token: str = field(repr=False)
    lifetime: timedelta
    subject: str | None = None
    session: str | None = None


class PinSignIn(Protocol):
    """Signing in by confirming a PIN at the other system's page. `id` is the provider's name in settings and in the API.

    `sign_up` says whether an unknown person gets an account.
    """

    id: str
    label: str
    sign_up: bool

    async def start(self) -> Outcome[StartedPin]:
        """A new PIN."""

    def address(self, pin: StartedPin, return_to: str) -> str:
        """Where the person confirms it; `return_to` is where the page sends the person afterwards."""

    async def check(self, pin: StartedPin) -> Outcome[ProvenIdentity] | Pending:
        """Who confirmed it. `NotFound` after its end."""


class RedirectSignIn(Protocol):
    """Signing in by being sent to the other system and back. `id`, `label`, `sign_up` as above."""

    id: str
    label: str
    sign_up: bool

    async def address(self, request: RedirectRequest) -> Outcome[str]:
        """Where to send the person."""

    async def redeem(self, code: str, request: RedirectRequest) -> Outcome[ProvenIdentity]:
        """Who came back with `code`."""

    async def ended(self, token: str) -> Outcome[EndedElsewhere]:
        """What a logout token says (OpenID Connect Back-Channel Logout). `NotFound` for a token that is meant for another."""

    async def farewell(self, return_to: str) -> str | None:
        """Where a person ends the sign-in at the provider, too; None where it has no such page or does not answer now."""


@dataclass(frozen=True, slots=True)
class SignInProviders:
    """Every way in beside passwords and devices, in the order in which people see them."""

    pins: Sequence[PinSignIn] = ()
    redirects: Sequence[RedirectSignIn] = ()
