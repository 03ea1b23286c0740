"""Tables of the catalogue."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Boolean, Date, Float, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from matinee.infra.database.tables import ByteOrdered, Json, Table

TITLE_ID = String(64)


class Title(Table):
    """A film or a show. `year` and `vote_average` are 0 where unknown, so that every list can be sorted by index."""

    __tablename__ = "title"
    # Each list of the library is one of these indexes read from where the last page ended (keyset).
    __table_args__ = (
        Index("ix_title_list_title", "kind", "available", "sort_title", "id"),
        Index("ix_title_list_added", "kind", "available", "added_at", "id"),
        Index("ix_title_list_year", "kind", "available", "year", "id"),
        Index("ix_title_list_vote", "kind", "available", "vote_average", "id"),
        # The same without a kind, for the rows of the home page.
        Index("ix_title_recent", "available", "added_at", "id"),
        Index("ix_title_best", "available", "vote_average", "id"),
        # Everything that is known, also what the library lacks: the lists of last resort.
        Index("ix_title_known", "kind", "popularity", "id"),
        Index("ix_title_known_vote", "kind", "vote_average", "id"),
        Index("ix_title_known_date", "kind", "release_date", "id"),
    )

    id: Mapped[str] = mapped_column(TITLE_ID, primary_key=True)
    kind: Mapped[str] = mapped_column(String(8))
    title: Mapped[str] = mapped_column(Text)
    sort_title: Mapped[str] = mapped_column(ByteOrdered)
    original_title: Mapped[str] = mapped_column(Text, default="")
    overview: Mapped[str] = mapped_column(Text, default="")
    tagline: Mapped[str] = mapped_column(Text, default="")
    release_date: Mapped[date | None] = mapped_column(Date)
    year: Mapped[int] = mapped_column(Integer, default=0)
    runtime: Mapped[int | None] = mapped_column(Integer)
    vote_average: Mapped[float] = mapped_column(Float, default=0.0)
    vote_count: Mapped[int] = mapped_column(Integer, default=0)
    popularity: Mapped[float] = mapped_column(Float, default=0.0)
    """As the provider counts it; from the votes where it does not."""
    poster: Mapped[str | None] = mapped_column(String(300))
    poster_color: Mapped[str | None] = mapped_column(String(7))
    backdrop: Mapped[str | None] = mapped_column(String(300))
    certification: Mapped[str] = mapped_column(String(32), default="")
    age_rating: Mapped[str] = mapped_column(String(40), server_default="", default="")
    """The rating that says the age, as `ports.ratings.encoded` writes it."""
    age: Mapped[int | None] = mapped_column(Integer)
    """For whom it is, see `ports.ratings.admits`; null while nobody has looked."""
    status: Mapped[str] = mapped_column(String(32), default="")
    attribution: Mapped[str] = mapped_column(Text, default="")
    provider: Mapped[str] = mapped_column(String(32), default="")
    matched: Mapped[bool] = mapped_column(Boolean, default=True)
    demo: Mapped[bool] = mapped_column(Boolean, default=False)
    available: Mapped[bool] = mapped_column(Boolean, default=False)
    external_ids: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    genres: Mapped[list[str]] = mapped_column(Json, default=list)
    """Names, for cards; `title_genre` is what lists are filtered by."""
    credits: Mapped[list[Any]] = mapped_column(Json, default=list)
    videos: Mapped[list[Any]] = mapped_column(Json, default=list)
    keywords: Mapped[list[str]] = mapped_column(Json, default=list)
    added_at: Mapped[datetime | None]
    """When the library first had a file of it."""
    updated_at: Mapped[datetime]


class Season(Table):
    __tablename__ = "season"

    title_id: Mapped[str] = mapped_column(TITLE_ID, ForeignKey("title.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(Text, default="")
    overview: Mapped[str] = mapped_column(Text, default="")
    air_date: Mapped[date | None] = mapped_column(Date)
    poster: Mapped[str | None] = mapped_column(String(300))
    episode_count: Mapped[int] = mapped_column(Integer, default=0)
    """As a provider counts them; the episodes themselves may not be known yet."""


class Episode(Table):
    __tablename__ = "episode"

    title_id: Mapped[str] = mapped_column(TITLE_ID, ForeignKey("title.id", ondelete="CASCADE"), primary_key=True)
    season: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(Text, default="")
    overview: Mapped[str] = mapped_column(Text, default="")
    air_date: Mapped[date | None] = mapped_column(Date)
    runtime: Mapped[int | None] = mapped_column(Integer)
    still: Mapped[str | None] = mapped_column(String(300))


class Genre(Table):
    """A genre; its id is its folded name, so that every provider's spelling meets in one."""

    __tablename__ = "genre"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(64))


class TitleGenre(Table):
    __tablename__ = "title_genre"
    __table_args__ = (Index("ix_title_genre_genre", "genre_id", "title_id"),)

    title_id: Mapped[str] = mapped_column(TITLE_ID, ForeignKey("title.id", ondelete="CASCADE"), primary_key=True)
    genre_id: Mapped[str] = mapped_column(String(64), ForeignKey("genre.id", ondelete="CASCADE"), primary_key=True)
