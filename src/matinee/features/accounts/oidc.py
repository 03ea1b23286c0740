"""Signing in with an OpenID Connect provider: there and back again, bound to one browser."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import structlog

from matinee.features.accounts.attempts import Attempt, Attempts
from matinee.features.accounts.audit import AuditLog
from matinee.features.accounts.errors import LogoutTokenInvalid, OidcFailed, WayInUnavailable
from matinee.features.accounts.identities import Identities, Source
from matinee.features.accounts.policy import ATTEMPT_LIFETIME, Origin
from matinee.features.accounts.sessions import SignedIn
from matinee.infra.errors import Forbidden, MatineeError, NotFound
from matinee.infra.http.caller import Caller
from matinee.infra.signing import Signer
from matinee.ports.identity import EndedElsewhere, RedirectRequest, RedirectSignIn, SignInProviders
from matinee.ports.metadata import Found, Rejected, Unavailable
from matinee.ports.metadata import NotFound as NotMeant

Purpose = Literal["sign_in", "link"]
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Returned:
    """What the provider's redirect brought."""

    state: str = field(repr=False)
    code: str | None = field(default=None, repr=False)
    error: str | None = None
    issuer: str | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """Where the person goes now. `signed_in` is None when an identity was linked, and when `problem` says what went wrong."""

    return_to: str
    purpose: Purpose
    signed_in: SignedIn | None = None
    problem: MatineeError | None = None


class OidcSignIns:
    """The state that travels is a secret of ours; nonce and PKCE verifier follow from it by the server's key, so that the
    database holds none of the three."""

    def __init__(
        self, attempts: Attempts, identities: Identities, audit: AuditLog, signer: Signer, providers: SignInProviders
    ) -> None:
        self._attempts = attempts
        self._identities = identities
        self._audit = audit
        self._signer = signer
        self._providers = {one.id: one for one in providers.redirects}

    async def start(
        self,
        provider: str,
        purpose: Purpose,
        caller: Caller | None,
        browser: str,
        return_to: str,
        callback: str,
        origin: Origin,
    ) -> str:
        """Where to send the person. Raises `NotFound`, `WayInUnavailable`, `TooManySignIns`."""
        chosen = self._named(provider)
        await self._attempts.admit(origin.address)
        user_id = caller.user_id if purpose == "link" and caller is not None else None
        document = {"return_to": return_to, "callback": callback}
        attempt = await self._attempts.begin(chosen.id, browser, user_id, document, ATTEMPT_LIFETIME)
        outcome = await chosen.address(self._request(attempt))
        if isinstance(outcome, Found):
            return outcome.value
        await self._attempts.take(attempt)
        raise _unavailable(chosen, outcome)

    async def finish(self, returned: Returned, browser: str, caller: Caller | None, origin: Origin) -> Finished:
        """The end of a sign-in or of a linking. Problems are in the answer, since a page of ours must tell them."""
        attempt = await self._attempts.find(returned.state, browser) if returned.state and browser else None
        if attempt is None or not await self._attempts.take(attempt):
            await self._audit.sign_in_failed(origin, "oidc", "unknown_state")
            return Finished("/", "sign_in", problem=OidcFailed("This sign-in has ended, or was begun in another browser."))
        purpose: Purpose = "sign_in" if attempt.user_id is None else "link"
        return_to = str(attempt.document["return_to"])
        try:
            signed_in = await self._proven(attempt, returned, caller, origin)
        except MatineeError as problem:
            log.info("oidc_sign_in_failed", provider=attempt.provider, code=problem.code, reason=problem.detail)
            # What the provider's absence fails is nobody's guess, and neither is what somebody who is signed in wanted to link.
            if purpose == "sign_in" and problem.spec.category == "auth":
                await self._audit.sign_in_failed(origin, "oidc", problem.code)
            return Finished(return_to, purpose, problem=problem)
        return Finished(return_to, purpose, signed_in)

    async def end(self, token: str, origin: Origin) -> int:
        """End what a provider's logout token names; returns how many sessions lived. Raises `LogoutTokenInvalid`."""
        for provider in self._providers.values():
            outcome = await provider.ended(token)
            match outcome:
                case Found(value=notice):
                    return await self._ended(notice, origin)
                case NotMeant():
                    continue
                case Rejected(reason=reason):
                    raise LogoutTokenInvalid(reason)
                case Unavailable():
                    raise _unavailable(provider, outcome)
        raise LogoutTokenInvalid("It is from nobody that this server knows.")

    async def farewell(self, caller: Caller, return_to: str) -> str | None:
        """Where the caller ends its sign-in at the provider as well; None for other sign-ins. `return_to` is absolute."""
        provider = self._providers.get(await self._identities.provider_of(caller) or "")
        return None if provider is None else await provider.farewell(return_to)

    async def _ended(self, notice: EndedElsewhere, origin: Origin) -> int:
        return await self._identities.ended(notice, origin)

    async def _proven(self, attempt: Attempt, returned: Returned, caller: Caller | None, origin: Origin) -> SignedIn | None:
        provider = self._named(attempt.provider)
        if attempt.user_id is not None and (caller is None or caller.user_id != attempt.user_id):
            raise Forbidden("Only who began to link an identity may finish it.")
        if returned.error is not None or not returned.code:
            raise OidcFailed("The provider did not let you in.")
        outcome = await provider.redeem(returned.code, self._request(attempt, returned.issuer))
        if not isinstance(outcome, Found):
            if isinstance(outcome, Unavailable):
                raise _unavailable(provider, outcome)
            raise OidcFailed(outcome.reason if isinstance(outcome, Rejected) else "The provider does not know this sign-in.")
        source = Source(provider.id, "oidc", provider.sign_up)
        if attempt.user_id is not None and caller is not None:
            await self._identities.link(caller, source, outcome.value, origin)
            return None
        return await self._identities.sign_in(source, outcome.value, origin)

    def _request(self, attempt: Attempt, issuer: str | None = None) -> RedirectRequest:
        state = attempt.secret
        return RedirectRequest(
            callback=str(attempt.document["callback"]),
            state=state,
            nonce=self._signer.derive(f"oidc.nonce.{state}").hex(),
            verifier=self._signer.derive(f"oidc.verifier.{state}").hex(),
            issuer=issuer,
        )

    def _named(self, provider: str) -> RedirectSignIn:
        found = self._providers.get(provider)
        if found is None:
            raise NotFound("There is no such provider.")
        return found


def _unavailable(provider: RedirectSignIn, outcome: object) -> MatineeError:
    if isinstance(outcome, Unavailable):
        wait = outcome.retry_after.total_seconds() if outcome.retry_after else 10
        return WayInUnavailable(f"{provider.label} does not answer at the moment.", retry_after=wait)
    log.warning("oidc_provider_refused", provider=provider.id, reason=getattr(outcome, "reason", ""))
    return OidcFailed(f"{provider.label} does not work with this server.")
