"""Accounts, as bootstrap sees them."""

from __future__ import annotations

from typing import Any

from prometheus_client import Gauge
from pwdlib.hashers.argon2 import Argon2Hasher

from matinee.features.accounts.api_keys import ApiKeys
from matinee.features.accounts.audit import AuditLog, keeping_audit
from matinee.features.accounts.authenticator import AccountsAuthenticator
from matinee.features.accounts.code_check import CodeCheck
from matinee.features.accounts.first_start import FirstStart
from matinee.features.accounts.housekeeping import Housekeeping, keep_house
from matinee.features.accounts.invitations import Invitations
from matinee.features.accounts.memory import LastUses, VerifiedCredentials
from matinee.features.accounts.new_passwords import NewPasswords
from matinee.features.accounts.own_data import Leaving, register
from matinee.features.accounts.password_check import PasswordCheck
from matinee.features.accounts.passwords import Passwords
from matinee.features.accounts.people import People
from matinee.features.accounts.policy import AccountsOptions
from matinee.features.accounts.profiles import Profiles
from matinee.features.accounts.repository.own import OwnRepository
from matinee.features.accounts.resets import PasswordResets
from matinee.features.accounts.revocations import Revocations, announcing
from matinee.features.accounts.routes import (
    audit_router,
    auth_router,
    devices_router,
    identities_router,
    invitations_router,
    joining_router,
    me_router,
    of_others_router,
    own_data_router,
    people_router,
    profiles_router,
    providers_router,
    second_factor_router,
    setup_router,
)
from matinee.features.accounts.sealing import Sealing
from matinee.features.accounts.second_factor import SecondFactors
from matinee.features.accounts.service import AccountsService
from matinee.features.accounts.sessions import Sessions
from matinee.features.accounts.throttle import LinkThrottle, SignInThrottle
from matinee.features.accounts.tokens import AccessTokens, CsrfTokens
from matinee.features.accounts.ways_in import build_ways_in
from matinee.infra.bus import Bus
from matinee.infra.clock import Clock
from matinee.infra.database import Database
from matinee.infra.feature import Container, EventBus, Feature, RoutesOf
from matinee.infra.http.caller import Authenticator, CredentialMemory
from matinee.infra.http.limits import Throttles
from matinee.infra.http.rights import Rights
from matinee.infra.observability import Metrics
from matinee.infra.own_data import OwnData
from matinee.infra.paging import Cursors
from matinee.infra.signing import Signer


def build(container: Container) -> None:
    """Needs Database, Clock, Signer, Cursors, Bus, EventBus, Metrics and AccountsOptions."""
    database, options = container.get(Database), container.get(AccountsOptions)
    clock = container.get(Clock)  # type: ignore[type-abstract]  # a key, not a constructor
    signer = container.get(Signer)
    registry = container.get(Metrics).registry
    audit = container.add(AuditLog, AuditLog(database, clock, container.get(Cursors), registry))
    hasher = Argon2Hasher(time_cost=options.hash_rounds, memory_cost=options.hash_memory)
    passwords = Passwords(hasher, threads=options.hashing_threads, waiting=options.waiting_hashes)
    container.add(Passwords, passwords)
    waiting = Gauge("matinee_passwords_hashing", "Passwords being hashed or waiting for it.", registry=registry)
    waiting.set_function(lambda: passwords.busy)
    tokens = container.add(AccessTokens, AccessTokens(signer, clock, options))
    csrf, uses, verified = CsrfTokens(signer), LastUses(), VerifiedCredentials(clock, options)
    container.add(LastUses, uses)
    bus: Bus = container.get(Bus)  # type: ignore[type-abstract]  # a key, not a constructor
    container.add(Revocations, Revocations(bus, verified))
    throttles = container.get(Throttles) if container.has(Throttles) else container.add(Throttles, Throttles(clock))
    throttle = SignInThrottle(throttles, options.sign_in_attempts, options.sign_in_window)
    sealing = Sealing(signer)
    codes = CodeCheck(clock, sealing, audit)
    sessions = Sessions(database, clock, options, PasswordCheck(passwords, throttle, audit), codes, tokens, csrf, verified, audit)
    container.add(SecondFactors, SecondFactors(database, clock, sessions, codes, sealing, verified, audit))
    container.add(Sessions, sessions)
    container.add(ApiKeys, ApiKeys(clock, verified, audit))
    events = container.get(EventBus)
    people = AccountsService(database, clock, passwords, verified, audit)
    container.add(AccountsService, people)
    container.add(FirstStart, FirstStart(database, clock, options, people, sessions, events))
    new_passwords = container.add(NewPasswords, NewPasswords(database, clock, people, passwords, sessions, audit))
    container.add(Rights, people)  # type: ignore[type-abstract]  # a key, not a constructor
    container.add(Profiles, Profiles(database, clock, passwords, throttles, tokens, verified, events, audit))
    cursors, links = container.get(Cursors), LinkThrottle(throttles)
    profiles = container.get(Profiles)
    of_others = container.add(People, People(clock, cursors, sessions, profiles, verified, events, audit))
    parts = OwnData.of(container)
    register(parts, OwnRepository(database))
    container.add(Leaving, Leaving(database, clock, parts, profiles, of_others, new_passwords, codes))
    container.add(Invitations, Invitations(database, clock, cursors, people, sessions, links, audit))
    container.add(PasswordResets, PasswordResets(database, clock, options, people, new_passwords, links, audit))
    build_ways_in(container, verified)
    container.add(Housekeeping, Housekeeping(database, clock, uses, audit, options.audit_kept))
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
    routes=[
        RoutesOf("auth", [setup_router, auth_router, joining_router, providers_router, devices_router]),
        RoutesOf("auth", [me_router, own_data_router, second_factor_router, profiles_router, identities_router]),
        RoutesOf("admin", [people_router, of_others_router, invitations_router, audit_router]),
    ],
    running=[keep_house, announcing, keeping_audit],
    commands=commands,
    tags=[
        {"name": "setup", "description": "The first start of a server."},
        {"name": "auth", "description": "Signing in and out, tokens and their public keys."},
        {"name": "people", "description": "Accounts, invitations, permissions and the audit log, for administrators."},
        {"name": "me", "description": "Your own account: password, sessions, API keys."},
    ],
)
