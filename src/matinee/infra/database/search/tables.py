"""Ordinary tables of the search index. Engine-specific objects beside them are made by `create_search_objects`."""

from __future__ import annotations

from sqlalchemy import BigInteger, Float, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from matinee.infra.database.tables import ByteOrdered, Table

_Number = BigInteger().with_variant(Integer(), "sqlite")


class SearchDocument(Table):
    """What can be found: one row for each thing, text already folded."""

    __tablename__ = "search_document"
    __table_args__ = (
        Index("ix_search_document_squashed_title", "squashed_title"),
        Index("ix_search_document_squashed_name", "squashed_name"),
        {"sqlite_autoincrement": True},
    )

    number: Mapped[int] = mapped_column(_Number, primary_key=True, autoincrement=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(Text)
    name: Mapped[str] = mapped_column(Text)
    people: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    squashed_title: Mapped[str] = mapped_column(ByteOrdered)
    squashed_name: Mapped[str] = mapped_column(ByteOrdered)
    popularity: Mapped[float] = mapped_column(Float)


class SearchWord(Table):
    """Every word of every title, once: where a misspelt word finds its neighbours. Words are never taken out again."""

    __tablename__ = "search_word"
    __table_args__ = ({"sqlite_autoincrement": True},)

    number: Mapped[int] = mapped_column(_Number, primary_key=True, autoincrement=True)
    word: Mapped[str] = mapped_column(ByteOrdered, unique=True)
