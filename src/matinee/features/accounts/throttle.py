"""The limit on guessing passwords."""

from __future__ import annotations

from datetime import timedelta

from matinee.features.accounts.errors import TooManySignIns
from matinee.infra.http.limits import Throttles, network_of

FROM_ANYWHERE = 10
"""An account takes so many times the failures from all addresses together as from one: who knows a name must not be able to lock
its owner out with ten guesses. The sum stays at the 100 that NIST SP 800-63B (5.2.2) allows."""


class SignInThrottle:
    """At most `attempts` failed sign-ins to an account from one address in any `window`, and ten times as many from all together.

    Names that nobody has count alike, so that the limit does not tell which exist. The address has its own limit on the route.
    """

    def __init__(self, throttles: Throttles, attempts: int, window: timedelta) -> None:
        self._near = throttles.of("sign_in", attempts, window, TooManySignIns)
        self._anywhere = throttles.of("account", attempts * FROM_ANYWHERE, window, TooManySignIns)

    async def attempt(self, name: str, address: str) -> None:
        """Count an attempt, before the password is looked at; raises `TooManySignIns` with the seconds to wait."""
        await self._near.attempt(f"{name}\0{network_of(address)}")
        await self._anywhere.attempt(name)

    async def succeeded(self, name: str, address: str) -> None:
        """Forget the attempts."""
        await self._near.succeeded(f"{name}\0{network_of(address)}")
        await self._anywhere.succeeded(name)


class LinkThrottle:
    """At most twenty links that do not work, of invitations and resets together, from one address in fifteen minutes."""

    def __init__(self, throttles: Throttles) -> None:
        self._throttle = throttles.of("link", 20, timedelta(minutes=15), TooManySignIns)

    async def attempt(self, address: str) -> None:
        """Count an attempt, before the link is looked at; raises `TooManySignIns`."""
        await self._throttle.attempt(network_of(address))

    async def succeeded(self, address: str) -> None:
        """The link works: forget the attempts."""
        await self._throttle.succeeded(network_of(address))
