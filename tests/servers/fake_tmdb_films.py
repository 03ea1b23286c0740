"""The films of the folder `tmdb5000` of the test data as a world for the fake TMDB."""

from __future__ import annotations

import csv
import lzma
import sys
from pathlib import Path

import msgspec

from tests.servers.fake_tmdb_records import Clip, Person, Role, Title, World, world_of


class _Named(msgspec.Struct):
    id: int
    name: str


class _Cast(msgspec.Struct):
    id: int
    name: str
    character: str


class _Crew(msgspec.Struct):
    id: int
    name: str
    job: str
    department: str


_named = msgspec.json.Decoder(list[_Named]).decode
_cast = msgspec.json.Decoder(list[_Cast]).decode
_crew = msgspec.json.Decoder(list[_Crew]).decode


def real_films(folder: Path) -> World:
    """Every film with its credits. There are no picture names in the data: each film gets some of its own."""
    csv.field_size_limit(sys.maxsize)
    people: dict[int, Person] = {}
    parts: dict[int, tuple[bytes, tuple[Role, ...]]] = {}
    with lzma.open(folder / "tmdb_5000_credits.csv.xz", "rt", encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            parts[int(row["movie_id"])] = _credits(row["cast"], row["crew"], people)
    with lzma.open(folder / "tmdb_5000_movies.csv.xz", "rt", encoding="utf-8", newline="") as rows:
        titles = [_title(row, *parts[int(row["id"])]) for row in csv.DictReader(rows)]
    return world_of(titles, list(people.values()))


def _credits(cast: str, crew: str, people: dict[int, Person]) -> tuple[bytes, tuple[Role, ...]]:
    roles = [Role(one.id, one.character) for one in _cast(cast)]
    for actor in _cast(cast):
        people.setdefault(actor.id, Person(actor.id, actor.name, profile=f"/person-{actor.id}.jpg"))
    for one in _crew(crew):
        people.setdefault(one.id, Person(one.id, one.name, one.department))
        roles.append(Role(one.id, job=one.job, department=one.department))
    return f'{{"cast":{cast},"crew":{crew}}}'.encode(), tuple(roles)


def _title(row: dict[str, str], raw: bytes, roles: tuple[Role, ...]) -> Title:
    number = int(row["id"])
    return Title(
        id=number,
        kind="movie",
        title=row["title"],
        original_title=row["original_title"],
        language=row["original_language"],
        date=row["release_date"],
        genres=tuple(one.id for one in _named(row["genres"])),
        overview=row["overview"],
        tagline=row["tagline"],
        runtime=int(float(row["runtime"] or 0)),
        popularity=float(row["popularity"]),
        vote_average=float(row["vote_average"]),
        vote_count=int(row["vote_count"]),
        status=row["status"],
        poster=f"/film-{number}.jpg",
        backdrop=f"/film-{number}-wide.jpg",
        keywords=tuple(one.name for one in _named(row["keywords"])),
        roles=roles,
        clips=(Clip("Trailer", f"film{number:07}"),),
        raw_credits=raw,
    )
