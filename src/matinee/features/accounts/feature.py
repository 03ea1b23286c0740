"""Accounts, as bootstrap sees them."""

from __future__ import annotations

from typing import Any

from pwdlib.hashers.argon2 import Argon2Hasher

from matinee.features.accounts.api_keys import ApiKeys
from matinee.features.accounts.authenticator import AccountsAuthenticator
from matinee.features.accounts.housekeeping import Housekeeping, keep_house
from matinee.features.accounts.memory import LastUses, VerifiedCredentials
from matinee.features.accounts.passwords import Passwords
from matinee.features.accounts.policy import AccountsOptions
from matinee.features.accounts.revocations import Revocations, announcing
from matinee.features.accounts.routes import auth_router, me_router, setup_router
from matinee.features.accounts.service import AccountsService
from matinee.features.accounts.sessions import Sessions
from matinee.features.accounts.throttle import SignInThrottle
from matinee.features.accounts.tokens import AccessTokens, CsrfTokens
from matinee.infra.bus import Bus
from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.feature import Container, EventBus, Feature, RoutesOf
from matinee.infra.http.caller import Authenticator, CredentialMemory
from matinee.infra.signing import Signer


def build(container: Container) -> None:
    """Needs Database, Clock, Signer, Bus, EventBus and AccountsOptions."""
    database, options = container.get(Database), container.get(AccountsOptions)
    clock = container.get(Clock)  # type: ignore[type-abstract]  # a key, not a constructor
    signer = container.get(Signer)
    hasher = Argon2Hasher(time_cost=options.hash_rounds, memory_cost=options.hash_memory)
    passwords = Passwords(hasher, threads=options.hashing_threads, waiting=options.waiting_hashes)
    container.add(Passwords, passwords)
    tokens = container.add(AccessTokens, AccessTokens(signer, clock, options))
    csrf, uses, verified = CsrfTokens(signer), LastUses(), VerifiedCredentials(clock, options)
    bus: Bus = container.get(Bus)  # type: ignore[type-abstract]  # a key, not a constructor
    container.add(Revocations, Revocations(bus, verified))
    throttle = SignInThrottle(clock, options.sign_in_attempts, options.sign_in_window)
    sessions = Sessions(database, clock, options, passwords, throttle, tokens, csrf, verified)
    container.add(Sessions, sessions)
    container.add(ApiKeys, ApiKeys(clock, verified))
    events = container.get(EventBus)
    container.add(AccountsService, AccountsService(database, clock, options, passwords, sessions, verified, events))
    container.add(Housekeeping, Housekeeping(database, clock, uses))
    authenticator = AccountsAuthenticator(database, clock, options, tokens, csrf, verified, uses)
    container.add(Authenticator, authenticator)  # type: ignore[type-abstract]  # a key, not a constructor
    container.add(CredentialMemory, authenticator)  # type: ignore[type-abstract]  # a key, not a constructor


def commands() -> Any:  # Any: a typer.Typer, which servers do not load
    """The feature's commands."""
    from matinee.features.accounts.commands import commands as found

    return found


FEATURE = Feature(
    name="accounts",
    build=build,
    routes=[RoutesOf("auth", [setup_router, auth_router, me_router])],
    running=[keep_house, announcing],
    commands=commands,
    tags=[
        {"name": "setup", "description": "The first start of a server."},
        {"name": "auth", "description": "Signing in and out, tokens and their public keys."},
        {"name": "me", "description": "Your own account: password, sessions, API keys."},
    ],
)
