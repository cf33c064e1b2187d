"""The days of a digest's period, gaps filled, for the small chart at its head."""

from collections import Counter
from datetime import date, datetime, timedelta, tzinfo

from monitor.model_digest import DayCount, DigestMaterial

LONGEST_DAYS = 14
_FEWEST_DAYS = 3  # fewer say nothing that the line of figures does not say


def fill_days(material: DigestMaterial, until: datetime, zone: tzinfo) -> tuple[DayCount, ...]:
    """One entry for each local day, at most the last 14; empty if there is nothing to draw."""
    counted = {one.day: one for one in material.days} or _from_matches(material, zone)
    last = until.date()
    # What the store counted is the rhythm of the last days, longer than the period of a daily digest.
    start = min(counted, default=last)
    if material.since and not material.days:
        start = material.since.astimezone(zone).date()
    first = max(start, last - timedelta(days=LONGEST_DAYS - 1))
    days = [first + timedelta(days=offset) for offset in range((last - first).days + 1)]
    shown = tuple(counted.get(day) or DayCount(day=day, reports=0, matched=0) for day in days)
    # Feeds give old and missing dates: a chart that shows few of the reports would tell a wrong story.
    whole = sum(one.matched for one in counted.values())
    drawn = sum(one.matched for one in shown)
    return shown if len(shown) >= _FEWEST_DAYS and drawn and drawn * 2 >= whole else ()


def _from_matches(material: DigestMaterial, zone: tzinfo) -> dict[date, DayCount]:
    reports = {match.report_id: match.report for match in material.matches}
    days = Counter(report.published.astimezone(zone).date() for report in reports.values() if report.published)
    return {day: DayCount(day=day, reports=number, matched=number) for day, number in days.items()}
