"""Scripted feeds over fifty polls: what becomes of items whose guids, links, dates and words change, come and go."""

from course import POLLS, Answer, Course, Server, numbered, rss
from pipeline_world import EVACUATED, Item

from monitor.pipeline import remove_old
from monitor.store.edits import MAX_EDITS

HOUR, DAY = 3600.0, 86400.0
FEED = numbered(1, 10)
NEWS = [EVACUATED, *FEED]  # from the second poll on: first sights are left to the digest


def told(feed: Course) -> int:
    return feed.count("deliveries WHERE kind = 'alert'")


def test_growing_feed(feed: Course) -> None:
    """One item more each time: each is stored once, and nothing that was there is new again."""
    feed.run(lambda number, server: rss(numbered(1, 10 + number)))

    assert feed.count("reports") == 10 + POLLS - 1
    assert feed.count("reports WHERE in_feed = 1") == 10 + POLLS - 1
    assert [run.new for run in feed.runs] == [10] + [1] * (POLLS - 1)


def test_lively_feed(feed: Course) -> None:
    """A feed that holds nothing but news each time is asked as often as the floor allows, and never more often."""
    feed.run(lambda number, server: rss(numbered(10 * number + 1, 10 * number + 10)))

    assert feed.count("reports") == 10 * POLLS
    assert feed.feed()["interval_s"] == 600
    assert min(feed.waits_s) >= 0.9 * 600 - 2


def test_shrinking_feed(feed: Course) -> None:
    """Items that leave the feed stay stored, each with the time at which it was last seen."""
    feed.run(lambda number, server: rss(numbered(1, max(0, 60 - number))))

    assert feed.count("reports") == 60
    assert feed.count("reports WHERE in_feed = 1") == 11
    left = feed.rows("SELECT key, last_seen_at FROM reports WHERE in_feed = 0 ORDER BY last_seen_at, id")
    assert [row["key"] for row in left] == [str(n) for n in range(60, 11, -1)]


def test_feed_that_goes_empty_and_comes_back(feed: Course) -> None:
    """An empty feed is a success without news; what returns is known, and nobody is told twice."""
    feed.run(lambda number, server: rss([] if number % 3 == 2 else FEED if number == 0 else NEWS), judged=True)

    assert feed.count("reports") == 11
    assert feed.count("revisions") == 0
    assert [run.new for run in feed.runs if run.new] == [10, 1]
    assert told(feed) == 1
    assert feed.feed()["failures"] == 0


def test_new_guids_each_time(feed: Course) -> None:
    """Guids made anew at every answer bring nothing new: items are known by their words."""
    feed.run(lambda number, server: rss(FEED if number == 0 else NEWS, prefix=f"session-{number}-"), judged=True)

    assert feed.count("reports") == 11
    assert sum(run.new for run in feed.runs) == 11
    assert told(feed) == 1
    assert feed.feed()["interval_s"] > 5 * HOUR


def test_new_guids_and_links_each_time(feed: Course) -> None:
    """The same with links that change, too; the report keeps the newest of both."""

    def script(number: int, server: Server) -> Answer:
        return rss(FEED if number == 0 else NEWS, prefix=f"session-{number}-", link=f"s{number}/")

    feed.run(script, judged=True)

    assert feed.count("reports") == 11
    assert told(feed) == 1
    [row] = feed.rows("SELECT key, url FROM reports WHERE title LIKE 'Village%'")
    assert row == {"key": "session-49-e", "url": "http://paper.example/s49/e"}


def test_new_dates_each_time(feed: Course) -> None:
    """Dates that are those of the answer change nothing."""
    feed.run(lambda number, server: rss(FEED if number == 0 else NEWS, dated=server.clock()), judged=True)

    assert (feed.count("reports"), feed.count("revisions"), told(feed)) == (11, 0, 1)


def test_all_guids_change_once(feed: Course) -> None:
    """A site that moves to new software renames everything at once; no alert, no flood."""

    def script(number: int, server: Server) -> Answer:
        return rss(
            FEED if number == 0 else NEWS, prefix="" if number < 20 else "post-", link="" if number < 20 else "n/"
        )

    feed.run(script, judged=True)

    assert (feed.count("reports"), told(feed)) == (11, 1)


def corrected(item: Item, old: str, new: str) -> Item:
    return item[0], item[1].replace(old, new), item[2].replace(old, new)


def test_two_caches_in_turn(feed: Course) -> None:
    """Two caches show an old and a new state in turn, by different ETags: one edit, one alert, whatever comes first."""
    old = [EVACUATED, *FEED]
    new = [corrected(EVACUATED, "Three hundred", "Some three hundred"), *numbered(2, 12)]

    def script(number: int, server: Server) -> Answer:
        if number == 0:
            return rss(FEED)
        return rss(new, etag='"new"') if number % 2 else rss(old, etag='"old"')

    feed.run(script, judged=True)

    assert feed.count("reports") == 13
    assert feed.count("revisions") <= 1
    assert told(feed) == 1


def test_clock_in_the_text(feed: Course) -> None:
    """A page that tells the time, or how many have read it, is not edited by that."""

    def script(number: int, server: Server) -> Answer:
        note = f"Read at {server.clock():%H:%M}; {number + 2} comments, {number + 2} hours ago."
        items = [(key, title, f"{text} {note}") for key, title, text in NEWS]
        return rss(FEED if number == 0 else items)

    feed.run(script, judged=True)

    assert feed.count("revisions") <= 10  # the first poll has none of the notes
    assert told(feed) == 1


def test_edits_without_end(feed: Course) -> None:
    """An item that is rewritten at every poll is kept in 24 earlier texts and judged 25 times, not for ever."""

    def script(number: int, server: Server) -> Answer:
        live = ("live", "Live: the day at the market", f"So far {number * 3 + 1} crates of pears and {number} of figs.")
        return rss([live, *FEED])

    feed.run(script, judged=True)

    assert feed.count("revisions WHERE report_id IN (SELECT id FROM reports WHERE key = 'live')") == MAX_EDITS
    assert feed.rows("SELECT version FROM reports WHERE key = 'live'") == [{"version": MAX_EDITS + 1}]


def test_edit_that_matters_is_judged_again(feed: Course) -> None:
    """An edit that bears on another claim is told as news; one that only words it otherwise is not."""
    more = (*EVACUATED[:2], f"{EVACUATED[2]} The repair of the Vale Dam wall will not end in May, engineers said.")
    versions = [EVACUATED, corrected(EVACUATED, "by boat", "in small boats"), more]

    def script(number: int, server: Server) -> Answer:
        return rss(FEED if number == 0 else [versions[min((number - 1) // 5, 2)], *FEED])

    feed.run(script, polls=6, judged=True)
    first = told(feed)
    feed.run(polls=5, judged=True)
    second = told(feed)
    feed.run(polls=9, judged=True)

    assert (first, second) == (1, 1)
    assert told(feed) == 2
    assert feed.count("revisions") == 2


def test_quiet_feed_is_told_of_once(feed: Course) -> None:
    """A feed with news at each poll that then brings nothing for long is silent by its own rhythm; then it is back."""

    def script(number: int, server: Server) -> Answer:
        return rss(numbered(1, 10 + min(number, 10) + (number > 45)))

    feed.run(script, polls=45)
    assert feed.notices() == ["Feed silent: River Post"]
    assert feed.store.feeds()[0]["health"] == "silent"
    feed.run(polls=5)
    assert feed.notices() == ["Feed silent: River Post", "Feed back: River Post"]


def test_removed_reports_do_not_come_back(feed: Course) -> None:
    """What left the feed half a year ago goes, but for what was told; when the feed shows it again, it is no news."""
    later: list[Item] = [("x", "Choir sings in the old mill", "Ninety voices filled the mill on Friday evening.")]
    feed.run(lambda number, server: rss(FEED if number == 0 else NEWS), polls=3, judged=True)
    feed.run(lambda number, server: rss(later), polls=2, judged=True)
    assert remove_old(feed.store, feed.settings, clock=feed.clock) == 0
    feed.clock.forward(days=181)
    feed.run(polls=1)
    removed = remove_old(feed.store, feed.settings, clock=feed.clock)

    assert removed == 10
    assert feed.count("reports WHERE in_feed = 1") == 1  # still shown, however old
    assert feed.rows("SELECT key FROM reports WHERE in_feed = 0") == [{"key": "e"}]  # an alert hangs on it
    assert feed.count("tombstones") == 10
    feed.run(lambda number, server: rss([*NEWS, *later], prefix=""), polls=3, judged=True)
    assert sum(run.new for run in feed.runs[-3:]) == 0
    feed.run(lambda number, server: rss([*NEWS, *later], prefix="again-", link="again/"), polls=3)
    assert sum(run.new for run in feed.runs[-3:]) == 0
    assert (feed.count("reports"), told(feed)) == (2, 1)


def test_reports_of_a_dead_feed_go_too(feed: Course) -> None:
    """What a feed held when it last answered counts as seen then; removing keeps the search and the stories whole."""
    feed.run(lambda number, server: rss(FEED if number == 0 else NEWS), polls=3, judged=True)
    feed.clock.forward(days=170)
    feed.run(lambda number, server: Answer(status=503), polls=12)
    assert remove_old(feed.store, feed.settings, clock=feed.clock) == 0
    feed.clock.forward(days=20)

    assert remove_old(feed.store, feed.settings, clock=feed.clock) == 10
    assert feed.rows("SELECT key FROM reports") == [{"key": "e"}]
    assert feed.store.search("pears") == []
    assert len(feed.store.search("village")) == 1
    assert feed.count("stories WHERE id NOT IN (SELECT story_id FROM reports)") == 0


def test_marked_and_matched_reports_stay(feed: Course) -> None:
    """A person's mark keeps a report for good; what matches stays unless `matched_days` says otherwise."""
    held: list[Item] = [EVACUATED, *FEED]  # first sight: matched, and its alert is held for the digest
    feed.run(lambda number, server: rss(held if number == 0 else []), polls=2, judged=True)
    feed.store.mark(feed.rows("SELECT id FROM reports WHERE key = '3'")[0]["id"], "dam", None, "relevant")
    feed.clock.forward(days=400)
    feed.run(polls=1)

    assert remove_old(feed.store, feed.settings, clock=feed.clock) >= 6
    assert {"3", "e"} <= {row["key"] for row in feed.rows("SELECT key FROM reports")}  # and what these refer to
    assert feed.rows("SELECT COUNT(*) AS n FROM v_ledger WHERE standing <> 'unreported'") == [{"n": 1}]
