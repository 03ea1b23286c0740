"""What a path says about the video in it. `parse_path` is the door; everything here is pure."""

from matinee.features.library.names.extras import extra_kind
from matinee.features.library.names.parsed import FolderKind, ParsedName
from matinee.features.library.names.parser import parse_path

__all__ = ["FolderKind", "ParsedName", "extra_kind", "parse_path"]
