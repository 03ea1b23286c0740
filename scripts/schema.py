"""The product's tables, as its models declare them."""

from __future__ import annotations

import importlib
import pkgutil

from sqlalchemy import MetaData

import matinee
from matinee.infra.database.tables import Table


def declared() -> MetaData:
    """The metadata with the tables of every feature and of the infrastructure."""
    for module in pkgutil.walk_packages(matinee.__path__, "matinee."):
        if module.name.rpartition(".")[2] in {"models", "tables"}:
            importlib.import_module(module.name)
    return Table.metadata
