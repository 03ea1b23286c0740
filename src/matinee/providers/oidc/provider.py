"""One provider: there, back again, and its word about the end of a sign-in."""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, quote_plus, urlencode, urlsplit, urlunsplit

import msgspec

from matinee.infra.clock import Clock
from matinee.infra.upstream import Reply, Transport, UpstreamError, UpstreamRejected
from matinee.ports.identity import EndedElsewhere, ProvenIdentity, RedirectRequest
from matinee.ports.metadata import Found, NotFound, Outcome, Rejected, Unavailable
from matinee.providers.oidc.claims import identity_of, nameless, wanting
from matinee.providers.oidc.discovery import Directory, Metadata
from matinee.providers.oidc.policy import OidcOptions
from matinee.providers.oidc.tokens import TokenRefused, id_claims, logout_claims, unverified

_JSON = "application/json"
_FORM = "application/x-www-form-urlencoded"
_ERROR = re.compile(r"[a-z_]{1,40}")


class OidcSignIn:
    """Implements `ports.identity.RedirectSignIn` with the authorization code flow and PKCE S256."""

    def __init__(self, issuer: Transport, elsewhere: Transport, clock: Clock, options: OidcOptions) -> None:
        self.id = options.id
        self.label = options.label
        self.sign_up = options.sign_up
        self._options = options
        self._clock = clock
        self._directory = Directory(issuer, elsewhere, clock, options)

    async def address(self, request: RedirectRequest) -> Outcome[str]:
        """See the port."""
        try:
            metadata = await self._directory.metadata()
        except UpstreamError as error:
            return _missed(error)
        challenge = urlsafe_b64encode(hashlib.sha256(request.verifier.encode()).digest()).rstrip(b"=").decode()
        wanted = {
            "response_type": "code",
            "client_id": self._options.client_id,
            "redirect_uri": request.callback,
            "scope": " ".join(self._options.scopes),
            "state": request.state,
            "nonce": request.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        return Found(_with(metadata.authorization, wanted))

    async def redeem(self, code: str, request: RedirectRequest) -> Outcome[ProvenIdentity]:
        """See the port."""
        try:
            metadata = await self._directory.metadata()
            # RFC 9207: else another provider could pass its answers off as this one's.
            if request.issuer is None and metadata.names_issuer:
                return Rejected("the answer does not say who it is from")
            if request.issuer is not None and request.issuer != metadata.issuer:
                return Rejected("the answer is from another provider")
            tokens = await self._tokens(metadata, code, request)
            if isinstance(tokens, Rejected):
                return tokens
            id_token, access_token = tokens.get("id_token"), tokens.get("access_token")
            if not isinstance(id_token, str) or not isinstance(access_token, str):
                return Rejected("it gave no ID token")
            now, client = self._clock.now(), self._options.client_id
            claims = await id_claims(id_token, self._directory, client, request.nonce, access_token, now)
            more = await self._asked_for(metadata, claims, access_token)
            return Found(identity_of({**more, **claims}, self._options, metadata.issuer))
        except TokenRefused as refusal:
            return Rejected(f"its ID token is refused: {refusal}")
        except UpstreamError as error:
            return _missed(error)

    async def ended(self, token: str) -> Outcome[EndedElsewhere]:
        """See the port."""
        options = self._options
        try:
            _, claimed = unverified(token)
            issuer, audience = claimed.get("iss"), claimed.get("aud")
            meant = options.client_id in (audience if isinstance(audience, list) else [audience])
            if not isinstance(issuer, str) or issuer.rstrip("/") != options.issuer.rstrip("/") or not meant:
                return NotFound()
            claims, lifetime = await logout_claims(token, self._directory, options.client_id, self._clock.now())
        except TokenRefused as refusal:
            return Rejected(f"The logout token is refused: {refusal}.")
        except UpstreamError as error:
            return _missed(error)
        subject, session = claims.get("sub"), claims.get("sid")
        return Found(
            EndedElsewhere(
                claims["iss"],
                claims["jti"],
                lifetime,
                subject if isinstance(subject, str) else None,
                session if isinstance(session, str) else None,
            )
        )

    async def farewell(self, return_to: str) -> str | None:
        """See the port (OpenID Connect RP-Initiated Logout). The ID token is not kept, so the provider asks the person."""
        try:
            metadata = await self._directory.metadata()
        except UpstreamError:
            return None
        if metadata.end_session is None:
            return None
        return _with(metadata.end_session, {"client_id": self._options.client_id, "post_logout_redirect_uri": return_to})

    async def probe(self) -> None:
        """Whether its metadata can be read and used. Raises `UpstreamError`."""
        await self._directory.metadata(fresh=True)

    async def _tokens(self, metadata: Metadata, code: str, request: RedirectRequest) -> Mapping[str, Any] | Rejected:
        options = self._options
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": request.callback,
            "code_verifier": request.verifier,
        }
        headers = {"content-type": _FORM}
        if options.client_secret and metadata.basic:
            # RFC 6749 section 2.3.1: both are encoded as in a form first.
            pair = f"{quote_plus(options.client_id)}:{quote_plus(options.client_secret)}"
            headers["authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        else:
            form["client_id"] = options.client_id
            if options.client_secret:
                form["client_secret"] = options.client_secret
        reply = await self._directory.send(
            "POST",
            metadata.token,
            headers=headers,
            body=urlencode(form).encode(),
            idempotent=False,
            expects=_JSON,
            decode=_object,
            accepts=_is_refusal,
        )
        if reply.ok:
            answered: Mapping[str, Any] = reply.value
            return answered
        return Rejected(f"it refused the code: {_error_of(reply)}")

    async def _asked_for(self, metadata: Metadata, claims: Mapping[str, Any], access_token: str) -> Mapping[str, Any]:
        """Claims of the userinfo endpoint, where the ID token lacks some. Raises `UpstreamError`, `TokenRefused`."""
        needed = wanting(claims, self._options)
        if metadata.userinfo is None or not (needed or nameless(claims)):
            return {}
        headers = {"authorization": f"Bearer {access_token}"}
        try:
            reply = await self._directory.send("GET", metadata.userinfo, headers=headers, expects=_JSON, decode=_object)
        except UpstreamError:
            if needed:
                raise
            return {}
        if not reply.ok:
            return {}
        if reply.value.get("sub") != claims["sub"]:
            raise TokenRefused("the claims are about somebody else")
        more: Mapping[str, Any] = reply.value
        return more


def _with(url: str, parameters: Mapping[str, str]) -> str:
    """`url` with more query parameters."""
    parts = urlsplit(url)
    query = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name not in parameters]
    return urlunsplit((parts.scheme, parts.netloc, parts.path, urlencode([*query, *parameters.items()]), ""))


def _error_of(reply: Reply) -> str:
    """The code of an error answer (RFC 6749 section 5.2); its words are not ours to repeat."""
    try:
        code = _object(reply.body).get("error")
    except ValueError:
        code = None
    return code if isinstance(code, str) and _ERROR.fullmatch(code) else f"status {reply.status}"


def _is_refusal(reply: Reply) -> bool:
    return reply.status in {400, 401, 403}


def _missed(error: UpstreamError) -> Unavailable | Rejected:
    if isinstance(error, UpstreamRejected):
        return Rejected(error.reason)
    return Unavailable(error.reason, timedelta(seconds=error.retry_after) if error.retry_after else None)


def _object(body: bytes) -> dict[str, Any]:  # Any: JSON
    """Raises ValueError."""
    found = msgspec.json.decode(body)
    if not isinstance(found, dict):
        raise ValueError("not an object")  # noqa: TRY004  # what a call's `decode` raises
    return found
