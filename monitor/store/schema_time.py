"""What migration 3 does: items over time, article pages, retention, and notices about feeds.

Once released this file is never edited. Later changes are migrations of their own.
"""

FEEDS = (
    # the wish of server or feed for the time between polls, kept for the answers 304, which do not repeat it
    "ALTER TABLE feeds ADD COLUMN hint_s REAL",
    # by its own rhythm: a feed that brings nothing new for longer is silent
    "ALTER TABLE feeds ADD COLUMN quiet_after_s REAL NOT NULL DEFAULT 1209600",
    # when it answered again after a day or more without: silence counts from there
    "ALTER TABLE feeds ADD COLUMN answering_since TEXT",
    # what people were last told of it: '', 'broken', 'silent' or 'retired'
    "ALTER TABLE feeds ADD COLUMN told TEXT NOT NULL DEFAULT '' CHECK (told IN ('', 'broken', 'silent', 'retired'))",
    "ALTER TABLE feeds ADD COLUMN told_at TEXT",
    # when people were last told that its alerts of a day were too many
    "ALTER TABLE feeds ADD COLUMN flood_told_at TEXT",
)

REPORTS = (
    # 1: the feed's last document held it; 0: it left the feed at last_seen_at
    "ALTER TABLE reports ADD COLUMN in_feed INTEGER NOT NULL DEFAULT 1",
    # where `content` comes from: the feed itself, or the article's page
    "ALTER TABLE reports ADD COLUMN text_source TEXT NOT NULL DEFAULT 'feed' CHECK (text_source IN ('feed', 'page'))",
    # as in `reports`: what the feed itself said then
    "ALTER TABLE revisions ADD COLUMN text_hash TEXT",
)

NEW_TABLES = (
    """
    -- Items that were removed, so that they are not news when their feed shows them again.
    CREATE TABLE tombstones (
        feed_id INTEGER NOT NULL REFERENCES feeds (id) ON DELETE CASCADE,
        key_hash TEXT NOT NULL,
        text_hash TEXT NOT NULL,
        removed_at TEXT NOT NULL,
        PRIMARY KEY (feed_id, key_hash)
    ) STRICT, WITHOUT ROWID
    """,
    """
    -- The pages of articles: what became of asking for them.
    CREATE TABLE articles (
        report_id INTEGER PRIMARY KEY REFERENCES reports (id) ON DELETE CASCADE,
        state TEXT NOT NULL CHECK (state IN ('read', 'waiting', 'failed')),
        attempts INTEGER NOT NULL,
        next_attempt_at TEXT,       -- of those that wait
        status INTEGER,
        error TEXT,                 -- a sentence
        text_hash TEXT,             -- the same for several pages of a host: that is its wall, not their text
        host TEXT NOT NULL,
        asked_at TEXT NOT NULL
    ) STRICT
    """,
)

# SQLite cannot change a CHECK nor drop a NOT NULL, so the table is made anew under its old name. Its rows wait aside:
# deliveries point at them, and the promise of the foreign key is looked at when the transaction ends.
NOTICES = (
    "CREATE TEMPORARY TABLE notices_aside AS SELECT * FROM notices",
    "DROP TABLE notices",
    """
    -- What is told without a report: that a baseline's coverage surges or has stopped, and how feeds fare.
    CREATE TABLE notices (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('spike', 'gap', 'feeds', 'flood')),
        baseline_id TEXT REFERENCES baselines (id) ON DELETE CASCADE,
        headline TEXT NOT NULL,
        reason TEXT NOT NULL,
        created_at TEXT NOT NULL,
        CHECK ((kind IN ('spike', 'gap')) = (baseline_id IS NOT NULL))
    ) STRICT
    """,
    "INSERT INTO notices SELECT id, kind, baseline_id, headline, reason, created_at FROM notices_aside",
    "DROP TABLE notices_aside",
    "CREATE INDEX notices_of_baseline ON notices (baseline_id, kind, created_at)",
)

INDEXES = (
    # sightings.settle: what the last document held
    "CREATE INDEX reports_in_feed ON reports (feed_id) WHERE in_feed = 1",
    # retention.remove_reports: what left its feed long ago
    "CREATE INDEX reports_left ON reports (last_seen_at) WHERE in_feed = 0",
    # tombstones.is_known: by the words
    "CREATE INDEX tombstones_text ON tombstones (feed_id, text_hash)",
    # articles.is_wall: the same text for other pages of the host
    "CREATE INDEX articles_text ON articles (host, text_hash) WHERE text_hash IS NOT NULL",
    # floods: the alerts of a feed
    "CREATE INDEX alerts_created ON alerts (created_at)",
)
