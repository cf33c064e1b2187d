"""How many publishers carry a story: corroboration counts publishers, not feeds."""

from collections.abc import Iterable

from monitor.matching.story_publishers import publisher_key
from monitor.store import StoryFacts

Carrier = tuple[int, str, str | None]  # (report, publisher's name, page)


def count_voices(carriers: Iterable[Carrier]) -> int:
    """How many publishers these are; the same name or the same registered domain is one."""
    voices = 0
    seen: set[str] = set()
    for _, name, url in carriers:
        marks = {f"name {name}", f"key {publisher_key(url, name)}"}
        voices += seen.isdisjoint(marks)
        seen |= marks
    return voices


def is_new_voice(facts: StoryFacts, report_id: int) -> bool:
    """Whether the report brings the story a publisher that it did not have."""
    others = [carrier for carrier in facts.carriers if carrier[0] != report_id]
    return count_voices(facts.carriers) > count_voices(others)
