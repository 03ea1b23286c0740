"""A provider's metadata and keys, as it publishes them (OpenID Connect Discovery 1.0, RFC 8414, RFC 7517)."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlsplit

import msgspec
import structlog

from matinee.infra.clock import Clock
from matinee.infra.upstream import Call, Reply, Transport, UpstreamError, UpstreamUnavailable
from matinee.providers.oidc.policy import (
    ALGORITHMS,
    ASK_AGAIN,
    KEYS_AGAIN,
    METADATA_FRESH,
    METADATA_STALE,
    OidcOptions,
    origin_of,
)

if TYPE_CHECKING:
    from joserfc.jwk import ECKey, OKPKey, RSAKey

    PublicKey = RSAKey | ECKey | OKPKey

WELL_KNOWN = "/.well-known/openid-configuration"
_JSON = "application/json"
_MOST_KEYS = 50
_KINDS = {"RS": "RSA", "PS": "RSA", "ES": "EC", "Ed": "OKP"}
_PUBLIC_PARTS = frozenset({"kty", "kid", "use", "alg", "n", "e", "crv", "x", "y"})
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Metadata:
    """What is used of a provider's metadata."""

    issuer: str
    authorization: str
    token: str
    keys: str
    userinfo: str | None
    end_session: str | None
    algorithms: tuple[str, ...]
    basic: bool
    """Whether the client's secret travels in a header (`client_secret_basic`), else in the form."""
    names_issuer: bool
    """Whether every answer of the authorization endpoint says who it is from (RFC 9207)."""


class Directory:
    """Asks the provider. What came is believed for an hour, and for a day while it does not answer; one question at a time.

    Calls to the issuer's own host go through `issuer`, to any other host through `elsewhere`, which is guarded.
    """

    def __init__(self, issuer: Transport, elsewhere: Transport, clock: Clock, options: OidcOptions) -> None:
        self._issuer = issuer
        self._elsewhere = elsewhere
        self._clock = clock
        self._options = options
        self._home = origin_of(options.issuer)
        self._metadata: tuple[Metadata, float] | None = None
        self._keys: tuple[list[tuple[PublicKey, Mapping[str, Any]]], float] | None = None
        self._rested = {"metadata": float("-inf"), "keys": float("-inf")}
        self._asking = asyncio.Lock()

    async def send(self, method: str, url: str, **details: Any) -> Reply:  # Any: fields of a Call
        """Ask at an absolute address. Raises `UpstreamError`."""
        parts = urlsplit(url)
        transport = self._issuer if origin_of(url) == self._home else self._elsewhere
        query = parse_qsl(parts.query, keep_blank_values=True)
        return await transport.send(Call(method, parts.path, query, base_url=f"{parts.scheme}://{parts.netloc}", **details))

    async def metadata(self, *, fresh: bool = False) -> Metadata:
        """Raises `UpstreamError`."""
        async with self._asking:
            known, now = self._metadata, self._clock.monotonic()
            age = float("inf") if known is None else now - known[1]
            if known is not None and not fresh and (age < METADATA_FRESH.total_seconds() or self._rests("metadata", age)):
                return known[0]
            try:
                found = await self._read()
            except UpstreamError:
                if fresh or known is None or age >= METADATA_STALE.total_seconds():
                    raise
                self._rest("metadata")
                return known[0]
            self._metadata = (found, now)
            return found

    async def keys(self, algorithm: str, kid: str | None) -> Sequence[PublicKey]:
        """The keys that may have made a signature; read again when none is known. Raises `UpstreamError`."""
        metadata = await self.metadata()
        async with self._asking:
            known, now = self._keys, self._clock.monotonic()
            age = float("inf") if known is None else now - known[1]
            fitting = _fitting(known[0], algorithm, kid) if known is not None else []
            if (
                fitting and (age < METADATA_FRESH.total_seconds() or self._rests("keys", age))
            ) or age < KEYS_AGAIN.total_seconds():
                return fitting
            try:
                reply = await self.send("GET", metadata.keys, decode=_keys, expects=_JSON)
                if not reply.ok:
                    raise UpstreamUnavailable(self._options.name, f"its keys cannot be read (status {reply.status})")
            except UpstreamError:
                if known is None or age >= METADATA_STALE.total_seconds():
                    raise
                self._rest("keys")
                return fitting
            self._keys = (reply.value, now)
            return _fitting(reply.value, algorithm, kid)

    def _rest(self, what: str) -> None:
        """Go on with what is known for a while: asking again and again would open the breaker, and nobody could sign in."""
        self._rested[what] = self._clock.monotonic()
        log.warning("oidc_goes_on_with_old", provider=self._options.id, what=what)

    def _rests(self, what: str, age: float) -> bool:
        waiting = self._clock.monotonic() - self._rested[what] < ASK_AGAIN.total_seconds()
        return waiting and age < METADATA_STALE.total_seconds()

    async def _read(self) -> Metadata:
        path = urlsplit(self._options.issuer).path.rstrip("/") + WELL_KNOWN
        scheme, host, _ = self._home
        base = f"{scheme}://{urlsplit(self._options.issuer).netloc}"
        assert host
        reply = await self._issuer.send(Call("GET", path, base_url=base, expects=_JSON, decode=self._understood))
        if not reply.ok:
            raise UpstreamUnavailable(self._options.name, f"its metadata cannot be read (status {reply.status})")
        metadata: Metadata = reply.value
        return metadata

    def _understood(self, body: bytes) -> Metadata:
        """Raises ValueError for metadata of another issuer, or that cannot be used."""
        found = _object(body)
        issuer = found.get("issuer")
        if not isinstance(issuer, str) or issuer.rstrip("/") != self._options.issuer.rstrip("/"):
            raise ValueError("it speaks for another issuer")
        methods = _texts(found.get("token_endpoint_auth_methods_supported")) or ["client_secret_basic"]
        offered = _texts(found.get("id_token_signing_alg_values_supported")) or ["RS256"]
        return Metadata(
            issuer=issuer,
            authorization=self._address(found, "authorization_endpoint"),
            token=self._address(found, "token_endpoint"),
            keys=self._address(found, "jwks_uri"),
            userinfo=self._address(found, "userinfo_endpoint") if found.get("userinfo_endpoint") else None,
            end_session=self._address(found, "end_session_endpoint") if found.get("end_session_endpoint") else None,
            algorithms=tuple(name for name in ALGORITHMS if name in offered),
            basic="client_secret_basic" in methods or "client_secret_post" not in methods,
            names_issuer=found.get("authorization_response_iss_parameter_supported") is True,
        )

    def _address(self, found: Mapping[str, Any], name: str) -> str:
        url = found.get(name)
        if not isinstance(url, str) or not url.isascii() or not url.isprintable() or " " in url:
            raise ValueError(f"no {name}")
        if origin_of(url)[0] != "https" and self._home[0] == "https":
            raise ValueError(f"{name} is not protected by TLS")
        return url


def _keys(body: bytes) -> list[tuple[PublicKey, Mapping[str, Any]]]:
    """The public keys for signatures of a key set; those of a kind that is not used are passed over. Raises ValueError."""
    from joserfc.errors import JoseError
    from joserfc.jwk import ECKey, OKPKey, RSAKey

    kinds: dict[str, type[RSAKey | ECKey | OKPKey]] = {"RSA": RSAKey, "EC": ECKey, "OKP": OKPKey}
    listed = _object(body).get("keys")
    if not isinstance(listed, list):
        raise ValueError("not a key set")  # noqa: TRY004  # what a call's `decode` raises
    found: list[tuple[PublicKey, Mapping[str, Any]]] = []
    for data in listed[:_MOST_KEYS]:
        if not isinstance(data, dict) or data.get("kty") not in kinds or data.get("use", "sig") != "sig":
            continue
        public: dict[str, str | list[str]] = {
            str(name): value for name, value in data.items() if name in _PUBLIC_PARTS and isinstance(value, str)
        }
        try:
            found.append((kinds[data["kty"]].import_key(public), public))
        except (JoseError, ValueError, KeyError, TypeError):
            log.info("oidc_key_passed_over", kid=str(data.get("kid"))[:40])
    return found


def _fitting(keys: Sequence[tuple[PublicKey, Mapping[str, Any]]], algorithm: str, kid: str | None) -> list[PublicKey]:
    kind = _KINDS.get(algorithm[:2], "")
    return [
        key
        for key, data in keys
        if data.get("kty") == kind and (kid is None or data.get("kid") in {None, kid}) and data.get("alg") in {None, algorithm}
    ]


def _object(body: bytes) -> dict[str, Any]:  # Any: JSON
    found = msgspec.json.decode(body)
    if not isinstance(found, dict):
        raise ValueError("not an object")  # noqa: TRY004  # what a call's `decode` raises
    return found


def _texts(value: object) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []
