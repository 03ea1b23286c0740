"""What an operator says about one provider, and how it is treated."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from urllib.parse import urlsplit

from matinee.infra.upstream import Backoff, BreakerPolicy, BudgetPolicy, BulkheadPolicy, UpstreamPolicy
from matinee.infra.upstream.guard import Guard
from matinee.infra.upstream.policy import SECRET_PARAMETERS

ALGORITHMS = (
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA", "Ed25519",
)  # fmt: skip
"""Signatures by a private key that the provider alone has: `none` proves nothing, nor does an HMAC by what is public."""
LEEWAY = timedelta(seconds=60)
"""How far two clocks may be apart."""
METADATA_FRESH = timedelta(hours=1)
METADATA_STALE = timedelta(hours=24)
"""How long metadata and keys are believed while the provider does not answer."""
ASK_AGAIN = timedelta(minutes=1)
"""After a failure, with something old to go on with."""
KEYS_AGAIN = timedelta(seconds=30)
"""A token with an unknown key has the keys read again, but no more often than this, however many such tokens come."""


@dataclass(frozen=True, slots=True)
class OidcOptions:
    """One provider. `role_claim` and `tier_claim` are names of claims, dotted for nested ones; where `role_claim` is set, whoever
    has none of `admin_values` in it is no administrator. Likewise the tier."""

    id: str
    label: str
    issuer: str
    client_id: str
    client_secret: str = field(default="", repr=False)
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    role_claim: str = ""
    admin_values: frozenset[str] = frozenset()
    tier_claim: str = ""
    premium_values: frozenset[str] = frozenset()
    sign_up: bool = False
    proxy: str | None = field(default=None, repr=False)

    @property
    def name(self) -> str:
        """Among the services."""
        return f"oidc-{self.id}"


def issuer_policy(options: OidcOptions) -> UpstreamPolicy:
    """The issuer's own host, which the operator has named. A person waits; discovery and keys are a few kilobytes."""
    return _policy(options, options.name, None)


def elsewhere_policy(options: OidcOptions, guard: Guard) -> UpstreamPolicy:
    """Other hosts, which the issuer's metadata names: they are guarded."""
    return _policy(options, f"{options.name}-elsewhere", guard)


def _policy(options: OidcOptions, name: str, guard: Guard | None) -> UpstreamPolicy:
    return UpstreamPolicy(
        name=name,
        base_urls=(options.issuer.rstrip("/"),),
        total=timedelta(seconds=8),
        per_try=timedelta(seconds=5),
        connect=timedelta(seconds=3),
        attempts=2,
        backoff=Backoff(first=timedelta(milliseconds=300), longest=timedelta(seconds=2)),
        breaker=BreakerPolicy(minimum_calls=6, slow_after=timedelta(seconds=4), open_for=timedelta(seconds=15)),
        budget=BudgetPolicy(rate=20, burst=40, queue=100, longest_wait=timedelta(seconds=3)),
        bulkhead=BulkheadPolicy(concurrent=8, queue=100),
        response_limit=512 * 1024,
        proxy=options.proxy,
        guard=guard,
        secret_parameters=SECRET_PARAMETERS | {"code", "client_secret", "code_verifier", "id_token"},
    )


def origin_of(url: str) -> tuple[str, str, int]:
    """Scheme, host and port. Raises ValueError for what is no web address."""
    parts = urlsplit(url)
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.username is not None or parts.fragment:
        raise ValueError("not a web address")
    return parts.scheme, parts.hostname.lower(), parts.port or (443 if parts.scheme == "https" else 80)
