"""The innermost transport: one exchange over HTTP."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlencode

from yarl import URL

from matinee import __version__
from matinee.infra.clock import Clock
from matinee.infra.upstream.body import ACCEPT_ENCODING, BodyTooLarge, BodyUnreadable, read_body
from matinee.infra.upstream.errors import ResponseTooLarge, UpstreamError, UpstreamRejected, UpstreamTimeout, UpstreamUnavailable
from matinee.infra.upstream.network import Answered, Network, NetworkError, OnRefused, RealNetwork
from matinee.infra.upstream.policy import UpstreamPolicy
from matinee.infra.upstream.transport import Call, Reply
from matinee.infra.upstream.verdicts import judged

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_IN_PATHS = "/%:@!$&'()*+,;="
_LINE = re.compile(r"[\t\x20-\x7e]*")
_STRAY = "the request cannot be written; is there a stray character in a credential or address?"
Whole = tuple[int, Mapping[str, str], bytes]
"""Status, headers and body of an answer."""


class HttpClient:
    """Sends to `Call.base_url`, else to the first of the policy. `network` stands in for the real one in tests."""

    def __init__(
        self, policy: UpstreamPolicy, clock: Clock, network: Network | None = None, refused: OnRefused | None = None
    ) -> None:
        self._policy = policy
        self._clock = clock
        self._network = network or RealNetwork(policy, refused)
        self._headers = {"user-agent": f"Matinee/{__version__}", "accept-encoding": ACCEPT_ENCODING}
        self._bases: dict[str, str] = {}

    async def send(self, call: Call) -> Reply:
        base_url = call.base_url or self._policy.base_urls[0]
        began = self._clock.monotonic()
        try:
            status, headers, body = await self._exchange(call, self._url(call, base_url), self._headers_of(call))
        except NetworkError as error:
            raise self._named(error) from None
        except BodyUnreadable:
            raise UpstreamUnavailable(self._policy.name, "its answer was cut off or is wrongly encoded") from None
        except BodyTooLarge:
            limit = self._policy.response_limit
            raise ResponseTooLarge(self._policy.name, f"its answer is larger than {limit} bytes") from None
        elapsed = self._clock.monotonic() - began
        return judged(self._policy.name, call, Reply(status, headers, body, base_url, elapsed), self._clock.now())

    async def aclose(self) -> None:
        """Close the connections."""
        await self._network.aclose()

    def _url(self, call: Call, base_url: str) -> str:
        """The address, percent-encoded."""
        if (call.path and not call.path.startswith("/")) or "?" in call.path or "#" in call.path:
            raise AssertionError("a path begins with a slash and holds no query")  # else it could change the host
        base = self._bases.get(base_url)
        if base is None:
            base = self._base(base_url)
        path = quote(call.path, safe=_IN_PATHS)
        if not call.query:
            return base + path
        pairs = call.query.items() if isinstance(call.query, Mapping) else call.query
        shown = [(name, str(value).lower() if isinstance(value, bool) else value) for name, value in pairs]
        return f"{base}{path}?{urlencode(shown)}"

    def _base(self, base_url: str) -> str:
        try:
            base = str(URL(base_url.rstrip("/")))
        except ValueError:
            raise UpstreamRejected(self._policy.name, _STRAY, sent=False) from None
        if len(self._bases) < 64:
            self._bases[base_url] = base
        return base

    def _headers_of(self, call: Call) -> dict[str, str]:
        headers = {**self._headers, "accept": call.expects or "*/*", **call.headers}
        for name, value in call.headers.items():
            if _LINE.fullmatch(value) is None or _LINE.fullmatch(name) is None:
                raise UpstreamRejected(self._policy.name, _STRAY, sent=False)
        return headers

    async def _exchange(self, call: Call, url: str, headers: dict[str, str]) -> Whole:
        method, body = call.method, call.body
        for _ in range(self._policy.redirects + 1):
            answer = await self._network.ask(method, url, headers, body)
            try:
                content = await self._body(answer, call.method)
            finally:
                answer.close()
            onward = self._redirected(call, url, answer)
            if onward is None:
                return answer.status, answer.headers, content
            if not _same_origin(onward, url):
                headers = {**self._headers, "accept": headers["accept"]}
            url, body = onward, b""
        raise UpstreamUnavailable(self._policy.name, "it redirects without end")

    async def _body(self, answer: Answered, method: str) -> bytes:
        limit, declared = self._policy.response_limit, answer.headers.get("content-length", "")
        if method != "HEAD" and declared.isascii() and declared.isdigit() and int(declared) > limit:
            raise BodyTooLarge
        return await read_body(answer.chunks(), answer.headers.get("content-encoding", ""), limit)

    def _redirected(self, call: Call, url: str, answer: Answered) -> str | None:
        """Where to go on, if the policy allows it."""
        follows = self._policy.redirects and answer.status in _REDIRECTS and call.method == "GET"
        if not follows or "location" not in answer.headers:
            return None
        here = URL(url, encoded=True)
        try:
            target = here.join(URL(answer.headers["location"]))
            if target.origin() == here.origin():
                return str(target)
            # Never from TLS to the open wire.
            if self._policy.guard is not None and target.scheme in {"https", here.scheme} and target.user is None:
                return str(target)
        except ValueError:
            pass  # no address at all
        # The credential must not go there, and without a guard an address inside our own network could be reached this way.
        raise UpstreamUnavailable(self._policy.name, "it redirects to another place")

    def _named(self, error: NetworkError) -> UpstreamError:
        name = self._policy.name
        if error.ours:
            return UpstreamRejected(name, _STRAY, sent=False)
        if error.refused:
            return UpstreamRejected(name, error.words, sent=False)
        kind = UpstreamTimeout if error.late else UpstreamUnavailable
        return kind(name, error.words, sent=error.sent)


def _same_origin(one: str, other: str) -> bool:
    return URL(one, encoded=True).origin() == URL(other, encoded=True).origin()
