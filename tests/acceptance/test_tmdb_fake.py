"""The fake TMDB answers in the shapes of the real one: the same fields, of the same types."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.test_tmdb_recorded import FOLDER
from tests.servers.fake_tmdb_answers import Answers, Refusal
from tests.servers.fake_tmdb_world import invented

pytestmark = pytest.mark.acceptance
ABSENT = {
    # never read by Matinee, and only in some of the recordings
    "softcore", "images", "created_by", "networks", "production_companies", "last_episode_to_air", "known_for",
    "episode_groups", "crew", "guest_stars", "also_known_as", "logo_path", "spoken_languages", "dates", "changes",
    "belongs_to_collection",
}  # fmt: skip
PAIRS = [
    ("/movie/1001", "credits,release_dates,external_ids,keywords",
     "go-tmdb/movie_550__atr=credits,release_dates,external_ids,keywords,images.json"),
    ("/tv/2001", "aggregate_credits,content_ratings,credits,external_ids,keywords",
     "go-tmdb/tv_1399__atr=aggregate_credits,content_ratings,credits,external_ids,keywords.json"),
    ("/tv/2001/season/1", "", "tmdblib/tv_1396_season_1.json"),
    ("/tv/2001/season/1/episode/1", "", "tmdblib/tv_1396_season_1_episode_1.json"),
    ("/movie/1001/videos", "", "tmdblib/movie_47964_videos.json"),
    ("/person/501", "", "tmdblib/person_62.json"),
    ("/movie/popular", "", "tmdblib/movie_popular__page=1.json"),
    ("/tv/popular", "", "tmdblib/tv_popular.json"),
    ("/trending/movie/week", "", "tmdblib/trending_movie_week.json"),
    ("/trending/tv/week", "", "tmdblib/trending_tv_week.json"),
    ("/movie/now_playing", "", "tmdblib/movie_now_playing__page=1.json"),
    ("/movie/1001/similar", "", "tmdblib/movie_47964_similar.json"),
    ("/movie/1001/recommendations", "", "tmdblib/movie_47964_recommendations.json"),
    ("/discover/movie", "", "tmdblib/discover_movie.json"),
    ("/genre/movie/list", "", "tmdblib/genre_movie_list.json"),
    ("/configuration", "", "tmdblib/configuration.json"),
    ("/authentication", "", "tmdblib/authentication.json"),
    ("/find/72001?external_source=tvdb_id", "", "tmdblib/find_81189__external_source=tvdb_id.json"),
    ("/search/multi?query=harbour", "", "tmdblib/search_multi__query=Arrow__include_adult=false.json"),
]  # fmt: skip


def differences(real: Any, fake: Any, path: str = "") -> Iterator[str]:
    """Where a field of the real answer is missing in the fake one, or of another type."""
    if isinstance(real, dict) and isinstance(fake, dict):
        for key in real.keys() - ABSENT:
            if key not in fake:
                yield f"{path}/{key} is missing"
            else:
                yield from differences(real[key], fake[key], f"{path}/{key}")
    elif isinstance(real, list) and isinstance(fake, list):
        if real and fake:
            yield from differences(real[0], fake[0], f"{path}[]")
    elif real is not None and fake is not None and not _same_type(real, fake):
        yield f"{path} is {type(fake).__name__}, not {type(real).__name__}"


def _same_type(real: Any, fake: Any) -> bool:
    numbers = (int, float)
    both_numbers = isinstance(real, numbers) and isinstance(fake, numbers)
    return type(real) is type(fake) or (both_numbers and not isinstance(real, bool) and not isinstance(fake, bool))


@pytest.mark.parametrize(("target", "appended", "file"), PAIRS, ids=[pair[0] for pair in PAIRS])
def test_an_answer_has_the_fields_of_the_recorded_one(target: str, appended: str, file: str) -> None:
    path, _, question = target.partition("?")
    query = {"append_to_response": appended, **dict([question.split("=")] if question else [])}
    real = json.loads((Path(FOLDER) / file).read_text())["response"]["body"]
    assert list(differences(real, json.loads(json.dumps(Answers(invented()).answer(path, query))))) == []


def test_a_refusal_has_the_recorded_form() -> None:
    real = json.loads((Path(FOLDER) / "tmdblib/404_movie_999999999.json").read_text())["response"]
    with pytest.raises(Refusal) as refusal:
        Answers(invented()).answer("/movie/999999999", {})
    assert (refusal.value.status, refusal.value.body) == (real["status"], real["body"])
