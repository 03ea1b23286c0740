"""A site of plain pages: each document as HTML, links between them kept, an index."""

from __future__ import annotations

import re
import shutil
from collections.abc import Sequence
from html import escape
from pathlib import Path

from markdown_it import MarkdownIt

STYLE = """body{font:16px/1.55 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem;
color:#1d1a17;background:#fbfaf8}
a{color:#8a5a00}table{border-collapse:collapse;display:block;overflow-x:auto}
td,th{padding:.3rem .7rem;border-bottom:1px solid #e4e0da;text-align:left}
code{background:#f0ede8;padding:.1em .3em;border-radius:4px}pre code{display:block;padding:1rem;overflow-x:auto}
@media(prefers-color-scheme:dark){body{color:#ece8e2;background:#0d0c0b}a{color:#f0b24a}code{background:#1f1c1a}td,th{border-color:#2d2926}}"""
FOLDERS = {
    ".": "Start",
    "tutorials": "Tutorials",
    "how-to": "How to",
    "reference": "Reference",
    "explanation": "Explanation",
    "adr": "Decisions",
}


def build(documents: Sequence[Path], folder: Path) -> None:
    """Write the site anew."""
    shutil.rmtree(folder, ignore_errors=True)
    markdown = MarkdownIt("commonmark").enable("table")
    groups: dict[str, list[tuple[str, str]]] = {}
    for document in documents:
        text = document.read_text(encoding="utf-8")
        title = next((line[2:] for line in text.splitlines() if line.startswith("# ")), document.stem)
        target = folder / document.with_suffix(".html")
        up = "../" * (len(document.parts) - 1)
        body = re.sub(r'href="([^":]+)\.md(#[^"]*)?"', r'href="\1.html\2"', markdown.render(text))
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(_page(title, f'<p><a href="{up}index.html">Matinee</a></p>{body}'), encoding="utf-8")
        kind = document.parts[1] if len(document.parts) > 2 else "."
        groups.setdefault(kind, []).append((title, document.with_suffix(".html").as_posix()))
    lists = [
        f"<h2>{escape(name)}</h2><ul>"
        + "".join(f'<li><a href="{href}">{escape(t)}</a></li>' for t, href in groups[kind])
        + "</ul>"
        for kind, name in FOLDERS.items()
        if kind in groups
    ]
    (folder / "index.html").write_text(_page("Matinee", "<h1>Matinee</h1>" + "".join(lists)), encoding="utf-8")


def _page(title: str, body: str) -> str:
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{escape(title)}</title>'
    return f'<!doctype html><html lang="en"><head>{head}<style>{STYLE}</style></head><body>{body}</body></html>\n'
