"""Ratings and the watchlist over HTTP. They belong to the caller; nobody else reads them."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from matinee.features.progress.ratings import RatingService
from matinee.features.progress.routes.playing import Listed, TitlePath, Viewer
from matinee.features.progress.schemas import RatingBody, RatingEntry, RatingView, WatchlistEntry, WatchlistView
from matinee.features.progress.watchlist import WatchlistService
from matinee.infra.http.answers.conventions import NO_STORE, answer
from matinee.infra.http.answers.paging import ListOf
from matinee.infra.http.dependencies import Reading, Writing, service
from matinee.infra.http.maturity import suitable_title
from matinee.infra.ids import TitleId

router = APIRouter(tags=["progress"], dependencies=[Depends(suitable_title)])

Ratings = Annotated[RatingService, Depends(service(RatingService))]
Watchlist = Annotated[WatchlistService, Depends(service(WatchlistService))]


@router.get("/me/ratings", response_model=ListOf[RatingEntry])
async def list_ratings(ratings: Ratings, listed: Listed) -> Response:
    """What you rated, the latest first."""
    page = await ratings.page(listed.unit, listed.viewer, listed.limit, listed.cursor)
    return await listed.send(ListOf[RatingEntry], page)


@router.get("/me/ratings/{title_id}", response_model=RatingView)
async def read_rating(request: Request, title_id: TitlePath, ratings: Ratings, caller: Viewer, unit: Reading) -> Response:
    """Your rating of a title; 404 when there is none."""
    return answer(request, await ratings.of_title(unit, caller.viewer, TitleId(title_id)))


@router.put("/me/ratings/{title_id}", response_model=RatingView)
async def rate(
    request: Request, title_id: TitlePath, body: RatingBody, ratings: Ratings, caller: Viewer, unit: Writing
) -> Response:
    """Rate a title from half a star to five; an earlier rating is replaced."""
    view = await ratings.rate(unit, caller.viewer, TitleId(title_id), body.rating)
    return answer(request, view, cache=NO_STORE)


@router.delete("/me/ratings/{title_id}", status_code=204)
async def unrate(title_id: TitlePath, ratings: Ratings, caller: Viewer, unit: Writing) -> None:
    """Take a rating back. Nothing happens where there is none."""
    await ratings.unrate(unit, caller.viewer, TitleId(title_id))


@router.get("/me/watchlist", response_model=ListOf[WatchlistEntry])
async def list_watchlist(watchlist: Watchlist, listed: Listed) -> Response:
    """What you want to watch, the latest first."""
    page = await watchlist.page(listed.unit, listed.viewer, listed.limit, listed.cursor)
    return await listed.send(ListOf[WatchlistEntry], page)


@router.get("/me/watchlist/{title_id}", response_model=WatchlistView)
async def read_watchlist_entry(
    request: Request, title_id: TitlePath, watchlist: Watchlist, caller: Viewer, unit: Reading
) -> Response:
    """Since when a title is on your watchlist; 404 when it is not."""
    return answer(request, await watchlist.of_title(unit, caller.viewer, TitleId(title_id)))


@router.put("/me/watchlist/{title_id}", response_model=WatchlistView)
async def add_to_watchlist(
    request: Request, title_id: TitlePath, watchlist: Watchlist, caller: Viewer, unit: Writing
) -> Response:
    """Put a title on your watchlist; one that is on it keeps its place."""
    return answer(request, await watchlist.add(unit, caller.viewer, TitleId(title_id)), cache=NO_STORE)


@router.delete("/me/watchlist/{title_id}", status_code=204)
async def remove_from_watchlist(title_id: TitlePath, watchlist: Watchlist, caller: Viewer, unit: Writing) -> None:
    """Take a title off your watchlist. Nothing happens where it is not on it."""
    await watchlist.remove(unit, caller.viewer, TitleId(title_id))
