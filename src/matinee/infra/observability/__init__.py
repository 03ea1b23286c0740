"""Logs and metrics."""

from matinee.infra.observability.logs import configure_logs
from matinee.infra.observability.metrics import Metrics

__all__ = ["Metrics", "configure_logs"]
