"""What migration 2 does: alerts that wait, mails that tell several, notices, mutes, addresses that closed.

Once released this file is never edited. Later changes are migrations of their own.
"""

ALERTS = (
    # how many publishers carried the story when this was decided: more of them later are news
    "ALTER TABLE alerts ADD COLUMN publishers INTEGER NOT NULL DEFAULT 1",
    # when its message may go out; NULL: at once. With the state `held` it is only late, and is delivered then.
    "ALTER TABLE alerts ADD COLUMN not_before TEXT",
)

NEW_TABLES = (
    """
    -- What is told without a report: that a baseline's coverage surges or has stopped.
    CREATE TABLE notices (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('spike', 'gap')),
        baseline_id TEXT NOT NULL REFERENCES baselines (id) ON DELETE CASCADE,
        headline TEXT NOT NULL,
        reason TEXT NOT NULL,
        created_at TEXT NOT NULL
    ) STRICT
    """,
    """
    -- What a person wants no alerts on for a while. Columns that are NULL say nothing; the others must all agree.
    CREATE TABLE mutes (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('mute', 'snooze')),  -- mute: to the digest; snooze: delivered afterwards
        rule TEXT,
        baseline_id TEXT,
        claim_id TEXT,
        story_id INTEGER,
        until TEXT NOT NULL,
        note TEXT NOT NULL,
        created_at TEXT NOT NULL,
        lifted_at TEXT
    ) STRICT
    """,
    """
    -- Addresses that said they want nothing more (410). Their messages are parked until a person retries one.
    CREATE TABLE closed_addresses (
        channel TEXT NOT NULL,
        address TEXT NOT NULL,
        reason TEXT NOT NULL,
        closed_at TEXT NOT NULL,
        PRIMARY KEY (channel, address)
    ) STRICT
    """,
    """
    -- Which alerts a message tells: usually one, several where they were gathered.
    CREATE TABLE delivery_alerts (
        delivery_id INTEGER NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
        alert_id INTEGER NOT NULL REFERENCES alerts (id) ON DELETE CASCADE,
        PRIMARY KEY (delivery_id, alert_id)
    ) STRICT
    """,
    "INSERT INTO delivery_alerts SELECT id, alert_id FROM deliveries WHERE alert_id IS NOT NULL",
)

# SQLite cannot change a CHECK, so the outbox is made anew under its old name.
DELIVERIES = (
    """
    CREATE TABLE deliveries_2 (
        id INTEGER PRIMARY KEY,
        kind TEXT NOT NULL CHECK (kind IN ('alert', 'digest', 'notice')),
        alert_id INTEGER REFERENCES alerts (id),      -- the first it tells: see delivery_alerts
        digest_id INTEGER REFERENCES digests (id),
        notice_id INTEGER REFERENCES notices (id),
        recipient TEXT NOT NULL,
        channel TEXT NOT NULL,
        address TEXT NOT NULL,            -- as configured; a secret one only by its name, such as env:NAME
        message_id TEXT NOT NULL UNIQUE,  -- stable, so that a repeat is recognised
        subject TEXT NOT NULL,
        text TEXT NOT NULL,
        html TEXT,
        in_reply_to TEXT,
        headers TEXT NOT NULL CHECK (json_valid(headers)),
        payload TEXT CHECK (payload IS NULL OR json_valid(payload)),  -- the same for programs
        state TEXT NOT NULL CHECK (state IN ('waiting', 'sending', 'sent', 'failed', 'dropped')),
        attempts INTEGER NOT NULL,
        interrupted INTEGER NOT NULL,  -- attempts that ended without a word: each may have sent it
        -- who waits behind it; `aside ...`: nobody, it failed so often that the fault may be its own
        holds_up TEXT NOT NULL CHECK (holds_up IN ('', 'address', 'channel', 'aside address', 'aside channel')),
        next_attempt_at TEXT NOT NULL,
        claimed_at TEXT,
        sent_at TEXT,
        last_error TEXT,
        created_at TEXT NOT NULL,
        CHECK ((alert_id IS NOT NULL) + (digest_id IS NOT NULL) + (notice_id IS NOT NULL) = 1),
        CHECK ((kind = 'alert') = (alert_id IS NOT NULL)),
        CHECK ((kind = 'digest') = (digest_id IS NOT NULL))
    ) STRICT
    """,
    """
    INSERT INTO deliveries_2 (
        id, kind, alert_id, digest_id, recipient, channel, address, message_id, subject, text, html, in_reply_to,
        headers, state, attempts, interrupted, holds_up, next_attempt_at, claimed_at, sent_at, last_error, created_at
    )
    SELECT
        id, kind, alert_id, digest_id, recipient, channel, address, message_id, subject, text, html, in_reply_to,
        headers, state, attempts, interrupted, '', next_attempt_at, claimed_at, sent_at, last_error, created_at
    FROM deliveries
    """,
    "DROP TABLE deliveries",
    "ALTER TABLE deliveries_2 RENAME TO deliveries",
)

INDEXES = (
    # deliveries.claim: what is due
    "CREATE INDEX deliveries_due ON deliveries (next_attempt_at) WHERE state IN ('waiting', 'sending')",
    # deliveries.claim: who waits behind whom
    "CREATE INDEX deliveries_holding ON deliveries (channel) WHERE state = 'waiting' AND holds_up <> ''",
    # deliveries.lately: how much a recipient was told within the hour; stories.facts
    "CREATE INDEX deliveries_of_recipient ON deliveries (recipient, created_at)",
    # foreign keys, and what a digest's or a notice's delivery came to
    "CREATE INDEX deliveries_of_alert ON deliveries (alert_id) WHERE alert_id IS NOT NULL",
    "CREATE INDEX deliveries_of_digest ON deliveries (digest_id) WHERE digest_id IS NOT NULL",
    "CREATE INDEX deliveries_of_notice ON deliveries (notice_id) WHERE notice_id IS NOT NULL",
    # deliveries.settle; v_alerts
    "CREATE INDEX delivery_alerts_of_alert ON delivery_alerts (alert_id)",
    # notices.last
    "CREATE INDEX notices_of_baseline ON notices (baseline_id, kind, created_at)",
    # coverage: when stories of a baseline were matched
    "CREATE INDEX matches_of_baseline ON matches (baseline_id, matched_at)",
)
