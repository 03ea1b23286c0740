"""`Idempotency-Key`: who repeats a POST because the answer was lost gets the answer, and nothing is created twice.

After the IETF draft draft-ietf-httpapi-idempotency-key-header-07. A router takes part by `route_class=IdempotentRoute`; those of
its routes that create something say so in OpenAPI by `dependencies=[Depends(idempotency_key)]`.

Answers are kept for a day in the cache, which may lose them earlier: then the request is carried out again. They may hold secrets
that are shown once (a key, an invitation), so they are encrypted with a key that no cache has.
"""

from __future__ import annotations

import asyncio
import gzip
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from hashlib import blake2b
from typing import Annotated, Any

import msgspec
from fastapi import Header, Request, Response
from fastapi.routing import APIRoute

from matinee.infra.cache import Cache, CachePolicy, Fill
from matinee.infra.errors import Conflict, FieldError, IdempotencyMismatch, ValidationFailed
from matinee.infra.feature import Container
from matinee.infra.http.dependencies import container_of, current_caller
from matinee.infra.signing import Signer

HEADER = "idempotency-key"
REPLAYED = "idempotency-replayed"
LONGEST_KEY = 255
LARGEST_ANSWER = 64 * 1024
"""Bytes; a larger answer is not kept."""
AT_WORK = timedelta(minutes=2)
"""How long another process is believed to be at work on a request; none takes that long."""
POLICY = CachePolicy("idempotency", timedelta(hours=24), scope="user", beta=0.0)
_KEPT_HEADERS = ("content-type", "cache-control", "location", "etag")
_NONCE = 12

Handler = Callable[[Request], Coroutine[Any, Any, Response]]  # Any: what FastAPI declares


async def idempotency_key(
    _key: Annotated[
        str | None,
        Header(
            alias="Idempotency-Key",
            min_length=1,
            max_length=LONGEST_KEY,
            description="Repeat a request with the same key and body within a day, and get the first answer again.",
        ),
    ] = None,
) -> None:
    """A dependency that declares the header; `IdempotentRoute` acts on it."""


class _Answer(msgspec.Struct, array_like=True):
    """What is kept: `status` 0 while the first request is at work."""

    fingerprint: bytes
    status: int = 0
    headers: dict[str, str] = {}
    body: bytes = b""


class Idempotency:
    """Answers by caller and key."""

    def __init__(self, cache: Cache, signer: Signer) -> None:
        self._cache = cache
        self._secret = signer.derive("http.idempotency")
        self._turns: dict[str, tuple[asyncio.Lock, int]] = {}

    async def once(self, name: str, fingerprint: bytes, work: Callable[[], Awaitable[Response]]) -> Response:
        """The answer to the first request of that name, made now by `work` if there was none.

        Who asks again meanwhile waits. Raises `IdempotencyMismatch` for another request under the same name, `Conflict` while
        another process is at work on it. What `work` raises is not kept: the request may be repeated.
        """
        async with self._turn(name):
            known = await self._look(name)
            if known is not None:
                if known.fingerprint != fingerprint:
                    text = "Another request was made with this key. Use a new one for each thing that you create."
                    raise IdempotencyMismatch(text, errors=[FieldError(f"header.{HEADER}", text, "idempotency_mismatch")])
                if known.status == 0:
                    raise Conflict("The first request with this key is still being carried out.", retry_after=1)
                return Response(known.body, known.status, {**known.headers, REPLAYED: "true"})
            await self._keep(name, _Answer(fingerprint), AT_WORK)
            try:
                response = await work()
            except BaseException:
                await self._cache.invalidate(keys=[name])
                raise
            answer = _answer_of(fingerprint, response)
            if answer is None:
                await self._cache.invalidate(keys=[name])
            else:
                await self._keep(name, answer, POLICY.fresh)
            return response

    async def _look(self, name: str) -> _Answer | None:
        hit = await self._cache.peek(POLICY, name)
        if hit is None or hit.state == "error":
            return None
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            plain = AESGCM(self._secret).decrypt(hit.value[:_NONCE], hit.value[_NONCE:], name.encode())
        except InvalidTag:
            return None  # kept by a server with another secret
        return msgspec.msgpack.decode(plain, type=_Answer)

    async def _keep(self, name: str, answer: _Answer, lifetime: timedelta) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # most processes never need it

        nonce = secrets.token_bytes(_NONCE)
        sealed = AESGCM(self._secret).encrypt(nonce, msgspec.msgpack.encode(answer), name.encode())
        await self._cache.put(POLICY, name, Fill(nonce + sealed, fresh=lifetime))

    @asynccontextmanager
    async def _turn(self, name: str) -> AsyncIterator[None]:
        """One after the other, in this process; nothing is remembered of names that nobody uses."""
        lock, users = self._turns.get(name, (asyncio.Lock(), 0))
        self._turns[name] = lock, users + 1
        try:
            async with lock:
                yield
        finally:
            users = self._turns[name][1]
            if users == 1:
                del self._turns[name]
            else:
                self._turns[name] = lock, users - 1


class IdempotentRoute(APIRoute):
    """A route whose POSTs, made by a known caller with the header, are carried out once."""

    def get_route_handler(self) -> Handler:
        """See FastAPI."""
        handle = super().get_route_handler()

        async def once(request: Request) -> Response:
            key = request.headers.get(HEADER)
            if key is None or request.method != "POST":
                return await handle(request)
            _check(key)
            caller = await current_caller(request)
            store = _store_of(container_of(request))
            if caller is None or store is None:
                return await handle(request)
            parts = (request.method, request.url.path, request.url.query, caller.profile_id)
            fingerprint = _digest(*(part.encode() for part in parts), await request.body())
            # By session or key, and profile: what one was shown once is not shown to a weaker one of the same person.
            name = f"idempotency:{_digest(caller.credential_id.encode(), caller.profile_id.encode(), key.encode()).hex()}"
            return await store.once(name, fingerprint, lambda: handle(request))

        return once


def _store_of(container: Container) -> Idempotency | None:
    """The store of this process, made with its first use; None where there is no cache."""
    if container.has(Idempotency):
        return container.get(Idempotency)
    if not container.has(Cache):
        return None
    return container.add(Idempotency, Idempotency(container.get(Cache), container.get(Signer)))


def _check(key: str) -> None:
    if not (0 < len(key) <= LONGEST_KEY and key.isascii() and key.isprintable()):
        text = f"1 to {LONGEST_KEY} printable ASCII characters are expected"
        raise ValidationFailed(text, errors=[FieldError(f"header.{HEADER}", text, "key_refused")])


def _answer_of(fingerprint: bytes, response: Response) -> _Answer | None:
    """What to keep of an answer; None for failures and for what is not a plain body."""
    body = getattr(response, "body", None)
    if not 200 <= response.status_code < 300 or not isinstance(body, bytes):
        return None
    if response.headers.get("content-encoding") == "gzip":  # who asks again may not take it
        body = gzip.decompress(body)
    if len(body) > LARGEST_ANSWER:
        return None
    return _Answer(fingerprint, response.status_code, _kept(response.headers), body)


def _kept(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: headers[name] for name in _KEPT_HEADERS if name in headers}


def _digest(*parts: bytes) -> bytes:
    digest = blake2b(digest_size=24)
    for part in parts:
        digest.update(len(part).to_bytes(8, "big") + part)
    return digest.digest()
