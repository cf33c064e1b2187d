import json
from pathlib import Path

import pytest

from monitor.baseline.profile import load_profile
from monitor.matching.matcher import ClaimMatcher
from monitor.model import Report

ROOT = Path(__file__).parents[2]
REPORTS = [json.loads(line) for line in (ROOT / "tests/data/arabic.jsonl").read_text(encoding="utf-8").splitlines()]
ELSEWHERE = [
    "المنتخب العراقي يفوز على نظيره الأردني بهدفين في تصفيات كأس العالم",
    "ارتفاع صادرات النفط العراقية إلى 3.4 مليون برميل يوميا في شهر أكتوبر",
    "افتتاح معرض بغداد الدولي للكتاب بمشاركة 300 دار نشر",
    "موجة حر تضرب محافظات الجنوب ودرجات الحرارة تتجاوز 50",
]


@pytest.fixture(scope="module")
def matcher() -> ClaimMatcher:
    return ClaimMatcher().fit(load_profile(ROOT / "config/baselines/coalition-withdrawal.toml"))


@pytest.mark.parametrize("labelled", REPORTS, ids=[r["id"] for r in REPORTS])
def test_arabic_report_finds_its_claim_first(matcher: ClaimMatcher, labelled: dict[str, str]) -> None:
    """Entities, figures, days and kinds of event bridge the languages: the English claim is the best match."""
    report = Report(key=labelled["id"], title=labelled["title"], summary=labelled["summary"], language="ar")
    matches = matcher.match([report])[0].matches

    assert [m.claim for m in matches][:1] == [labelled["claim"]]


@pytest.mark.parametrize("title", ELSEWHERE)
def test_arabic_report_on_something_else_matches_nothing(matcher: ClaimMatcher, title: str) -> None:
    """Being from the same country is not enough."""
    assert matcher.match([Report(key="1", title=title, language="ar")])[0].matches == ()


@pytest.mark.parametrize("written", ["وكتائب حزب الله", "لكتائب حزب الله", "بكتائب حزب الله"])
def test_words_written_together_with_a_name_do_not_hide_it(matcher: ClaimMatcher, written: str) -> None:
    """And, for, by are one word with what follows them in Arabic."""
    assert "e:Kataib Hezbollah" in matcher.extractor_.extract(written).counts
