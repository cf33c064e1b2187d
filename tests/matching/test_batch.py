from datetime import UTC, date, datetime

from monitor.matching.batch import story_days
from monitor.model import Report


def report(key: str, day: int | None) -> Report:
    return Report(key=key, published=datetime(2021, 5, day, tzinfo=UTC) if day else None)


def test_a_report_without_date_has_its_storys() -> None:
    """Its own date comes first, then the median of its story, then nothing."""
    reports = [report("a", 3), report("b", None), report("c", 5), report("d", 9), report("e", None)]

    assert story_days(reports, [1, 1, 1, 1, 2]) == [
        date(2021, 5, 3), date(2021, 5, 5), date(2021, 5, 5), date(2021, 5, 9), None,
    ]  # fmt: skip
