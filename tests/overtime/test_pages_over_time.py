"""The pages of articles: by the rules of their sites, within their budget, and never at the expense of the report."""

from dataclasses import replace
from itertools import pairwise

import pytest
from course import Answer, Course, rss
from pipeline_world import BAKERY, BASELINE, EVACUATED, FOOTBALL

from monitor.feeds.robots import RobotsBook
from monitor.pipeline import ReadRun, match, read_articles

# Says nothing of a dam by its own words; its page does.
VAGUE = ("v", "Mayor of the valley speaks", "The mayor spoke on Monday about the Vale Dam.")
STORY = (
    "The repair of the Vale Dam wall will not end in May, the mayor told the council on Monday. "
    "Three hundred people left the village below the dam by boat, and nobody knows when they can return. "
    "The operator of the dam said that the work would last until autumn at least, and that it would cost more."
)


def page(text: str = STORY, title: str = "Mayor speaks") -> Answer:
    html = f"<html><head><title>{title}</title></head><body><nav>Home | Sport</nav><article><h1>{title}</h1>"
    return Answer(
        body=f"{html}<p>{text}</p></article><footer>Imprint</footer></body></html>".encode(),
        headers={"Content-Type": "text/html; charset=utf-8"},
    )


@pytest.fixture
def world(feed: Course) -> Course:
    """A feed with `full_text` whose items link to the loopback server."""
    feed.source = replace(feed.source, full_text=True)
    return feed


def publish(world: Course, *items: tuple[str, str, str], polls: int = 1) -> None:
    def script(number: int, server: object) -> Answer:
        answer = rss(list(items) if number else [])
        return replace_host(answer, world.server.url)

    world.run(script, polls=polls + (not world.runs), judged=True)


def replace_host(answer: Answer, url: str) -> Answer:
    return Answer(answer.status, answer.body.replace(b"http://paper.example", url.encode()), answer.headers)


def read(world: Course, robots: RobotsBook | None = None) -> ReadRun:
    return read_articles(world.store, world.settings, clock=world.clock, robots=robots)


def article(world: Course) -> dict[str, object]:
    return world.rows("SELECT state, attempts, status, error FROM articles ORDER BY report_id DESC")[0]


def test_page_is_read_judged_again_and_told(world: Course) -> None:
    """A vague item becomes a match by its page's text, with an alert; its source is recorded; nothing repeats."""
    world.server.pages["/v"] = page()
    publish(world, VAGUE)
    before = world.count("deliveries WHERE kind = 'alert'")
    run = read(world)
    match(world.store, [BASELINE], world.settings, clock=world.clock, memory=world.memory)
    publish(world, VAGUE, polls=5)

    assert (before, run) == (0, ReadRun(read=1))
    [row] = world.rows("SELECT content, text_source, version FROM reports")
    assert "The repair of the Vale Dam wall" in row["content"]
    assert "Imprint" not in row["content"]
    assert (row["text_source"], row["version"]) == ("page", 2)
    assert world.count("deliveries WHERE kind = 'alert'") >= 1
    assert len(world.asked("/v")) == 1
    assert read(world) == ReadRun()


def test_robots_are_asked_once_and_obeyed(world: Course) -> None:
    """What robots.txt closes is not asked for; it is read once a day for a site, before the first page."""
    world.server.pages["/robots.txt"] = Answer(body=b"User-agent: *\nDisallow: /e\n")
    world.server.pages["/v"] = world.server.pages["/e"] = page()
    publish(world, VAGUE, EVACUATED)
    book = RobotsBook(world.clock)
    run = read(world, book)

    assert run == ReadRun(read=1, failed=1)
    assert world.asked("/e") == []
    assert len(world.asked("/robots.txt")) == 1
    [row] = world.rows("SELECT error FROM articles WHERE state = 'failed'")
    assert "robots.txt" in row["error"]


def test_site_that_wants_time_gets_it(world: Course) -> None:
    """With a crawl delay of forty seconds one page is read, and the next one not before they have passed."""
    world.server.pages["/robots.txt"] = Answer(body=b"User-agent: *\nCrawl-delay: 40\n")
    world.server.pages["/v"] = page()
    world.server.pages["/e"] = page(STORY[::-1])
    publish(world, VAGUE, EVACUATED)
    book = RobotsBook(world.clock)
    runs = []
    for _ in range(4):
        runs.append(read(world, book).read)
        world.clock.forward(seconds=15)

    assert runs == [1, 0, 0, 1]


def test_robots_in_trouble_close_the_site_for_an_hour(world: Course) -> None:
    """While robots.txt cannot be read nobody knows what is allowed; the page waits, and is read later."""
    world.server.pages["/robots.txt"] = Answer(status=503)
    world.server.pages["/v"] = page()
    publish(world, VAGUE)
    book = RobotsBook(world.clock)

    assert read(world, book) == ReadRun(waiting=1)
    assert world.asked("/v") == []
    world.server.pages["/robots.txt"] = Answer(status=404)
    world.clock.forward(minutes=61)
    assert read(world, book) == ReadRun(read=1)


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        (Answer(status=403), "failed"),
        (Answer(status=404), "failed"),
        (Answer(status=429, headers={"Retry-After": "20000"}), "waiting"),
        (Answer(status=503), "waiting"),
        (page("Please accept cookies."), "failed"),
        (Answer(body=b"%PDF-1.7", headers={"Content-Type": "application/pdf"}), "failed"),
        (Answer(body=b"", headers={"Content-Type": "text/html"}), "failed"),
        (Answer(body=b"<" * 100_000, headers={"Content-Type": "text/html"}), "failed"),
        (Answer(status=302, headers={"Location": "http://169.254.169.254/latest"}), "failed"),
    ],
    ids=["forbidden", "missing", "too many", "trouble", "wall", "pdf", "empty", "noise", "private"],
)
def test_page_that_is_closed_loses_nothing(world: Course, answer: Answer, state: str) -> None:
    """Whatever the page answers, the report is stored and judged by the feed's own words; the reason is kept."""
    world.server.pages["/e"] = answer
    publish(world, EVACUATED)
    read(world)

    assert article(world)["state"] == state
    assert article(world)["error"]
    assert world.rows("SELECT content, text_source, version FROM reports") == [
        {"content": "", "text_source": "feed", "version": 1}
    ]
    assert world.count("verdicts WHERE decision = 'matched'") == 1
    assert world.feed()["failures"] == 0


def test_page_is_tried_six_times_with_growing_waits(world: Course) -> None:
    """A page in trouble is asked for again after an hour, two hours …; after six attempts it is left alone."""
    world.server.pages["/v"] = Answer(status=503)
    publish(world, VAGUE)
    for _ in range(60):
        read(world)
        world.clock.forward(minutes=30)

    assert (article(world)["state"], article(world)["attempts"]) == ("failed", 6)
    times = [one.at for one in world.asked("/v")]
    assert [round((b - a).total_seconds() / 3600, 1) for a, b in pairwise(times)] == [1, 2, 3, 4, 5]


def test_same_wall_for_different_headlines_is_no_text(world: Course) -> None:
    """A cookie wall long enough to look like an article gives itself away by standing behind every headline."""
    for path in ("/e", "/f", "/b"):
        world.server.pages[path] = page("We value your privacy and that of our eight hundred partners. " * 8)
    publish(world, EVACUATED, FOOTBALL, BAKERY)
    read(world)

    assert world.count("reports WHERE text_source = 'page'") == 0
    assert world.rows("SELECT DISTINCT state FROM articles") == [{"state": "failed"}]


@pytest.mark.parametrize(("how", "asked"), [("listed", []), ("near", ["/e", "/v"]), ("never", [])])
def test_only_what_looks_relevant_is_read_of_other_feeds(feed: Course, how: str, asked: list[str]) -> None:
    """With `full_text = "near"` the pages of reports near a claim or with an entity are read, of any feed."""
    feed.settings = feed.settings.model_copy(
        update={"fetch": feed.settings.fetch.model_copy(update={"full_text": how})}
    )
    publish(feed, EVACUATED, VAGUE, FOOTBALL, BAKERY)
    read(feed)

    assert sorted(one.path for one in feed.server.asked if one.path not in ("/feed", "/robots.txt")) == asked


def test_budget_of_a_run(world: Course) -> None:
    """A run reads as many pages as it may, the most relevant first; the next one goes on."""
    world.settings = world.settings.model_copy(
        update={"fetch": world.settings.fetch.model_copy(update={"pages_at_once": 1})}
    )
    publish(world, FOOTBALL, EVACUATED, BAKERY)
    read(world)

    assert [one.path for one in world.server.asked if one.path in ("/e", "/f", "/b")] == ["/e"]
    read(world)
    read(world)
    assert world.count("articles") == 3


def test_edit_after_the_page_was_read(world: Course) -> None:
    """An edit of the feed's words is judged with the page's text still beside them; the same words are no edit."""
    world.server.pages["/v"] = page()
    publish(world, VAGUE)
    read(world)
    publish(world, VAGUE, polls=2)
    assert world.count("revisions") == 0
    publish(world, (VAGUE[0], VAGUE[1], "The mayor resigned on Monday."))

    [row] = world.rows("SELECT summary, content, text_source FROM reports")
    assert (row["summary"], row["text_source"]) == ("The mayor resigned on Monday.", "page")
    assert row["content"]
    assert world.count("revisions") == 1


def test_reading_that_is_cut_off_is_done_again(world: Course) -> None:
    """Whatever was not stored when the program ended is read again; what was stored is not."""
    world.server.pages["/v"] = page()
    publish(world, VAGUE)

    def end(name: str) -> None:
        if name == "read: fetched":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_articles(world.store, world.settings, clock=world.clock, failpoint=end)
    assert world.count("articles") == 0
    assert read(world) == ReadRun(read=1)
    assert read(world) == ReadRun()
