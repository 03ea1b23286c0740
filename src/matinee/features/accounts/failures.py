"""How many failures the audit log writes down one by one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from matinee.infra.clock import Clock

MANY = "many addresses"
"""Stands for every address beyond those that are counted apart."""


@dataclass(frozen=True, slots=True)
class Surplus:
    """Failures of one minute from one address that got no row of their own. `began` is in Unix seconds."""

    address: str
    failures: int
    began: int


@dataclass(slots=True)
class _Minute:
    number: int = 0
    rows: int = 0
    admitted: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)


class FailureGate:
    """Lets `each` failures of an address in a minute through, and `together` of all; counts the rest for one row in their place.

    At most `addresses` are told apart, so that a flood takes bounded memory and bounded rows.
    """

    def __init__(self, clock: Clock, each: int = 10, together: int = 120, addresses: int = 100) -> None:
        self._clock = clock
        self._each = each
        self._together = together
        self._addresses = addresses
        self._minute = _Minute()
        self._surplus: list[Surplus] = []

    def admit(self, address: str) -> bool:
        """Whether this failure gets a row; it is counted otherwise."""
        self._turn()
        minute = self._minute
        if minute.rows < self._together and minute.admitted[address] < self._each:
            minute.rows += 1
            minute.admitted[address] += 1
            return True
        known = address in minute.refused or len(minute.refused) < self._addresses
        minute.refused[address if known else MANY] += 1
        return False

    def surplus(self) -> list[Surplus]:
        """What was counted in minutes that are over; told once."""
        self._turn()
        found, self._surplus = self._surplus, []
        return found

    def _turn(self) -> None:
        number = int(self._clock.now().timestamp() // 60)
        if number == self._minute.number:
            return
        ended, self._minute = self._minute, _Minute(number)
        self._surplus += [Surplus(address, failures, ended.number * 60) for address, failures in ended.refused.items()]
        del self._surplus[: -self._addresses * 10]
