"""The recommender on MovieLens: how much better than "what most people liked" its answers are.

Each person's ratings are sorted by time; the first 80 % train, and what they liked (3.5 stars and more) of the last 20 % is to be
found. Both models see the same training part, recommend from the same titles and leave out the same ones. What is measured is
what the product serves: its weights, its bounds, its stored neighbours, its scoring.

`python -m benchmarks.recommender` compares settings on a validation split inside the training part; that is how the values in
`LearnOptions`, `infra/recommender/serving.py` and `features/progress/taste.py` were chosen. The test part chose nothing.
"""

from __future__ import annotations

import csv
import math
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.table import Figure
from matinee.features.progress.taste import LIKED, Seen, known, lesson, profile
from matinee.infra.ids import TitleId
from matinee.infra.recommender.ease import fit
from matinee.infra.recommender.serving import recommend
from matinee.infra.recommender.values import ItemNeighbours, LearnOptions

DATA = Path(__file__).parents[1] / os.environ.get("MATINEE_TEST_DATA", "../shared/data")
RECALL_TARGET, NDCG_TARGET = 1.70, 1.49
AT = 20
PLAIN = LearnOptions()
TRAINED = 0.8
History = Mapping[str, Sequence[Seen]]
"""What each person rated, the oldest first."""


@dataclass(frozen=True, slots=True)
class Quality:
    """Means over the people who liked something in the part that was held back."""

    recall: float
    ndcg: float
    people: int


def measure(_folder: Path) -> Iterator[Figure]:
    """The figures of the recommender."""
    train, held = split(ratings(DATA))
    model, popular = evaluate(train, held)
    note = f"MovieLens, {model.people} people; {model.recall:.4f} against {popular.recall:.4f}"
    yield Figure("recommender", "recall@20, × most popular", model.recall / popular.recall, "×", RECALL_TARGET, "more", note)
    note = f"{model.ndcg:.4f} against {popular.ndcg:.4f}"
    yield Figure("recommender", "ndcg@20, × most popular", model.ndcg / popular.ndcg, "×", NDCG_TARGET, "more", note)


def ratings(data: Path) -> History:
    """MovieLens' ratings by person, the oldest first."""
    found: dict[str, list[Seen]] = {}
    with (data / "ml-latest-small" / "ratings.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            at = datetime.fromtimestamp(int(row["timestamp"]), UTC)
            seen = Seen(TitleId(row["movieId"]), "movie", at, float(row["rating"]), watched=1, share=1.0)
            found.setdefault(row["userId"], []).append(seen)
    return {person: sorted(all_seen, key=lambda seen: (seen.at, seen.title_id)) for person, all_seen in found.items()}


def split(history: History) -> tuple[History, History]:
    """The first 80 % of each person, and the rest."""
    cut = {person: int(TRAINED * len(seen)) for person, seen in history.items()}
    return (
        {person: seen[: cut[person]] for person, seen in history.items()},
        {person: seen[cut[person] :] for person, seen in history.items()},
    )


def evaluate(train: History, held: History, options: LearnOptions = PLAIN) -> tuple[Quality, Quality]:
    """The product's recommender and "most popular", on the same titles: those of the training part."""
    lessons = [lesson(seen) for seen in train.values()]
    stored = {item: ItemNeighbours(item, learned=near) for item, near in fit(lessons, options)}
    liked = Counter(seen.title_id for all_seen in train.values() for seen in all_seen if (seen.rating or 0) >= LIKED)
    ranking = sorted(liked, key=lambda item: (-liked[item], item))

    def ours(seen: Sequence[Seen]) -> list[str]:
        return [one.item for one in recommend(profile(seen), stored, known(seen), AT)]

    def most_popular(seen: Sequence[Seen]) -> Sequence[str]:
        hidden = known(seen)
        return [item for item in ranking if item not in hidden][:AT]

    return _quality(ours, train, held), _quality(most_popular, train, held)


def _quality(model: Callable[[Sequence[Seen]], Sequence[str]], train: History, held: History) -> Quality:
    recall, ndcg, people = 0.0, 0.0, 0
    for person, later in held.items():
        wanted = {seen.title_id for seen in later if (seen.rating or 0) >= LIKED}
        if not wanted:
            continue
        people += 1
        hits = [item in wanted for item in model(train[person])]
        most = min(AT, len(wanted))
        recall += sum(hits) / most
        gained = sum(1 / math.log2(place + 2) for place, hit in enumerate(hits) if hit)
        ndcg += gained / sum(1 / math.log2(place + 2) for place in range(most))
    return Quality(recall / people, ndcg / people, people)


def _compare() -> Iterator[str]:
    """Settings on the validation split; the test part is not looked at."""
    train, held = split(split(ratings(DATA))[0])
    tried = [PLAIN, *(replace(PLAIN, regularisation=value) for value in (25.0, 50.0, 200.0, 400.0))]
    tried += [replace(PLAIN, neighbours=value) for value in (25, 50, 200, 400)]
    tried += [replace(PLAIN, least_people=value) for value in (2, 5, 8)]
    for options in tried:
        model, popular = evaluate(train, held, options)
        what = f"lambda {options.regularisation:g}, {options.neighbours} neighbours, {options.least_people} people"
        yield f"{what}: recall × {model.recall / popular.recall:.3f}, ndcg × {model.ndcg / popular.ndcg:.3f}"


if __name__ == "__main__":
    for line in _compare():
        print(line, flush=True)
