"""The cache of two tiers: memory in the process, and Redis or a file behind it.

It answers in memory where it can, serves old values while one refresh runs or while the source fails, asks the source once
however many ask for the same, and forgets by key, tag or prefix in every process.
"""

from matinee.infra.cache.cache import Cache, CacheOptions
from matinee.infra.cache.entries import Absent, Fill, Hit, Invalidation, SourceFailed, State
from matinee.infra.cache.policy import CachePolicy
from matinee.infra.cache.statistics import CacheStatistics, PolicyFigures, TierFigures

__all__ = [
    "Absent",
    "Cache",
    "CacheOptions",
    "CachePolicy",
    "CacheStatistics",
    "Fill",
    "Hit",
    "Invalidation",
    "PolicyFigures",
    "SourceFailed",
    "State",
    "TierFigures",
]
