"""The demo: invented titles with pictures and short films made on the spot, so that a fresh server has something to show."""

from matinee.providers.demo.library import DemoLibrary
from matinee.providers.demo.provider import DemoProvider

__all__ = ["DemoLibrary", "DemoProvider"]
