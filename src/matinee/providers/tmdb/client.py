"""Asks TMDB and says what became of it: JSON, or one of the outcomes that are none."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import TypeVar

import msgspec

from matinee.infra.upstream import Call, Reply, Transport, UpstreamError, UpstreamRateLimited, UpstreamRejected
from matinee.ports.metadata import Found, NotFound, Outcome, Rejected, Unavailable
from matinee.providers.tmdb.values import Json, decoded, integer

T = TypeVar("T")
_JSON = "application/json"
_INVALID_ID = 44
"""Sent with status 500 for ids that cannot exist."""
_INVALID_PAGE = 22


class Missed(Exception):
    """No JSON; `outcome` is what the caller gets instead. `code` is TMDB's own."""

    def __init__(self, outcome: NotFound | Unavailable | Rejected, code: int | None = None) -> None:
        super().__init__("not found" if isinstance(outcome, NotFound) else outcome.reason)
        self.outcome = outcome
        self.code = code

    @property
    def beyond_the_end(self) -> bool:
        """Whether the page asked for does not exist."""
        return self.code == _INVALID_PAGE


async def outcome_of(answer: Awaitable[T]) -> Outcome[T]:
    """`Found` with the value, or what the calls inside have missed with."""
    try:
        return Found(await answer)
    except Missed as missed:
        return missed.outcome


class TmdbClient:
    """Credential, paths and the meaning of statuses. `key` is a v3 key (sent in the query) or a v4 token (sent as Bearer)."""

    def __init__(self, transport: Transport, key: str) -> None:
        self._transport = transport
        token = key.startswith("eyJ")
        self._headers = {"authorization": f"Bearer {key}"} if token else {}
        self._query = {} if token else {"api_key": key}

    async def get(
        self, path: str, query: Mapping[str, str | int] | None = None, decode: Callable[[bytes], Json] = decoded
    ) -> Json:
        """The object at a path. Raises `Missed`."""
        wanted = {name: value for name, value in (query or {}).items() if value != ""}
        call = Call("GET", path, {**wanted, **self._query}, self._headers, expects=_JSON, decode=decode, accepts=_no_such_thing)
        try:
            reply = await self._transport.send(call)
        except UpstreamError as error:
            raise missed_by(error) from error
        if reply.ok and isinstance(reply.value, dict):
            return reply.value
        raise _refused(reply)

    async def probe(self) -> None:
        """Whether TMDB answers and takes the credential. Raises `UpstreamError`."""
        await self._transport.send(Call("GET", "/authentication", self._query, self._headers, expects=_JSON, decode=decoded))


def listed(body: bytes) -> Json:
    """An object with a list `results`; raises ValueError for everything else."""
    found = decoded(body)
    msgspec.convert(found.get("results"), list)
    return found


def missed_by(error: UpstreamError, who: str = "TMDB") -> Missed:
    """What an error of the transport means."""
    code = _status_code(error.reply)
    words = f"{error.code}: {who}: {error.reason}"
    if isinstance(error, UpstreamRejected):
        return Missed(Rejected(words), code)
    wait = timedelta(seconds=error.retry_after) if error.retry_after is not None else None
    if wait is None and isinstance(error, UpstreamRateLimited):
        wait = timedelta(seconds=1)
    return Missed(Unavailable(words, wait), code)


def _refused(reply: Reply) -> Missed:
    """What a status that is no error of the transport means: the status first, TMDB's code second."""
    code = _status_code(reply)
    if _no_such_thing(reply):
        return Missed(NotFound(), code)
    if reply.status in {404, 410}:
        if code is None:  # a proxy or a wrong address: taking it for TMDB's word would make every title unknown
            return Missed(
                Unavailable(f"upstream_unavailable: TMDB: it answered with a status {reply.status} that is not its own")
            )
        return Missed(NotFound(), code)
    if 400 <= reply.status < 500:
        return Missed(Rejected(f"upstream_rejected: TMDB: it refused the request (status {reply.status}, code {code})"), code)
    return Missed(Unavailable(f"upstream_unavailable: TMDB: it answered with status {reply.status}"), code)


def _no_such_thing(reply: Reply) -> bool:
    """Whether an error status only says that there is nothing here, which is no failure of TMDB."""
    return reply.status == 500 and _status_code(reply) == _INVALID_ID


def _status_code(reply: Reply | None) -> int | None:
    if reply is None:
        return None
    try:
        body = decoded(reply.body)
    except ValueError:
        return None
    if "status_code" not in body and isinstance(body.get("errors"), list):
        # The other form of a refusal: {"errors": ["page must be less than or equal to 500"]}
        return _INVALID_PAGE if any(str(one).startswith("page ") for one in body["errors"]) else 5
    return integer(body, "status_code")
