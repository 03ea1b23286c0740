"""Pictures over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from matinee.features.catalog.pictures import PictureKind, Pictures, WantedFormat, caching
from matinee.infra.http.answers.conventions import matches
from matinee.infra.http.answers.shared import CatalogueReader, SharedAnswers
from matinee.infra.http.dependencies import service
from matinee.ports.cdn import Cdn

router = APIRouter(tags=["catalogue"])

Images = Annotated[Pictures, Depends(service(Pictures))]
Answers = Annotated[SharedAnswers, Depends(service(SharedAnswers))]
Edge = Annotated[Cdn, Depends(service(Cdn))]
PICTURES_A_MISS = 10
"""A page of a title brings about ten pictures that nobody has asked for yet."""
_TYPES = ("image/avif", "image/webp", "image/jpeg", "image/png")


@router.get(
    "/images/{kind}/{size}/{name}",
    response_class=Response,
    responses={
        200: {"content": {name: {} for name in _TYPES}, "description": "The picture."},
        304: {"description": "The caller has it."},
    },
)
async def image(
    request: Request,
    kind: PictureKind,
    size: Annotated[str, Path(max_length=16, description="`w185`, `w342`, `h632`, … or `original`.")],
    name: Annotated[str, Path(max_length=300, description="As other answers give it.")],
    images: Images,
    answers: Answers,
    edge: Edge,
    _caller: CatalogueReader,
    wanted: Annotated[WantedFormat, Query(alias="format", description="In place of what `Accept` says.")] = "auto",
) -> Response:
    """A poster, backdrop, still, portrait or logo, as AVIF or WebP where `Accept` names them, else as JPEG (a logo as PNG). The
    original comes as it is. The bytes behind a URL never change.

    A picture that must be made first counts for its caller: ten times as many are made in a minute as misses are answered.
    """
    begin = answers.counting(request, "pictures", PICTURES_A_MISS)
    picture = await images.store.variant(kind, size, name, request.headers.get("accept", ""), wanted, begin)
    headers = {
        "etag": f'"{picture.digest}"',
        "cache-control": caching(picture, public=answers.options.public),
        **edge.picture_headers(("image", f"image-{name}"), negotiated=picture.negotiated),
    }
    if picture.negotiated:
        headers["vary"] = "Accept"
    if matches(request.headers.get("if-none-match"), headers["etag"]):
        return Response(status_code=304, headers=headers)
    return Response(picture.data, headers=headers, media_type=picture.media_type)
