"""Identifiers in paths: short, of a small alphabet, so that nothing else reaches a query or the disk."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path

ObjectId = Annotated[str, Path(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_-]+$", description="As other answers give it.")]
"""The id of something the server made."""
