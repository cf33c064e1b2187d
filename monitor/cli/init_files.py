"""What `monitor init` writes: a configuration, a list of feeds, a profile."""

from pathlib import Path

from monitor.errors import BaselineError, ConfigError

CONFIG = """\
# Configuration of the monitor; `monitor doctor` checks it. Paths are relative to this file.

database = "monitor.db"
feeds = "feeds.toml"
baselines = ["baselines/{name}.toml"]

[fetch]
# Tell the owners of feeds how to reach you: a web or a mail address.
# user_agent_contact = "https://example.org/about-our-monitor"

[digest]
at = "07:00"
timezone = "UTC"          # IANA name, e.g. "Europe/Berlin"

# To send mail, fill this in, and put the password into MONITOR_SMTP_PASSWORD or a password_file.
# [smtp]
# host = "mail.example.org"
# username = "monitor"
# from_address = "monitor@example.org"

[[recipients]]
name = "me"
channel = "file"          # a folder; "smtp" with a mail address sends mail
address = "outbox"

[[rules]]
name = "against the article"
relations = ["contradicts", "updates"]
severity = "high"

[[rules]]
name = "in support"
relations = ["supports"]
"""

FEEDS = """\
# The feeds to watch. `monitor feeds add URL` adds one, `monitor feeds check` tries them all.

[[feeds]]
url = "https://feeds.bbci.co.uk/news/world/rss.xml"
title = "BBC News, World"
publisher = "BBC"
tags = ["world"]

[[feeds]]
url = "https://news.un.org/feed/subscribe/en/news/all/rss.xml"
title = "UN News"
publisher = "United Nations"
tags = ["world"]
"""

PROFILE = """\
# The baseline: what your article says. `monitor baseline lint` tells what could be better.

[baseline]
id = "{name}"
title = "Riverside tram line to open in spring"    # replace all of this by your own
published = 2026-02-02    # the article's date, without quotes: what is later can overtake a claim
language = "en"

# One table a claim: one sentence that a report could confirm or refute.
[[claims]]
id = "C1"
text = "The Riverside tram line will open in March 2027."
phrases = ["first trams to run in spring 2027", "opening of the line put back"]

[[claims]]
id = "C2"
text = "The Riverside tram line costs the city 120 million euros."
phrases = ["the bill for the tram rises", "budget for the line"]

# One table a person, organisation, place or thing, with every way in which it is written.
[[entities]]
name = "Riverside tram line"
type = "other"
aliases = ["Riverside line", "the Riverside tram", "Line 9"]

[[entities]]
name = "City Transport Authority"
type = "organisation"
aliases = ["CTA", "transport authority"]
"""


def files_for(article: Path | None, *, name: str, title: str | None) -> dict[str, str]:
    """Every file to write, by its path below the folder; from an article, the profile is extracted."""
    files = {"monitor.toml": CONFIG.format(name=name), "feeds.toml": FEEDS}
    if article is None:
        files[f"baselines/{name}.toml"] = PROFILE.format(name=name)
        return files
    text = read_text(article)
    return files | {
        f"baselines/{name}.toml": profile_from(text, name=name, title=title),
        f"baselines/{name}.txt": text,
    }


def profile_from(text: str, *, name: str, title: str | None) -> str:
    """A profile as TOML, with claims and entities extracted from an article's text."""
    from monitor.baseline.extract import extract_baseline
    from monitor.baseline.profile import dump_profile

    if not text.strip():
        raise BaselineError("the article is empty, name a file with its text")
    return dump_profile(extract_baseline(text, id=name, title=title))


def read_text(path: Path) -> str:
    """A text file's content, or an error that says what is wrong with it."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except OSError as exc:
        raise BaselineError(f"{path}: cannot be read ({exc.strerror}), name a text file") from exc
    except UnicodeDecodeError as exc:
        raise BaselineError(f"{path}: not UTF-8 text at byte {exc.start}, save it as UTF-8 plain text") from exc


def write_new(path: Path, text: str) -> bool:
    """Writes a file that does not exist yet, whole or not at all; False if it was there and stayed as it was."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8") as out:
            try:
                out.write(text)
                out.flush()
            except OSError:
                path.unlink()
                raise
    except FileExistsError:
        if path.is_file():
            return False
        raise ConfigError(f"{path}: in the way is something that is no file, choose another folder") from None
    except OSError as exc:
        raise ConfigError(f"{path}: cannot be written ({exc.strerror}), choose another folder") from exc
    return True
