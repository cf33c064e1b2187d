"""What the matcher is measured beside: each is built on the claims, then says which claims each text may bear on.

All see the same texts. scikit-learn selects pairs by a threshold, as the matcher does; the search engines have no
threshold that means the same for every text, and give the ten best claims instead. None: a peer is not installed.
"""

import sqlite3
from collections.abc import Callable, Sequence
from importlib.util import find_spec

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from monitor.matching.matcher import BATCH, ClaimMatcher
from monitor.model import Baseline, Report
from monitor.text.stems import words

Finder = Callable[[Sequence[str]], object]
COSINE = 0.2
BEST = 10


def text_of(report: Report) -> str:
    """The whole report as one text."""
    return f"{report.title}\n{report.text}"


def ours(baseline: Baseline) -> Callable[[Sequence[Report]], object]:
    """The whole matcher: folding, stems, entities, families, figures, calibration."""
    return ClaimMatcher().fit(baseline).transform


def sklearn_plain(claims: Sequence[str], corpus: Sequence[str]) -> Finder:
    """TfidfVectorizer as it comes, a sparse product, and the pairs at or above a cosine."""
    return _sklearn(claims, corpus, None)


def sklearn_stopped(claims: Sequence[str], corpus: Sequence[str]) -> Finder:
    """The same with scikit-learn's list of stop words."""
    return _sklearn(claims, corpus, "english")


def _sklearn(claims: Sequence[str], corpus: Sequence[str], stop_words: str | None) -> Finder:
    vectorizer = TfidfVectorizer(stop_words=stop_words).fit([*claims, *corpus])
    against = vectorizer.transform(claims).T.tocsr()

    def find(texts: Sequence[str]) -> object:
        found = []
        for start in range(0, len(texts), BATCH):
            product = vectorizer.transform(texts[start : start + BATCH]) @ against
            near = np.flatnonzero(product.data >= COSINE)
            rows = np.searchsorted(product.indptr, near, side="right") - 1
            found.append((rows, product.indices[near], product.data[near]))
        return found

    return find


def bm25s_best(claims: Sequence[str], _: Sequence[str]) -> Finder | None:
    """bm25s over the claims, stemmed."""
    if not find_spec("bm25s"):
        return None
    import bm25s
    import Stemmer

    stemmer = Stemmer.Stemmer("english")
    engine = bm25s.BM25()
    engine.index(
        bm25s.tokenize(list(claims), stopwords="en", stemmer=stemmer, show_progress=False), show_progress=False
    )

    def find(texts: Sequence[str]) -> object:
        queries = bm25s.tokenize(list(texts), stopwords="en", stemmer=stemmer, return_ids=False, show_progress=False)
        return engine.retrieve(queries, k=min(BEST, len(claims)), show_progress=False, n_threads=1)

    return find


def tantivy_best(claims: Sequence[str], _: Sequence[str]) -> Finder | None:
    """tantivy in memory, English stems, the report's words as one query of alternatives."""
    if not find_spec("tantivy"):
        return None
    import tantivy

    schema = tantivy.SchemaBuilder().add_text_field("text", tokenizer_name="en_stem").build()
    index = tantivy.Index(schema)
    writer = index.writer(num_threads=1)
    for claim in claims:
        writer.add_document(tantivy.Document(text=claim))
    writer.commit()
    index.reload()
    searcher = index.searcher()

    def find(texts: Sequence[str]) -> object:
        # The query language has signs of its own; words alone are no syntax.
        return [searcher.search(index.parse_query(" ".join(_quoted(t)), ["text"]), BEST).hits for t in texts]

    return find


def fts5_best(claims: Sequence[str], _: Sequence[str]) -> Finder:
    """SQLite FTS5 in memory, Porter stems, ranked by its BM25."""
    database = sqlite3.connect(":memory:")
    database.execute("CREATE VIRTUAL TABLE claims USING fts5(text, tokenize = 'porter unicode61')")
    database.executemany("INSERT INTO claims(text) VALUES (?)", [(claim,) for claim in claims])
    select = f"SELECT rowid, rank FROM claims WHERE claims MATCH ? ORDER BY rank LIMIT {BEST}"

    def find(texts: Sequence[str]) -> object:
        return [database.execute(select, (" OR ".join(_quoted(t)),)).fetchall() for t in texts]

    return find


def _quoted(text: str) -> list[str]:
    return [f'"{word}"' for word in dict.fromkeys(words(text))]
