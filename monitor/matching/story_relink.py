"""Stories that turned out to be one: a second look at what arrival alone had to decide."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.matching.story_index import StoryMember
from monitor.matching.story_pairs import pair_similarities
from monitor.matching.story_similarity import JOIN_STORY
from monitor.matching.story_text import story_text

MAX_RELINKED = 6_000  # reports, the newest: similarities of all pairs are held at once


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryMerge:
    """One story that goes into an older one."""

    story_id: int
    into_id: int
    similarity: float  # mean over the pairs of their reports


def relink(members: Iterable[StoryMember], threshold: float = JOIN_STORY) -> list[StoryMerge]:
    """The merges that average link makes among stories; it never splits one, and the oldest id stays."""
    ordered = sorted(members, key=lambda member: member.report_id)[-MAX_RELINKED:]
    story_ids = sorted({member.story_id for member in ordered})
    row = {story_id: at for at, story_id in enumerate(story_ids)}
    belongs = np.zeros((len(story_ids), len(ordered)))
    for at, member in enumerate(ordered):
        belongs[row[member.story_id], at] = 1.0
    similar = pair_similarities([story_text(member.report) for member in ordered])
    return _merges(belongs @ similar @ belongs.T, belongs.sum(axis=1), story_ids, threshold)


def _merges(
    sums: NDArray[np.float64], sizes: NDArray[np.float64], story_ids: list[int], threshold: float
) -> list[StoryMerge]:
    """Merge the two stories of the highest mean until none reaches the threshold."""
    merges: list[StoryMerge] = []
    if not story_ids:
        return merges
    means = sums / np.outer(sizes, sizes)
    np.fill_diagonal(means, -1.0)
    while True:
        keep, gone = sorted(divmod(int(means.argmax()), len(story_ids)))
        best = float(means[keep, gone])
        if best < threshold:
            return merges
        merges.append(StoryMerge(story_id=story_ids[gone], into_id=story_ids[keep], similarity=min(best, 1.0)))
        sums[keep] += sums[gone]
        sums[:, keep] += sums[:, gone]
        sizes[keep] += sizes[gone]
        means[keep] = means[:, keep] = sums[keep] / (sizes[keep] * sizes)
        means[keep, keep] = -1.0
        sums[gone] = sums[:, gone] = 0.0
        means[gone] = means[:, gone] = -1.0
