"""Claims that no report could tell apart: nearly the same content words."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from math import floor

SAME = 0.8  # share of all content words that two claims have in common, from which they are one
_FEWEST = 3  # a claim of fewer content words is complained about on its own


def like_pairs(contents: Mapping[str, frozenset[str]]) -> Iterator[tuple[str, str]]:
    """The pairs of ids whose words are nearly the same, in the order given; fast also with thousands of claims."""
    often = Counter(word for words in contents.values() for word in words)
    place = {claim: at for at, claim in enumerate(contents)}
    seen: dict[str, list[str]] = defaultdict(list)
    for claim, words in contents.items():
        if len(words) < _FEWEST:
            continue
        # Two sets that share 80 % must share one of their rarest fifth: only those words need to be looked up.
        rare = sorted(words, key=lambda word: (often[word], word))[: floor((1 - SAME) * len(words)) + 1]
        near = dict.fromkeys(other for word in rare for other in seen[word])
        for other in sorted(near, key=place.__getitem__):
            both = words & contents[other]
            if len(both) >= SAME * len(words | contents[other]):
                yield other, claim
        for word in rare:
            seen[word].append(claim)
