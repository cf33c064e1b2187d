"""How values are put into words in a mail: days and times, relations, standings, shares. No locale, no clock."""

from datetime import date, datetime

from monitor.digest.clean import one_line
from monitor.digest.subjects import count
from monitor.model import Match, Relation, Standing
from monitor.model_digest import Digest, DigestClaim, FeedTrouble, NearMiss, relation_words

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = tuple("January February March April May June July August September October November December".split())
_STANCES = {
    Relation.CONTRADICTS: ("contradicts it", "contradict it"),
    Relation.UPDATES: ("changes it", "change it"),
    Relation.SUPPORTS: ("supports it", "support it"),
    Relation.RELATED: ("touches it", "touch it"),
}


def day_words(when: datetime) -> str:
    """A day in full: `Sunday 22 November 2026`."""
    return f"{_DAYS[when.weekday()]} {when.day} {_MONTHS[when.month - 1]} {when.year}"


def when_words(when: datetime, now: datetime) -> str:
    """A time in the zone of the mail: `Sun 22 Nov, 14:05`; with the year and without the hour if long ago."""
    local = when.astimezone(now.tzinfo)
    day = f"{local.day} {_MONTHS[local.month - 1][:3]}"
    if abs((now - local).days) > 180:
        return f"{day} {local.year}"
    return f"{_DAYS[local.weekday()][:3]} {day}, {local:%H:%M}"


def zone_name(when: datetime) -> str:
    """The zone of a time as people look it up: `Europe/Berlin`, `UTC`."""
    return str(when.tzinfo)


def verb(match: Match) -> str:
    """How the match stands to its claim: `may contradict`."""
    return relation_words(match.relation, match.confidence)


def tally(claim: DigestClaim) -> str:
    """What a claim's stories do, if there are several: `, 3 stories: 1 contradicts it, 2 support it`."""
    total = sum(number for _, number in claim.counts)
    if total < 2:
        return ""
    told = ", ".join(f"{number} {_STANCES[relation][number > 1]}" for relation, number in claim.counts)
    return f", {count(total, 'story', 'stories')}: {told}"


def was(before: Standing) -> str:
    """What a claim was before it moved."""
    return "so far unreported" if before is Standing.UNREPORTED else f"was {before}"


def nearness(miss: NearMiss) -> str:
    """How near a near miss came."""
    needed = f", needs {miss.threshold:.2f}" if miss.threshold is not None else ""
    return f"{miss.claim}: {miss.score:.2f}{needed}"


def trouble(feed: FeedTrouble, now: datetime) -> str:
    """What is wrong with a feed, for how long."""
    parts = [one_line(feed.problem, 300).rstrip(".")]
    if feed.failures > 1:
        parts.append(f"{feed.failures} times in a row")
    if feed.since:
        parts.append(f"since {when_words(feed.since, now)}")
    if feed.retired:
        parts.append("no longer polled")
    told = ", ".join(part for part in parts if part)
    return f"{told[:1].upper()}{told[1:]}."


def term_name(term: str) -> str:
    """A term of the score as people say it."""
    kind, found, value = term.partition(":")
    if not found or kind not in ("e", "v", "f", "d"):
        return term
    if kind == "v":
        return f"{value.replace('_', ' ')} (kind of event)"
    if kind == "d":
        month, _, day = value.partition("-")
        known = month.isdigit() and day.isdigit() and 1 <= int(month) <= 12
        return f"{int(day)} {_MONTHS[int(month) - 1]}" if known else value
    return value


def summary(digest: Digest) -> str:
    """The period and its numbers in a sentence or two."""
    since = f" since {when_words(digest.since, digest.until)}" if digest.since else ""
    if not digest.reports:
        seen = f"{count(digest.reports_seen, 'report')} read{since}" if digest.reports_seen else f"No reports{since}"
        return f"{seen}, none of them on your claims."
    stories = "one story" if digest.stories == 1 else count(digest.stories, "story", "stories")
    publishers = "one publisher" if digest.publishers == 1 else count(digest.publishers, "publisher")
    told = f"{count(digest.reports, 'report')} on your claims{since}: {stories}, {publishers}."
    return f"{told} {count(digest.reports_seen, 'report')} read in all." if digest.reports_seen else told


def short_day(day: date) -> str:
    """A day of the chart: `7 Mar`."""
    return f"{day.day} {_MONTHS[day.month - 1][:3]}"


def chart_note(digest: Digest) -> str:
    """What the chart shows, with its first and last day."""
    if not digest.days:
        return ""
    first, last = digest.days[0].day, digest.days[-1].day
    return f"Reports on your claims by the day, {short_day(first)} to {short_day(last)}"


def left_out(digest: Digest) -> str:
    """What was seen and not told, counted."""
    parts = []
    if digest.near_miss_count:
        parts.append(count(digest.near_miss_count, "near miss", "near misses"))
    if digest.duplicates:
        parts.append(count(digest.duplicates, "copy of a known report", "copies of known reports"))
    if digest.filtered:
        parts.append(f"{digest.filtered:,} filtered")
    return ", ".join(parts) + "."
