import pytest
from hostile_documents import ANY, ERROR, GOOD, ITEMS, Case, documents
from hostile_poll import Round, faults, poll_round
from hostile_servers import serve_documents

CASES = documents()
QUICK = [case for case in CASES if not case.slow]
LIMIT_S = 30.0


@pytest.fixture(scope="module")
def polled(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Round]:
    """All quick documents, each a feed of its own, polled in one round."""
    with serve_documents({_path(case): (case.body, case.content_type) for case in QUICK}) as base:
        return base, poll_round(tmp_path_factory.mktemp("hostile") / "m.db", [base + _path(case) for case in QUICK])


@pytest.mark.parametrize("case", QUICK, ids=lambda case: f"{case.group}: {case.name}")
def test_hostile_document_does_no_harm(polled: tuple[str, Round], case: Case) -> None:
    """The good items are kept, what is stored is plain text, and a refusal is a sentence."""
    base, done = polled

    check(case, base + _path(case), done)


@pytest.mark.slow
@pytest.mark.parametrize("case", [case for case in CASES if case.slow], ids=lambda case: f"{case.group}: {case.name}")
def test_slow_document_is_ended(tmp_path, case: Case) -> None:
    """A document that would take minutes or gigabytes is ended in time, and the next feed is read."""
    good = next(case for case in QUICK if case.name == "ampersand")
    with serve_documents({"/bad": (case.body, case.content_type), "/good": (good.body, good.content_type)}) as base:
        done = poll_round(tmp_path / "m.db", [base + "/bad", base + "/good"], deadline_s=20)

    check(case, base + "/bad", done)
    check(good, base + "/good", done)


def test_hostile_set_is_as_large_as_promised():
    """There are at least 250 documents, and none twice."""
    assert len(CASES) >= 250
    assert len({(case.group, case.name) for case in CASES}) == len(CASES)


def check(case: Case, url: str, done: Round) -> None:
    outcome, reports = done.outcomes[url], done.reports.get(url, [])
    said = " ".join(f"{report['title']} {report['summary']} {report['content']}" for report in reports)
    problems = [fault for report in reports for fault in faults(report)]

    assert problems == []
    assert outcome.duration_s < LIMIT_S
    assert [word for word in case.texts if word not in said] == []
    assert [word for word in case.bans if word in said] == []
    if case.expect == ITEMS:
        assert outcome.error is None
        assert set(GOOD.values()) <= set(done.titles(url))
    if case.expect == ERROR:
        assert reports == []
    if case.expect != ITEMS and outcome.error is not None:
        assert outcome.error_kind
        assert len(outcome.error.split()) >= 3
    if case.expect == ANY and outcome.error is None:
        assert outcome.feed is not None


def _path(case: Case) -> str:
    return f"/{QUICK.index(case)}"
