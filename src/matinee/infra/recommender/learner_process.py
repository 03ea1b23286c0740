"""What runs inside the learner's process: JSON lines in (items, people, `learn`), JSON lines out (neighbours, `done`)."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import IO, Any

from matinee.infra.recommender.values import ItemTraits, LearnOptions, Neighbours


def main() -> None:
    """Read, learn, tell, end. A parent that is gone shows as the end of the input, or as a pipe that nobody reads."""
    with contextlib.suppress(AttributeError, OSError):
        os.nice(10)  # people who watch come first
    # One core is for the people who watch, and the library of linear algebra would take all; it reads this when it is loaded.
    os.putenv("OPENBLAS_NUM_THREADS", "1")
    os.putenv("OMP_NUM_THREADS", "1")
    with contextlib.suppress(BrokenPipeError):
        serve(sys.stdin.buffer, sys.stdout.buffer)


def serve(lines: IO[bytes], answers: IO[bytes]) -> None:
    """One lesson."""
    items: list[ItemTraits] = []
    people: list[Mapping[str, float]] = []
    for line in lines:
        said = json.loads(line)
        if "item" in said:
            items.append(ItemTraits(*said["item"]))
        elif "person" in said:
            people.append({sys.intern(item): weight for item, weight in said["person"].items()})
        else:
            for answer in _learn(items, people, LearnOptions(**said["learn"])):
                answers.write(json.dumps(answer, separators=(",", ":")).encode() + b"\n")
            answers.flush()
            return


def _learn(items: list[ItemTraits], people: list[Mapping[str, float]], options: LearnOptions) -> Iterator[dict[str, Any]]:
    from matinee.infra.recommender import content, ease

    try:
        found = ease.fit(people, options, {one.item for one in items})
        yield from chain(_told("people", found), _told("content", content.relate(items, options)))
    except (ValueError, ArithmeticError, MemoryError) as error:
        yield {"error": f"{type(error).__name__} {error}"}
        return
    yield {"done": True}


def _told(origin: str, found: Iterator[tuple[str, Neighbours]]) -> Iterator[dict[str, Any]]:
    for item, neighbours in found:
        if neighbours:
            yield {"item": item, "origin": origin, "neighbours": neighbours}


if __name__ == "__main__":
    main()
