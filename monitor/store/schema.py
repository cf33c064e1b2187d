"""The tables as first laid down. Times are UTC text such as 2026-11-22T16:20:29Z; lists are JSON text.

This file is what migration 1 does; once released it is never edited. Later changes are migrations of their own.
"""

TABLES = (
    """
    CREATE TABLE baselines (
        id TEXT PRIMARY KEY,
        title TEXT NOT NULL,
        author TEXT,
        publisher TEXT,
        published TEXT,             -- a date: 2020-04-07
        url TEXT,
        language TEXT NOT NULL,
        article TEXT,               -- the article's text, for showing claims in their place
        revision TEXT NOT NULL,     -- hash of everything matching depends on; a new one has every report judged again
        position INTEGER NOT NULL,  -- order in the configuration
        active INTEGER NOT NULL,    -- 0: no longer configured; what was found stays, its claims leave the ledger
        added_at TEXT NOT NULL,
        changed_at TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE claims (
        baseline_id TEXT NOT NULL REFERENCES baselines (id) ON DELETE CASCADE,
        id TEXT NOT NULL,
        position INTEGER NOT NULL,
        text TEXT NOT NULL,
        phrases TEXT NOT NULL CHECK (json_valid(phrases)),
        threshold REAL,             -- the profile's own; NULL: the matcher's default
        retired_at TEXT,            -- no longer in the profile; kept, because matches speak of it
        PRIMARY KEY (baseline_id, id)
    ) STRICT
    """,
    """
    CREATE TABLE entities (
        id INTEGER PRIMARY KEY,
        baseline_id TEXT NOT NULL REFERENCES baselines (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        name TEXT NOT NULL,
        type TEXT NOT NULL,
        UNIQUE (baseline_id, name)
    ) STRICT
    """,
    """
    CREATE TABLE aliases (
        entity_id INTEGER NOT NULL REFERENCES entities (id) ON DELETE CASCADE,
        alias TEXT NOT NULL,
        excluded INTEGER NOT NULL,  -- 1: the profile's `not`; where this stands, it is someone else
        PRIMARY KEY (entity_id, excluded, alias)
    ) STRICT
    """,
    """
    CREATE TABLE feeds (
        id INTEGER PRIMARY KEY,
        url TEXT NOT NULL UNIQUE,
        title TEXT,                 -- as configured, else as the feed calls itself
        tags TEXT NOT NULL CHECK (json_valid(tags)),
        publisher TEXT,
        language TEXT,
        configured_interval_s REAL,
        full_text INTEGER NOT NULL,
        active INTEGER NOT NULL,    -- 0: no longer configured; its reports stay
        etag TEXT,
        last_modified TEXT,
        body_hash TEXT,
        full_at TEXT,               -- when the whole body was last sent
        interval_s REAL NOT NULL,
        next_poll_at TEXT,          -- NULL: due now
        next_poll_why TEXT NOT NULL,
        first_polled_at TEXT,       -- the first poll that went well; NULL: never yet
        last_polled_at TEXT,
        last_success_at TEXT,
        last_new_at TEXT,           -- the last poll that brought a new report
        failures INTEGER NOT NULL,  -- in a row
        failing_since TEXT,
        last_error TEXT,
        last_error_kind TEXT,
        moved_to TEXT,
        moved_count INTEGER NOT NULL,
        gone_count INTEGER NOT NULL,  -- answers 410 in a row
        retired INTEGER NOT NULL    -- 1: the server said that it is gone for good
    ) STRICT
    """,
    """
    CREATE TABLE fetches (
        id INTEGER PRIMARY KEY,
        feed_id INTEGER NOT NULL REFERENCES feeds (id) ON DELETE CASCADE,
        started_at TEXT NOT NULL,
        duration_s REAL NOT NULL,
        result TEXT NOT NULL CHECK (result IN ('read', 'unchanged', 'failed')),
        status INTEGER,
        final_url TEXT,
        size_bytes INTEGER NOT NULL,
        format TEXT,
        items INTEGER NOT NULL,
        skipped INTEGER NOT NULL,   -- items that could not be read
        new_reports INTEGER NOT NULL,
        revised_reports INTEGER NOT NULL,
        error_kind TEXT,
        error TEXT
    ) STRICT
    """,
    """
    CREATE TABLE stories (
        id INTEGER PRIMARY KEY,
        title TEXT NOT NULL,        -- of its first report
        started_at TEXT NOT NULL,
        last_report_at TEXT NOT NULL
    ) STRICT
    """,
    """
    CREATE TABLE reports (
        id INTEGER PRIMARY KEY,
        feed_id INTEGER NOT NULL REFERENCES feeds (id),
        key TEXT NOT NULL,          -- stable within its feed: guid, else link, else a hash of the text
        version INTEGER NOT NULL,   -- 1, and one more with every edit; older texts are in revisions
        title TEXT NOT NULL,
        summary TEXT NOT NULL,
        content TEXT NOT NULL,
        url TEXT,
        address TEXT,               -- the url without scheme, www., fragment: the same page has the same
        text_hash TEXT NOT NULL,    -- of the words alone; equal for texts that differ in space, case or marks only
        title_hash TEXT NOT NULL,
        publisher TEXT NOT NULL,    -- outlet, else the feed's publisher or title, else the host: who is counted
        outlet TEXT,
        language TEXT,
        published_at TEXT,
        published_raw TEXT,
        updated_at TEXT,
        first_seen_at TEXT NOT NULL,
        last_seen_at TEXT NOT NULL, -- the last poll that changed anything of it
        first_sight INTEGER NOT NULL,  -- 1: the feed already held it when first polled
        duplicate_of INTEGER REFERENCES reports (id),  -- the same item, seen before elsewhere or under another guid
        story_id INTEGER REFERENCES stories (id),
        copy_of INTEGER REFERENCES reports (id),       -- a syndicated copy of this other report of its story
        UNIQUE (feed_id, key)
    ) STRICT
    """,
    """
    CREATE TABLE revisions (
        report_id INTEGER NOT NULL REFERENCES reports (id) ON DELETE CASCADE,
        version INTEGER NOT NULL,
        title TEXT NOT NULL,
        summary TEXT NOT NULL,
        content TEXT NOT NULL,
        replaced_at TEXT NOT NULL,
        PRIMARY KEY (report_id, version)
    ) STRICT
    """,
    """
    -- What became of each report under each baseline: nothing is dropped in silence.
    CREATE TABLE verdicts (
        report_id INTEGER NOT NULL REFERENCES reports (id) ON DELETE CASCADE,
        baseline_id TEXT NOT NULL REFERENCES baselines (id) ON DELETE CASCADE,
        revision TEXT NOT NULL,     -- of the baseline: judged once for each
        report_version INTEGER NOT NULL,  -- and once for each edit
        score REAL NOT NULL,
        decision TEXT NOT NULL CHECK (decision IN ('matched', 'near miss', 'below', 'duplicate', 'filtered')),
        reason TEXT NOT NULL,
        best_claim_id TEXT,
        best_claim_score REAL NOT NULL,
        entities TEXT NOT NULL CHECK (json_valid(entities)),
        decided_at TEXT NOT NULL,
        PRIMARY KEY (report_id, baseline_id)
    ) STRICT
    """,
    """
    CREATE TABLE matches (
        id INTEGER PRIMARY KEY,
        report_id INTEGER NOT NULL REFERENCES reports (id) ON DELETE CASCADE,
        baseline_id TEXT NOT NULL,
        claim_id TEXT NOT NULL,
        score REAL NOT NULL,
        threshold REAL NOT NULL,
        relation TEXT NOT NULL CHECK (relation IN ('supports', 'contradicts', 'updates', 'related')),
        confidence REAL NOT NULL,   -- of the relation
        passage TEXT NOT NULL,
        terms TEXT NOT NULL CHECK (json_valid(terms)),        -- [[term, share], ...]; the shares add up to the score
        entities TEXT NOT NULL CHECK (json_valid(entities)),  -- [name, ...]
        figures TEXT NOT NULL CHECK (json_valid(figures)),    -- [{"claim", "report", "agrees"}, ...]
        note TEXT NOT NULL,
        mode TEXT NOT NULL,         -- version of the matcher and of its background
        matched_at TEXT NOT NULL,
        UNIQUE (report_id, baseline_id, claim_id),
        FOREIGN KEY (baseline_id, claim_id) REFERENCES claims (baseline_id, id) ON DELETE CASCADE
    ) STRICT
    """,
    """
    CREATE TABLE alerts (
        id INTEGER PRIMARY KEY,
        baseline_id TEXT NOT NULL,
        claim_id TEXT NOT NULL,
        story_id INTEGER NOT NULL REFERENCES stories (id),
        report_id INTEGER NOT NULL REFERENCES reports (id),
        relation TEXT NOT NULL,     -- and figures: as told, the match itself may change with an edit of the report
        figures TEXT NOT NULL CHECK (json_valid(figures)),
        rule TEXT NOT NULL,
        severity TEXT NOT NULL CHECK (severity IN ('low', 'normal', 'high')),
        state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'held', 'throttled', 'failed')),
        reason TEXT NOT NULL,       -- why it is told, or why not
        headline TEXT NOT NULL,
        recipients TEXT NOT NULL CHECK (json_valid(recipients)),
        created_at TEXT NOT NULL,
        settled_at TEXT,            -- sent or failed
        acked_at TEXT,              -- a person has seen it
        dismissed_at TEXT,          -- a person found it useless
        FOREIGN KEY (baseline_id, claim_id) REFERENCES claims (baseline_id, id)
    ) STRICT
    """,
    """
    CREATE TABLE digests (
        id INTEGER PRIMARY KEY,
        recipient TEXT NOT NULL,
        local_date TEXT,            -- the recipient's date it was due on; NULL: sent by hand
        subject TEXT NOT NULL,
        standings TEXT NOT NULL CHECK (json_valid(standings)),  -- [[baseline, claim, standing], ...] as last told
        composed_at TEXT NOT NULL,
        UNIQUE (recipient, local_date)
    ) STRICT
    """,
    """
    -- What each digest told: what is in here is not told to that recipient again.
    CREATE TABLE digest_members (
        digest_id INTEGER NOT NULL REFERENCES digests (id) ON DELETE CASCADE,
        recipient TEXT NOT NULL,
        baseline_id TEXT NOT NULL,
        report_id INTEGER NOT NULL REFERENCES reports (id) ON DELETE CASCADE,
        claim_id TEXT NOT NULL,
        relation TEXT NOT NULL,     -- as told; if it becomes another one, the match is news again
        alert_id INTEGER REFERENCES alerts (id)  -- the held alert that was told; NULL: a match
    ) STRICT
    """,
    """
    -- The outbox: one row for each recipient; a row is claimed, sent, marked.
    CREATE TABLE deliveries (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('alert', 'digest')),
        alert_id INTEGER REFERENCES alerts (id),
        digest_id INTEGER REFERENCES digests (id),
        recipient TEXT NOT NULL,
        channel TEXT NOT NULL,
        address TEXT NOT NULL,
        message_id TEXT NOT NULL UNIQUE,  -- stable, so that a repeat is recognised
        subject TEXT NOT NULL,
        text TEXT NOT NULL,
        html TEXT,
        in_reply_to TEXT,
        headers TEXT NOT NULL CHECK (json_valid(headers)),
        state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed')),
        attempts INTEGER NOT NULL,
        interrupted INTEGER NOT NULL,  -- attempts that ended without a word: each may have sent it
        next_attempt_at TEXT NOT NULL,
        claimed_at TEXT,
        sent_at TEXT,
        last_error TEXT,
        created_at TEXT NOT NULL,
        CHECK ((kind = 'alert') = (alert_id IS NOT NULL)),
        CHECK ((kind = 'digest') = (digest_id IS NOT NULL))
    ) STRICT
    """,
    """
    -- What people said of a match (or, without a claim, of a report under a baseline). The newest word counts.
    CREATE TABLE marks (
        id INTEGER PRIMARY KEY,
        report_id INTEGER NOT NULL REFERENCES reports (id) ON DELETE CASCADE,
        baseline_id TEXT NOT NULL REFERENCES baselines (id) ON DELETE CASCADE,
        claim_id TEXT,
        mark TEXT NOT NULL CHECK (mark IN ('relevant', 'noise')),
        note TEXT NOT NULL,
        marked_at TEXT NOT NULL
    ) STRICT
    """,
)

INDEXES = (
    # feeds.due_feeds
    "CREATE INDEX feeds_due ON feeds (next_poll_at) WHERE active = 1 AND retired = 0",
    # v_feed_health: the polls of one feed; health.prune_fetches: the old ones
    "CREATE INDEX fetches_of_feed ON fetches (feed_id, started_at)",
    # reports.find_duplicate: the same page, the same guid, the same words
    "CREATE INDEX reports_address ON reports (address) WHERE address IS NOT NULL",
    "CREATE INDEX reports_key ON reports (key)",
    "CREATE INDEX reports_text_hash ON reports (feed_id, text_hash)",
    # v_story_timeline, stories.facts; and the members of a story
    "CREATE INDEX reports_story ON reports (story_id) WHERE story_id IS NOT NULL",
    # stories.members: what may still grow; digest days
    "CREATE INDEX reports_first_seen ON reports (first_seen_at)",
    # foreign keys that are looked up when a report is removed
    "CREATE INDEX reports_duplicate_of ON reports (duplicate_of) WHERE duplicate_of IS NOT NULL",
    "CREATE INDEX reports_copy_of ON reports (copy_of) WHERE copy_of IS NOT NULL",
    # v_near_misses; digest's count of near misses
    "CREATE INDEX verdicts_decision ON verdicts (baseline_id, decision, decided_at)",
    # v_ledger: the matches of one claim
    "CREATE INDEX matches_of_claim ON matches (baseline_id, claim_id, relation)",
    # alerts.told: what was told of a story
    "CREATE INDEX alerts_of_story ON alerts (story_id, baseline_id)",
    # the alerts of one report: matches.save
    "CREATE INDEX alerts_of_report ON alerts (report_id)",
    # v_alerts: by state, newest first; digest: the held ones
    "CREATE INDEX alerts_state ON alerts (state, created_at)",
    # digests.untold_matches, digests.untold_held; both also keep a thing from being told twice
    """
    CREATE UNIQUE INDEX digest_members_match ON digest_members (recipient, report_id, baseline_id, claim_id, relation)
    WHERE alert_id IS NULL
    """,
    """
    CREATE UNIQUE INDEX digest_members_alert ON digest_members (recipient, alert_id) WHERE alert_id IS NOT NULL
    """,
    # foreign keys of digest_members
    "CREATE INDEX digest_members_digest ON digest_members (digest_id)",
    "CREATE INDEX digest_members_report ON digest_members (report_id)",
    # deliveries.claim: what is due
    "CREATE INDEX deliveries_due ON deliveries (next_attempt_at) WHERE state IN ('waiting', 'sending')",
    # deliveries.settle_alert; v_alerts
    "CREATE INDEX deliveries_of_alert ON deliveries (alert_id) WHERE alert_id IS NOT NULL",
    # v_matches, v_ledger: the newest mark of a match
    "CREATE INDEX marks_of_report ON marks (report_id, baseline_id, claim_id)",
)

# External content: the words are indexed, the texts stay in `reports` alone. Triggers keep the two together.
# Datasette and sqlite-utils know a searchable table by `content="reports"`, written just so.
SEARCH = (
    """
    CREATE VIRTUAL TABLE reports_fts USING fts5 (
        title, summary, content,
        content="reports", content_rowid='id', tokenize = 'unicode61 remove_diacritics 2'
    )
    """,
    """
    CREATE TRIGGER reports_fts_insert AFTER INSERT ON reports BEGIN
        INSERT INTO reports_fts (rowid, title, summary, content) VALUES (new.id, new.title, new.summary, new.content);
    END
    """,
    """
    CREATE TRIGGER reports_fts_delete AFTER DELETE ON reports BEGIN
        INSERT INTO reports_fts (reports_fts, rowid, title, summary, content)
        VALUES ('delete', old.id, old.title, old.summary, old.content);
    END
    """,
    """
    CREATE TRIGGER reports_fts_update AFTER UPDATE OF title, summary, content ON reports BEGIN
        INSERT INTO reports_fts (reports_fts, rowid, title, summary, content)
        VALUES ('delete', old.id, old.title, old.summary, old.content);
        INSERT INTO reports_fts (rowid, title, summary, content) VALUES (new.id, new.title, new.summary, new.content);
    END
    """,
)
