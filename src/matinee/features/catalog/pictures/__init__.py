"""Pictures: named, fetched, kept, resized, encoded, cached under a byte cap.

names         what a picture may be called, the sizes it comes in, and how wide it must be fetched for each
negotiation   which format an `Accept` header asks for
originals     pictures as they were given or fetched: single flight, bounds, what is known to be missing
colours       the colour that stands for a picture until it is there
store         the use cases
telemetry     all of it as metrics
"""

from matinee.features.catalog.pictures.assembly import Pictures, assembled
from matinee.features.catalog.pictures.colours import placeholder_colour
from matinee.features.catalog.pictures.errors import PictureBroken, PicturesBusy
from matinee.features.catalog.pictures.names import SIZES, PictureKind, picture_name
from matinee.features.catalog.pictures.negotiation import WantedFormat
from matinee.features.catalog.pictures.store import Picture, PictureStore, caching

__all__ = [
    "SIZES",
    "Picture",
    "PictureBroken",
    "PictureKind",
    "PictureStore",
    "Pictures",
    "PicturesBusy",
    "WantedFormat",
    "assembled",
    "caching",
    "picture_name",
    "placeholder_colour",
]
