"""Small records to put into a store, and a clock that stands still."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.model import (
    Baseline,
    Claim,
    Decision,
    Entity,
    FeedOutcome,
    FeedSource,
    FigurePair,
    Match,
    ParsedFeed,
    Relation,
    Report,
    Scored,
    Validators,
)
from monitor.store import PollStored

Poll = Callable[..., PollStored]  # the fixture `poll`
Judge = Callable[..., int]  # the fixture `judge`

START = datetime(2026, 1, 5, 8, 0, tzinfo=UTC)


class Clock:
    """A clock that moves only when told."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **units: float) -> datetime:
        """Move on by so many hours, days ...; gives the new time."""
        self.now += timedelta(**units)
        return self.now


SOURCE = FeedSource(url="https://river.example/feed", title="River Post", tags=("local",))

BASELINE = Baseline(
    id="dam",
    title="The dam will hold",
    claims=(
        Claim(id="C1", text="The dam holds 40 million cubic metres."),
        Claim(id="C2", text="No village was evacuated.", phrases=("nobody left",), threshold=0.6),
        Claim(id="C3", text="The repair ends in May."),
    ),
    entities=(Entity(name="Vale Dam", type="place", aliases=("the dam",), excluded=("Vale Dam Brewery",)),),
    article="The dam holds. Nobody left.",
    revision="r1",
)


def make_report(key: str, title: str = "", **fields: object) -> Report:
    """A report of the river's feed."""
    report = Report(
        key=key,
        title=title or f"Water level report {key}",
        summary=f"The water at the dam stood at mark {key}.",
        url=f"https://river.example/{key}",
        published=START,
        outlet="River Post",
        feed_url=SOURCE.url,
    )
    return replace(report, **fields)  # type: ignore[arg-type]


def make_match(claim: str = "C1", relation: Relation = Relation.SUPPORTS, **fields: object) -> Match:
    """A match above its threshold."""
    match = Match(
        claim=claim,
        score=0.7,
        threshold=0.5,
        relation=relation,
        confidence=0.8,
        passage="The water at the dam stood at mark 1.",
        terms=(("dam", 0.5), ("water", 0.2)),
        entities=("Vale Dam",),
        figures=(FigurePair(claim="40 million", report="35 million", agrees=False),),
        note="the same figure",
        mode="test 1",
    )
    return replace(match, **fields)  # type: ignore[arg-type]


def make_scored(*matches: Match, key: str = "1") -> Scored:
    """The verdict with these matches, or a near miss without any."""
    return Scored(
        key=key,
        score=0.7 if matches else 0.4,
        decision=Decision.MATCHED if matches else Decision.NEAR_MISS,
        reason="above the threshold" if matches else "just below the threshold",
        matches=matches,
        best_claim=matches[0].claim if matches else "C2",
        best_claim_score=0.7 if matches else 0.4,
        entities=("Vale Dam",),
    )


def make_outcome(*reports: Report, url: str = SOURCE.url, **fields: object) -> FeedOutcome:
    """A poll that brought these reports."""
    outcome = FeedOutcome(
        url=url,
        started_at=START,
        duration_s=0.1,
        status=200,
        feed=ParsedFeed(title="River Post", reports=reports, format="rss20"),
        validators=Validators(etag='"1"'),
        size_bytes=1000,
    )
    return replace(outcome, **fields)  # type: ignore[arg-type]
