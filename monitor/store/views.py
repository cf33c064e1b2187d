"""The views that people query. They are a public interface: docs/database.md names each, with an example.

Views hold no data, so they are dropped and made anew with every migration. They never look at the machine's clock.
"""

# A stance (contradicts, updates) below this confidence is shown as uncertain and does not move a claim's standing.
CONFIDENT = 0.5

# The newest word people said of a match: of the pair itself, else of the report under the baseline.
_MARK = """(
            SELECT k.mark FROM marks k
            WHERE k.report_id = m.report_id
              AND k.baseline_id = m.baseline_id
              AND (k.claim_id = m.claim_id OR k.claim_id IS NULL)
            ORDER BY k.claim_id IS NULL, k.id DESC
            LIMIT 1
        )"""

VIEWS = {
    "v_matches": f"""
    CREATE VIEW v_matches AS
    SELECT
        m.id AS match_id,
        m.baseline_id,
        m.claim_id,
        c.text AS claim,
        m.relation,
        m.confidence,
        m.score,
        m.threshold,
        m.passage,
        m.note,
        m.terms,
        m.entities,
        m.figures,
        r.title,
        r.url,
        r.publisher,
        COALESCE(r.published_at, r.first_seen_at) AS at,
        r.published_at,
        r.first_seen_at,
        m.report_id,
        r.story_id,
        r.copy_of,
        f.url AS feed_url,
        {_MARK} AS mark,
        m.mode,
        m.matched_at,
        CASE WHEN r.text_source = 'page' THEN 'page' WHEN r.content <> '' THEN 'feed' ELSE 'summary' END AS text_source
    FROM matches m
    JOIN claims c ON c.baseline_id = m.baseline_id AND c.id = m.claim_id
    JOIN reports r ON r.id = m.report_id
    JOIN feeds f ON f.id = r.feed_id
    """,
    # Standing, in this order (docs/database.md says it in words):
    #   unreported  no story takes a stance on the claim
    #   overtaken   stories update it, at least as many as contradict it, and updates are newer or more than support
    #   disputed    at least one story contradicts it
    #   supported   otherwise
    # Stories are counted, not reports: ten copies of one dispatch say a thing once.
    "v_ledger": f"""
    CREATE VIEW v_ledger AS
    WITH stance AS (
        SELECT
            m.match_id, m.baseline_id, m.claim_id, m.score, m.confidence, m.at, m.publisher, m.report_id,
            COALESCE('s' || m.story_id, 'r' || m.report_id) AS story,
            CASE
                WHEN m.relation IN ('contradicts', 'updates') AND m.confidence < {CONFIDENT} THEN 'uncertain'
                ELSE m.relation
            END AS relation
        FROM v_matches m
        WHERE m.mark IS NOT 'noise'
    ),
    counted AS (
        SELECT
            baseline_id, claim_id,
            COUNT(DISTINCT CASE WHEN relation = 'supports' THEN story END) AS supports,
            COUNT(DISTINCT CASE WHEN relation = 'contradicts' THEN story END) AS contradicts,
            COUNT(DISTINCT CASE WHEN relation = 'updates' THEN story END) AS updates,
            COUNT(DISTINCT CASE WHEN relation = 'related' THEN story END) AS related,
            COUNT(DISTINCT CASE WHEN relation = 'uncertain' THEN story END) AS uncertain,
            COUNT(DISTINCT story) AS stories,
            COUNT(DISTINCT report_id) AS reports,
            MIN(at) AS first_at,
            MAX(at) AS last_at,
            MAX(CASE WHEN relation = 'supports' THEN at END) AS last_support_at,
            MAX(CASE WHEN relation = 'updates' THEN at END) AS last_update_at
        FROM stance
        GROUP BY baseline_id, claim_id
    ),
    carried AS (
        SELECT baseline_id, claim_id, COUNT(DISTINCT publisher) AS publishers
        FROM (
            SELECT baseline_id, claim_id, publisher FROM stance
            UNION
            -- The very same item, brought by others: no match of its own, yet a voice, unless the page is the same.
            SELECT s.baseline_id, s.claim_id, d.publisher
            FROM stance s
            JOIN reports o ON o.id = s.report_id
            JOIN reports d ON d.duplicate_of = o.id AND d.address IS NOT o.address
        )
        GROUP BY baseline_id, claim_id
    ),
    judged AS (
        SELECT
            c.baseline_id, c.id AS claim_id, c.position, c.text AS claim,
            CASE
                WHEN COALESCE(n.supports + n.contradicts + n.updates, 0) = 0 THEN 'unreported'
                WHEN n.updates > 0
                    AND n.updates >= n.contradicts
                    AND (n.supports = 0 OR n.updates > n.supports OR n.last_update_at >= n.last_support_at)
                    THEN 'overtaken'
                WHEN n.contradicts > 0 THEN 'disputed'
                WHEN n.supports > 0 THEN 'supported'
                ELSE 'unreported'
            END AS standing,
            n.supports, n.contradicts, n.updates, n.related, n.uncertain,
            n.stories, n.reports, v.publishers, n.first_at, n.last_at
        FROM claims c
        JOIN baselines b ON b.id = c.baseline_id AND b.active = 1
        LEFT JOIN counted n ON n.baseline_id = c.baseline_id AND n.claim_id = c.id
        LEFT JOIN carried v ON v.baseline_id = c.baseline_id AND v.claim_id = c.id
        WHERE c.retired_at IS NULL
    ),
    best AS (
        SELECT j.baseline_id, j.claim_id, s.match_id, ROW_NUMBER() OVER (
            PARTITION BY j.baseline_id, j.claim_id
            ORDER BY s.confidence * s.score DESC, s.at DESC, s.match_id
        ) AS place
        FROM judged j
        JOIN stance s ON s.baseline_id = j.baseline_id AND s.claim_id = j.claim_id
        WHERE s.relation = CASE j.standing
            WHEN 'overtaken' THEN 'updates' WHEN 'disputed' THEN 'contradicts' WHEN 'supported' THEN 'supports'
            ELSE s.relation
        END
    )
    SELECT
        j.baseline_id,
        j.claim_id,
        j.claim,
        j.standing,
        COALESCE(j.supports, 0) AS supports,
        COALESCE(j.contradicts, 0) AS contradicts,
        COALESCE(j.updates, 0) AS updates,
        COALESCE(j.related, 0) AS related,
        COALESCE(j.uncertain, 0) AS uncertain,
        COALESCE(j.stories, 0) AS stories,
        COALESCE(j.reports, 0) AS reports,
        COALESCE(j.publishers, 0) AS publishers,
        m.passage AS best_passage,
        m.note AS best_note,
        r.publisher AS best_publisher,
        r.title AS best_title,
        r.url AS best_url,
        m.score AS best_score,
        m.id AS best_match_id,
        j.first_at,
        j.last_at,
        j.position
    FROM judged j
    LEFT JOIN best b ON b.baseline_id = j.baseline_id AND b.claim_id = j.claim_id AND b.place = 1
    LEFT JOIN matches m ON m.id = b.match_id
    LEFT JOIN reports r ON r.id = m.report_id
    ORDER BY j.baseline_id, j.position
    """,
    "v_near_misses": """
    CREATE VIEW v_near_misses AS
    SELECT
        v.baseline_id,
        v.best_claim_id AS claim_id,
        c.text AS claim,
        v.best_claim_score AS score,
        c.threshold AS own_threshold,
        v.reason,
        r.title,
        r.url,
        r.publisher,
        COALESCE(r.published_at, r.first_seen_at) AS at,
        v.report_id,
        v.decided_at
    FROM verdicts v
    JOIN reports r ON r.id = v.report_id
    LEFT JOIN claims c ON c.baseline_id = v.baseline_id AND c.id = v.best_claim_id
    WHERE v.decision = 'near miss'
    """,
    "v_alerts": """
    CREATE VIEW v_alerts AS
    SELECT
        a.id AS alert_id,
        a.created_at,
        a.state,
        a.severity,
        a.baseline_id,
        a.claim_id,
        c.text AS claim,
        a.relation,
        a.headline,
        a.reason,
        a.rule,
        m.passage,
        m.score,
        r.title,
        r.url,
        r.publisher,
        a.story_id,
        a.report_id,
        a.recipients,
        (SELECT COUNT(*) FROM delivery_alerts t WHERE t.alert_id = a.id) AS deliveries,
        (
            SELECT COUNT(*) FROM delivery_alerts t JOIN deliveries d ON d.id = t.delivery_id
            WHERE t.alert_id = a.id AND d.state = 'sent'
        ) AS delivered,
        a.publishers AS story_publishers,
        a.not_before,
        a.settled_at,
        a.acked_at,
        a.dismissed_at
    FROM alerts a
    JOIN claims c ON c.baseline_id = a.baseline_id AND c.id = a.claim_id
    JOIN reports r ON r.id = a.report_id
    LEFT JOIN matches m
        ON m.report_id = a.report_id AND m.baseline_id = a.baseline_id AND m.claim_id = a.claim_id
    """,
    "v_feed_health": """
    CREATE VIEW v_feed_health AS
    SELECT
        f.id AS feed_id,
        f.url,
        f.title,
        f.tags,
        CASE
            WHEN f.active = 0 THEN 'removed'
            WHEN f.retired = 1 THEN 'retired'
            WHEN f.failures > 0 THEN 'failing'
            WHEN f.last_polled_at IS NULL THEN 'never polled'
            WHEN 86400 * (
                julianday(f.last_success_at)
                - julianday(MAX(COALESCE(f.last_new_at, f.first_polled_at), COALESCE(f.answering_since, '')))
            ) > f.quiet_after_s
                THEN 'silent'
            ELSE 'ok'
        END AS health,
        f.failures,
        f.failing_since,
        f.last_error,
        f.last_error_kind,
        f.last_polled_at,
        f.last_success_at,
        f.last_new_at,
        f.next_poll_at,
        f.next_poll_why,
        f.interval_s,
        f.configured_interval_s,
        f.quiet_after_s,
        f.full_text,
        f.moved_to,
        (SELECT COUNT(*) FROM fetches p WHERE p.feed_id = f.id) AS polls,
        (SELECT COUNT(*) FROM fetches p WHERE p.feed_id = f.id AND p.result = 'failed') AS failed_polls,
        (SELECT ROUND(AVG(p.duration_s), 3) FROM fetches p WHERE p.feed_id = f.id) AS mean_duration_s,
        (SELECT COUNT(*) FROM reports r WHERE r.feed_id = f.id) AS reports,
        (
            SELECT COUNT(DISTINCT m.report_id) FROM reports r JOIN matches m ON m.report_id = r.id
            WHERE r.feed_id = f.id
        ) AS matched_reports
    FROM feeds f
    """,
    "v_story_timeline": """
    CREATE VIEW v_story_timeline AS
    SELECT
        r.story_id,
        s.title AS story,
        COALESCE(r.published_at, r.first_seen_at) AS at,
        r.publisher,
        r.title,
        r.url,
        CASE
            WHEN r.duplicate_of IS NOT NULL THEN 'duplicate' WHEN r.copy_of IS NOT NULL THEN 'copy' ELSE 'own'
        END AS kind,
        (
            SELECT group_concat(m.claim_id || ' ' || m.relation, ', ') FROM matches m WHERE m.report_id = r.id
        ) AS claims,
        (
            SELECT m.passage FROM matches m WHERE m.report_id = r.id ORDER BY m.score DESC, m.id LIMIT 1
        ) AS passage,
        r.id AS report_id
    FROM reports r
    JOIN stories s ON s.id = r.story_id
    ORDER BY r.story_id, at, r.id
    """,
    "v_deliveries": """
    CREATE VIEW v_deliveries AS
    SELECT
        d.id AS delivery_id,
        d.kind,
        d.recipient,
        d.channel,
        d.address,
        d.subject,
        d.state,
        d.attempts,
        d.interrupted > 0 AS perhaps_twice,
        d.last_error,
        d.created_at,
        d.next_attempt_at,
        d.sent_at,
        d.holds_up,
        d.alert_id,
        d.digest_id,
        d.notice_id,
        d.message_id
    FROM deliveries d
    """,
}
