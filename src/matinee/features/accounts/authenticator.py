"""From a request's credential to its caller."""

from __future__ import annotations

from collections.abc import Mapping

from matinee.infra.http.caller import Caller


class AccountsAuthenticator:
    """Implements `infra.http.caller.Authenticator`: Bearer access token, `X-Api-Key`, or session cookie, in this order."""

    async def authenticate(self, method: str, headers: Mapping[str, str], cookies: Mapping[str, str]) -> Caller | None:
        """See the port."""
        raise NotImplementedError
