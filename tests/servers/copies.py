"""Databases on PostgreSQL that are ready sooner than new ones."""

from __future__ import annotations

from collections.abc import Callable

from tests.servers.postgres import PostgresServer

TEMPLATE = "matinee_template"
"""Every table of the product, and nothing in them."""


class Copies:
    """A worker's copy of a template, emptied after each test; a new one once a test has changed more than rows."""

    def __init__(self, server: PostgresServer, template: str, names: Callable[[], str]) -> None:
        self._server, self._template, self._names = server, template, names
        self._name: str | None = None
        self._shape = server.shape(template)

    def take(self) -> str:
        """The URL of a database with all tables and no rows."""
        if self._name is None:
            self._name = self._names()
            return self._server.create(self._name, self._template)
        return self._server.url(self._name)

    def give_back(self) -> None:
        """Whoever is still connected is sent away."""
        if self._name is not None and not self._server.empty(self._name, self._shape):
            self._server.drop(self._name)
            self._name = None
