"""Builds the ways in beside a password: Plex, OpenID Connect, another device."""

from __future__ import annotations

from datetime import timedelta

from matinee.features.accounts.attempts import Attempts
from matinee.features.accounts.audit import AuditLog
from matinee.features.accounts.errors import TooManySignIns
from matinee.features.accounts.identities import Identities
from matinee.features.accounts.memory import VerifiedCredentials
from matinee.features.accounts.oidc import OidcSignIns
from matinee.features.accounts.pairing import Pairings
from matinee.features.accounts.plex import PlexSignIns
from matinee.features.accounts.sessions import Sessions
from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.feature import Container
from matinee.infra.http.limits import Throttles
from matinee.infra.signing import Signer
from matinee.ports.identity import SignInProviders

CODE_GUESSES = 20
STARTS = 60
"""Sign-ins at other systems, and devices, that one address may begin in the same time: a family behind one router."""
CODE_WINDOW = timedelta(minutes=15)
"""Codes typed by one account, or from one address: 20 guesses among 20^8 codes that live a quarter of an hour."""


def build_ways_in(container: Container, verified: VerifiedCredentials) -> None:
    """Needs what `feature.build` needs, the sessions, the audit log, and SignInProviders if there are any."""
    database, signer = container.get(Database), container.get(Signer)
    clock = container.get(Clock)  # type: ignore[type-abstract]  # a key, not a constructor
    sessions, audit = container.get(Sessions), container.get(AuditLog)
    if not container.has(SignInProviders):
        container.add(SignInProviders, SignInProviders())
    providers = container.get(SignInProviders)
    throttles = container.get(Throttles)
    starts = throttles.of("sign_in_start", STARTS, CODE_WINDOW, TooManySignIns)
    attempts = Attempts(database, clock, starts)
    identities = container.add(Identities, Identities(database, clock, sessions, verified, audit, providers))
    container.add(PlexSignIns, PlexSignIns(attempts, identities, audit, clock, providers))
    container.add(OidcSignIns, OidcSignIns(attempts, identities, audit, signer, providers))
    guesses = throttles.of("device_code", CODE_GUESSES, CODE_WINDOW, TooManySignIns)
    container.add(Pairings, Pairings(database, clock, signer, sessions, audit, starts, guesses))
