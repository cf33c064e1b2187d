"""Full-text search over reports. Whatever a person types is a valid search."""

import re
from typing import Any

from monitor.store.connection import Connection
from monitor.store.values import clean_text

_PARTS = re.compile(r'"([^"]*)"|(\S+)')


def quote(text: str) -> str:
    """The FTS5 query for what a person typed: all words, "phrases in quotes", and a star for a word's beginning."""
    terms = []
    for phrase, word in _PARTS.findall(clean_text(text)):
        is_prefix = word.endswith("*")
        term = (phrase or word).replace('"', " ").strip().rstrip("*").strip()
        if any(letter.isalnum() for letter in term):
            terms.append(f'"{term}"' + ("*" if is_prefix else ""))
    return " ".join(terms)


def find(connection: Connection, text: str, limit: int) -> list[dict[str, Any]]:
    """Reports with all the words, best first; the passage marks them with [ ]. Nothing searchable finds nothing."""
    wanted = quote(text)
    if not wanted:
        return []
    return connection.rows(
        """
        SELECT
            r.id AS report_id,
            r.title,
            r.publisher,
            COALESCE(r.published_at, r.first_seen_at) AS published_at,
            snippet(reports_fts, -1, '[', ']', ' … ', 24) AS passage,
            r.url,
            (
                SELECT group_concat(m.claim_id || ' ' || m.relation, ', ') FROM matches m WHERE m.report_id = r.id
            ) AS claims
        FROM reports_fts
        JOIN reports r ON r.id = reports_fts.rowid
        WHERE reports_fts MATCH :wanted
          AND r.duplicate_of IS NULL
        ORDER BY bm25(reports_fts, 4.0, 2.0, 1.0), r.id
        LIMIT :limit
        """,
        {"wanted": wanted, "limit": limit},
    )
