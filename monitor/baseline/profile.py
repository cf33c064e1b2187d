"""The profile file: read with its article, completed by extraction where it is silent, and written."""

import hashlib
import json
import tomllib
from dataclasses import replace
from pathlib import Path

from monitor.baseline.extract import extract_claims, extract_entities
from monitor.baseline.schema import read_baseline
from monitor.baseline.writing import write_profile
from monitor.errors import BaselineError
from monitor.model import Baseline

MAX_BYTES = 5_000_000  # of a profile or an article; more is a mistake (a dump, a book), not an article
# Raised when the same profile would come to other claims, terms or scores, so that reports are matched again.
REVISION_FORMAT = 1


def load_profile(path: Path) -> Baseline:
    """The baseline of a profile, its absent parts extracted, its revision set; BaselineError tells what to change."""
    text = _read(path, str(path))
    try:
        values = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BaselineError(f"{path}: not valid TOML: {error}") from error
    baseline, article_path = read_baseline(values, str(path))
    if article_path is not None:
        article = _read(path.parent / article_path, f"{path}: baseline.article")
        baseline = replace(baseline, article=article)
    return complete(baseline, source=str(path))


def complete(baseline: Baseline, *, source: str = "baseline") -> Baseline:
    """The baseline with what it leaves out extracted from its article or its claims, and with its revision."""
    if not baseline.claims and baseline.article is not None:
        baseline = replace(baseline, claims=extract_claims(baseline.article, baseline.title, baseline.entities))
    if not baseline.entities:
        told = "\n\n".join(" ".join(part.split()) for claim in baseline.claims for part in (claim.text, *claim.phrases))
        text = baseline.article if baseline.article is not None else told
        baseline = replace(baseline, entities=extract_entities(text, baseline.title))
    if not baseline.claims and not baseline.entities:
        raise BaselineError(f"{source}: nothing to watch; add [[claims]], [[entities]] or the article's text")
    return replace(baseline, revision=revision_of(baseline))


def revision_of(baseline: Baseline) -> str:
    """A short hash over everything that matching depends on; the order of claims and names does not count."""
    parts = {
        "format": REVISION_FORMAT,
        "language": baseline.language,
        "published": baseline.published.isoformat() if baseline.published else None,
        "article": baseline.article,
        "claims": sorted((c.id, c.text, sorted(c.phrases), c.threshold) for c in baseline.claims),
        "entities": sorted((e.name, e.type, sorted(e.aliases), sorted(e.excluded)) for e in baseline.entities),
    }
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False, sort_keys=True).encode()).hexdigest()[:16]


def dump_profile(baseline: Baseline, *, article_path: str | None = None) -> str:
    """The baseline as TOML with comments for its editor; `article_path` is where the article's text is kept."""
    return write_profile(baseline, article_path)


def _read(path: Path, place: str) -> str:
    try:
        if path.is_file() and path.stat().st_size > MAX_BYTES:
            raise BaselineError(
                f"{place}: {path.name} is larger than {MAX_BYTES // 1_000_000} MB; is it the right file?"
            )
        return path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise BaselineError(f"{place}: no such file{_which(path, place)}") from error
    except IsADirectoryError as error:
        raise BaselineError(f"{place}: is a folder, not a file{_which(path, place)}") from error
    except UnicodeDecodeError as error:
        raise BaselineError(f"{place}: not UTF-8 text at byte {error.start}; save {path.name} as UTF-8") from error
    except OSError as error:
        raise BaselineError(f"{place}: cannot be read ({error.strerror}); check the rights of {path.name}") from error


def _which(path: Path, place: str) -> str:
    """What to do about a path that leads nowhere; the path of an article stands in its profile."""
    if place == str(path):
        return "; check the path, or draft a profile with `monitor baseline extract`"
    return f": {path}; name it relative to the profile"
