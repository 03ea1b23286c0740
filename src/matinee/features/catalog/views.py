"""Rows as wire types."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from matinee.features.catalog.models import Episode, Season, Title
from matinee.features.catalog.pictures import PictureKind
from matinee.features.catalog.policy import genre_id
from matinee.features.catalog.schemas import (
    CastCredit,
    Credits,
    CrewCredit,
    EpisodeView,
    GenreView,
    ItemProgress,
    ItemSummary,
    LibraryState,
    MovieView,
    SearchHit,
    SeasonSummary,
    SeasonView,
    ShowView,
    Suggestion,
    TitleCard,
)

_CAST = 40
_CREW = 40


class Views:
    """Maps titles for the wire; knows where pictures are served."""

    def __init__(self, base_path: str) -> None:
        self._images = f"{base_path.rstrip('/')}/api/v1/images"

    def picture(self, kind: PictureKind, size: str, name: str | None) -> str | None:
        """The URL of a picture on this server."""
        return f"{self._images}/{kind}/{size}/{name}" if name else None

    def card(self, row: Title, progress: ItemProgress | None = None) -> TitleCard:
        return TitleCard(
            id=row.id,
            kind="show" if row.kind == "show" else "movie",
            title=row.title,
            year=row.year or None,
            overview=row.overview,
            poster=self.picture("poster", "w342", row.poster),
            poster_color=row.poster_color,
            backdrop=self.picture("backdrop", "w1280", row.backdrop),
            genres=row.genres,
            runtime=row.runtime,
            vote_average=row.vote_average or None,
            added_at=row.added_at,
            demo=row.demo,
            progress=progress,
        )

    def hit(self, row: Title, score: float) -> SearchHit:
        return SearchHit(
            id=row.id,
            kind="show" if row.kind == "show" else "movie",
            title=row.title,
            year=row.year or None,
            overview=row.overview,
            poster=self.picture("poster", "w185", row.poster),
            poster_color=row.poster_color,
            score=round(score, 4),
        )

    def suggestion(self, row: Title) -> Suggestion:
        kind = "show" if row.kind == "show" else "movie"
        return Suggestion.model_validate({"id": row.id, "kind": kind, "title": row.title, "year": row.year or None})

    def movie(self, row: Title, items: Sequence[ItemSummary], progress: ItemProgress | None) -> MovieView:
        card = self.card(row)
        return MovieView(
            **card.model_dump(exclude={"genres", "poster", "progress"}),
            poster=self.picture("poster", "w780", row.poster),
            original_title=row.original_title,
            tagline=row.tagline,
            release_date=row.release_date,
            genres=[GenreView(id=genre_id(name), name=name) for name in row.genres],
            vote_count=row.vote_count,
            credits=self._credits(row),
            external_ids={name: str(value) for name, value in row.external_ids.items() if value},
            attribution=row.attribution,
            matched=row.matched,
            library=LibraryState(available=_playable(items), items=list(items)),
            progress=progress,
        )

    def show(
        self, row: Title, items: Sequence[ItemSummary], progress: ItemProgress | None, seasons: Sequence[SeasonSummary]
    ) -> ShowView:
        return ShowView(**dict(self.movie(row, items, progress)), seasons=list(seasons))

    def seasons(self, rows: Sequence[Season], counts: Mapping[int, int], items: Sequence[ItemSummary]) -> list[SeasonSummary]:
        """Seasons that a provider or the library knows; specials (season 0) last."""
        named = {row.number: row for row in rows}
        present: dict[int, set[int | None]] = {}
        for item in items:
            if item.season is not None:
                present.setdefault(item.season, set()).add(item.episode)
        numbers = sorted(named.keys() | present.keys(), key=lambda number: (number == 0, number))
        return [
            SeasonSummary(
                number=number,
                name=named[number].name if number in named else season_name(number),
                episode_count=max(counts.get(number, 0), len(present.get(number, ()))),
                poster=self.picture("poster", "w342", named[number].poster) if number in named else None,
            )
            for number in numbers
        ]

    def season(
        self,
        number: int,
        row: Season | None,
        episodes: Sequence[Episode],
        items: Sequence[ItemSummary],
        progress: Mapping[str, ItemProgress],
    ) -> SeasonView:
        known = {episode.number: self._episode(episode) for episode in episodes}
        for item in items:
            if item.season != number or item.episode is None:
                continue
            name = item.name or f"Episode {item.episode}"
            view = known.setdefault(item.episode, EpisodeView(season=number, number=item.episode, name=name))
            if view.item_id is None:
                view.item_id, view.progress = item.id, progress.get(item.id)
        return SeasonView(
            number=number,
            name=row.name if row is not None and row.name else season_name(number),
            overview=row.overview if row is not None else "",
            poster=self.picture("poster", "w342", row.poster if row is not None else None),
            episodes=[known[key] for key in sorted(known)],
        )

    def _episode(self, row: Episode) -> EpisodeView:
        return EpisodeView(
            season=row.season,
            number=row.number,
            name=row.name or f"Episode {row.number}",
            overview=row.overview,
            air_date=row.air_date,
            runtime=row.runtime,
            still=self.picture("still", "w300", row.still),
        )

    def _credits(self, row: Title) -> Credits:
        cast = [credit for credit in row.credits if credit["department"] == "cast"][:_CAST]
        crew = [credit for credit in row.credits if credit["department"] == "crew"][:_CREW]
        return Credits(
            cast=[
                CastCredit(
                    id=credit["id"],
                    name=credit["name"],
                    character=credit["role"],
                    profile=self.picture("profile", "w185", credit["profile"]),
                )
                for credit in cast
            ],
            crew=[CrewCredit(id=credit["id"], name=credit["name"], job=credit["role"]) for credit in crew],
        )


def season_name(number: int) -> str:
    """What a season is called when nobody named it."""
    return f"Season {number}" if number else "Specials"


def _playable(items: Sequence[ItemSummary]) -> bool:
    return any(file.state == "ok" for item in items for file in item.files)
