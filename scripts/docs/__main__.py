"""`python -m scripts.docs` writes the reference pages, checks links and builds the site; `--check` writes nothing."""

from __future__ import annotations

import sys
from pathlib import Path

from scripts.docs.links import broken
from scripts.docs.reference import pages
from scripts.docs.site import build

SITE = Path("build/docs")


def main(check: bool) -> None:
    """Status 1 when a page is not what the code says, or a link leads nowhere."""
    problems = []
    for path, text in pages().items():
        if check and (not path.exists() or path.read_text(encoding="utf-8") != text):
            problems.append(f"{path} is not what the code says: run `make docs`")
        elif not check:
            path.write_text(text, encoding="utf-8")
    documents = sorted([*Path().glob("*.md"), *Path("docs").rglob("*.md")])
    problems += broken(documents)
    if not check:
        build(documents, SITE)
        print(f"{len(documents)} pages in {SITE}/index.html")
    print("\n".join(problems))
    sys.exit(bool(problems))


if __name__ == "__main__":
    main("--check" in sys.argv[1:])
