"""The engine-specific half of the index: FTS5 tables and triggers on SQLite, text vectors and trigrams on PostgreSQL.

Sources: sqlite.org/fts5.html (external content tables, trigram tokenizer), the PostgreSQL manual (12.9 GIN, F.35 pg_trgm).
"""

from __future__ import annotations

import logging

from sqlalchemy import Connection, text

log = logging.getLogger(__name__)

# Text is folded before it is stored, so the tokenizer only has to split it; marks (M*) are vowels in Indic scripts.
_SQLITE = (
    """CREATE VIRTUAL TABLE IF NOT EXISTS search_fts USING fts5(
         title, name, people, body, content='search_document', content_rowid='number', prefix='3',
         tokenize="unicode61 remove_diacritics 0 categories 'L* N* M* Co'")""",
    # Without content, positions and sizes: only "which words have this group of three characters" is asked.
    """CREATE VIRTUAL TABLE IF NOT EXISTS search_fts_word USING fts5(
         word, content='', columnsize=0, detail=none, tokenize='trigram')""",
    """CREATE TRIGGER IF NOT EXISTS search_document_added AFTER INSERT ON search_document BEGIN
         INSERT INTO search_fts(rowid, title, name, people, body)
         VALUES (new.number, new.title, new.name, new.people, new.body); END""",
    """CREATE TRIGGER IF NOT EXISTS search_document_removed AFTER DELETE ON search_document BEGIN
         INSERT INTO search_fts(search_fts, rowid, title, name, people, body)
         VALUES ('delete', old.number, old.title, old.name, old.people, old.body); END""",
    """CREATE TRIGGER IF NOT EXISTS search_document_changed AFTER UPDATE ON search_document BEGIN
         INSERT INTO search_fts(search_fts, rowid, title, name, people, body)
         VALUES ('delete', old.number, old.title, old.name, old.people, old.body);
         INSERT INTO search_fts(rowid, title, name, people, body)
         VALUES (new.number, new.title, new.name, new.people, new.body); END""",
    """CREATE TRIGGER IF NOT EXISTS search_word_added AFTER INSERT ON search_word BEGIN
         INSERT INTO search_fts_word(rowid, word) VALUES (new.number, '^' || new.word || '$'); END""",
)
_POSTGRESQL = (
    """ALTER TABLE search_document ADD COLUMN IF NOT EXISTS title_vector tsvector
         GENERATED ALWAYS AS (to_tsvector('simple', title || ' ' || name)) STORED""",
    """ALTER TABLE search_document ADD COLUMN IF NOT EXISTS text_vector tsvector
         GENERATED ALWAYS AS (to_tsvector('simple', title || ' ' || name || ' ' || people || ' ' || body)) STORED""",
    "CREATE INDEX IF NOT EXISTS ix_search_document_title_vector ON search_document USING gin (title_vector)",
    "CREATE INDEX IF NOT EXISTS ix_search_document_text_vector ON search_document USING gin (text_vector)",
)
_POSTGRESQL_TRIGRAM = (
    "CREATE EXTENSION IF NOT EXISTS pg_trgm",
    "CREATE INDEX IF NOT EXISTS ix_search_word_trigram ON search_word USING gin (word gin_trgm_ops)",
)
_DROP_SQLITE = (
    "DROP TRIGGER IF EXISTS search_document_added",
    "DROP TRIGGER IF EXISTS search_document_removed",
    "DROP TRIGGER IF EXISTS search_document_changed",
    "DROP TRIGGER IF EXISTS search_word_added",
    "DROP TABLE IF EXISTS search_fts",
    "DROP TABLE IF EXISTS search_fts_word",
)


def create_search_objects(connection: Connection) -> None:
    """Create what the ordinary tables cannot express; call it after they exist. Repeatable.

    Where PostgreSQL lacks the extension pg_trgm, or the role may not create it, words are still found, and misspelt words are
    looked for among those that begin alike.
    """
    if connection.dialect.name == "sqlite":
        _run(connection, _SQLITE)
        return
    _run(connection, _POSTGRESQL)
    try:
        with connection.begin_nested():
            _run(connection, _POSTGRESQL_TRIGRAM)
    except Exception as error:  # noqa: BLE001  # whatever the reason, the index works without trigrams
        log.warning("pg_trgm cannot be created, typing errors are found less well: %s", error)


def drop_search_objects(connection: Connection) -> None:
    """Undo `create_search_objects`."""
    if connection.dialect.name == "sqlite":
        _run(connection, _DROP_SQLITE)
        return
    _run(connection, ("DROP INDEX IF EXISTS ix_search_word_trigram",))
    columns = "DROP COLUMN IF EXISTS title_vector, DROP COLUMN IF EXISTS text_vector"
    _run(connection, (f"ALTER TABLE search_document {columns}",))


def is_search_object(name: str | None) -> bool:
    """Whether a table, column or index was made here, so that a drift check does not take it for a leftover."""
    made_here = {
        "title_vector",
        "text_vector",
        "ix_search_document_title_vector",
        "ix_search_document_text_vector",
        "ix_search_word_trigram",
    }
    return name is not None and (name in made_here or name.startswith("search_fts"))


def _run(connection: Connection, statements: tuple[str, ...]) -> None:
    for statement in statements:
        connection.execute(text(statement))
