"""All SQL of accounts: a class for each matter."""

from matinee.features.accounts.repository.accounts import AccountsRepository
from matinee.features.accounts.repository.audit import AuditFilter, AuditRepository
from matinee.features.accounts.repository.identities import IdentitiesRepository
from matinee.features.accounts.repository.links import LinksRepository
from matinee.features.accounts.repository.pairings import PairingsRepository

__all__ = [
    "AccountsRepository",
    "AuditFilter",
    "AuditRepository",
    "IdentitiesRepository",
    "LinksRepository",
    "PairingsRepository",
]
