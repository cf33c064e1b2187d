"""New reports on their way into the table `reports`: gathered over the documents of a transaction, put in at once.

One statement puts all of them in. At the beginning of each, the full-text index writes down what it has gathered, which
takes longer than all else; and a long statement leaves Python free, so that it can be done in another thread.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from monitor.store.connection import Connection
from monitor.store.values import to_json


class Arrival(NamedTuple):
    """What is known of an item before it is stored, as SQLite takes it."""

    key: str
    title: str
    summary: str
    content: str
    url: str | None
    address: str | None
    text_hash: str
    title_hash: str
    outlet: str | None
    language: str | None
    published: str | None
    published_raw: str | None
    updated: str | None
    feed_id: int
    publisher: str
    first_sight: int
    now: str


# The earlier report that is this very item: the same words under the same page, guid or feed; or, in another feed, the
# same page under the same title, for feeds cut their summaries differently.
_DUPLICATE = """
    SELECT COALESCE(o.duplicate_of, o.id) AS id FROM reports o
    WHERE o.address = n.address
      AND (o.text_hash = n.text_hash OR (o.feed_id <> n.feed_id AND o.title_hash = n.title_hash AND n.title <> ''))
      {earlier}
    UNION ALL
    SELECT COALESCE(o.duplicate_of, o.id) FROM reports o
    WHERE o.key = n.key AND o.text_hash = n.text_hash {earlier}
    UNION ALL
    SELECT COALESCE(o.duplicate_of, o.id) FROM reports o
    WHERE o.feed_id = n.feed_id AND o.text_hash = n.text_hash {earlier}
    ORDER BY 1
    LIMIT 1
"""
_GATHER = f"CREATE TEMPORARY TABLE IF NOT EXISTS arriving ({', '.join(Arrival._fields)})"
_ARRIVE = f"INSERT INTO arriving VALUES ({', '.join('?' for _ in Arrival._fields)})"
_INSERT = f"""
    INSERT INTO reports (
        feed_id, key, version, title, summary, content, url, address, text_hash, title_hash, publisher, outlet,
        language, published_at, published_raw, updated_at, first_seen_at, last_seen_at, first_sight, duplicate_of
    )
    SELECT
        n.feed_id, n.key, 1, n.title, n.summary, n.content, n.url, n.address, n.text_hash, n.title_hash, n.publisher,
        n.outlet, n.language, n.published, n.published_raw, n.updated, n.now, n.now, n.first_sight,
        ({_DUPLICATE.format(earlier="")})
    FROM arriving n
    ORDER BY n.rowid
"""
_REPEATED = f"""
    UPDATE reports AS n SET duplicate_of = ({_DUPLICATE.format(earlier="AND o.id < n.id")})
    WHERE n.id = :id
"""


class Arrivals:
    """The new reports of one transaction. None of those that wait together repeats another of them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._signs: set[tuple[str, str]] = set()
        self._waiting = 0

    def add(self, rows: Sequence[Arrival]) -> None:
        """The new items of one document, in their order."""
        if not rows:
            return
        signs = set(_signs(rows))
        hashes = Counter(row.text_hash for row in rows)
        repeats_itself = len(hashes) < len(rows)
        if repeats_itself or not self._signs.isdisjoint(signs):
            self.flush()  # the statement that puts rows in does not see its own
        if not self._waiting:
            self._connection.run(_GATHER)
        self._connection.run_rows(_ARRIVE, rows)
        self._signs |= signs
        self._waiting += len(rows)
        if repeats_itself:
            before = self._connection.value("SELECT COALESCE(MAX(id), 0) FROM reports")
            self.flush()
            self._repeated(before, [text_hash for text_hash, times in hashes.items() if times > 1])

    def flush(self) -> None:
        """Put those that wait into `reports`."""
        if self._waiting:
            self._connection.run(_INSERT)
            self._connection.run("DELETE FROM arriving")
            self._signs.clear()
            self._waiting = 0

    def _repeated(self, before: int, hashes: Sequence[str]) -> None:
        """Items of one document that say the same as one before them."""
        rows = self._connection.rows(
            """
            SELECT id FROM reports
            WHERE id > :before AND text_hash IN (SELECT value FROM json_each(:hashes))
            ORDER BY id
            """,
            {"before": before, "hashes": to_json(hashes)},
        )
        for row in rows:
            self._connection.run(_REPEATED, row)


def _signs(rows: Iterable[Arrival]) -> Iterable[tuple[str, str]]:
    """By what a report of another document would be known as the same; rather more than too few."""
    for row in rows:
        yield row.key, row.text_hash
        if row.address is not None:
            yield row.address, row.text_hash
            yield row.address, row.title_hash
