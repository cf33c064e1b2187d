"""The article apart from what its page put around it: navigation, captions, author's lines, related articles."""

import re
from dataclasses import dataclass
from datetime import date

from monitor.text.dates import find_dates

MAX_CHARACTERS = 300_000  # of an article; what follows is not read
_SHORT = 140  # characters; a longer block without a full stop is still prose
# Blocks that say nothing of the subject wherever they stand.
_NAVIGATION = re.compile(
    r"""(?ix)^\W*(?:
      skip\ (?:to|navigation)\b.* | (?:main\ )?menu | home | search | close | back\ to\ top | advertisement | sponsored
    | share(?:\ (?:this|on|via)\b.*)? | tweet | e-?mail | print | listen(?:\ to\ .*)? | save
    | download(?:\ (?:the\ )?pdf)?
    | (?:read|see|watch|hear)\ (?:more|also|next)\b.* | continue\ reading.* | click\ here.* | subscribe\b.*
    | sign\ (?:up|in)\b.* | log\ in | accept\ (?:all\ )?cookies.* | we\ use\ cookies.* | follow\ us\b.*
    | \d+\ min(?:ute)?s?\ read
    | photo(?:graph)?s?\ (?:by|credit|courtesy)\b.* | (?:image|photo)s?:.* | .{0,80}(?:getty\ images|via\ afp)\W*
    | (?:first\ |originally\ )?(?:published|posted|updated|last\ modified)\b.{0,60} | by\ [^.]{3,60} | loading\b.*
    | (?:reporting|writing|editing)\ by\b.* | additional\ reporting\b.* | tags?:.* | filed\ under.* | topics?:.*
    )\W*$"""
)
# A heading after which a page speaks of other things.
_TAIL = re.compile(
    r"""(?ix)^\W*(?:
      (?:related|more|other|recent|latest|popular|recommended|featured|further|similar|trending)\W+
        (?:articles?|stories|posts?|reading|content|news|analys[ei]s|coverage|topics|links|from\b.*|on\b.*)
    | you\ (?:may|might)\ (?:also\ )?(?:like|be\ interested).* | (?:what\ to\ )?read\ next
    | most\ (?:read|viewed|popular)
    | recommended(?:\ for\ you)? | see\ also | comments?(?:\ \(\d+\))? | leave\ a\ (?:comment|reply).*
    | join\ the\ conversation
    | references | (?:foot|end)?notes | bibliography | sources | newsletters? | stay\ informed.* | external\ links
    )\W*$"""
)
_AUTHOR = re.compile(
    r"""(?x)
      \b(?:is|was)\ (?:a|an|the|currently)\ (?:[\w'’-]+\ ){0,6}?
        (?i:fellow|professor|journalist|correspondent|reporter|editor|analyst|author|writer|columnist|researcher|lecturer|
        scholar|contributor|director|expert|co-?founder|consultant|student|historian)\b
    | (?i:\bfollow\ (?:him|her|them|me)\b | \btweet(?:s|ed)\ (?:at|as)\b | (?<!\w)@\w{3,} | ^about\ the\ authors?)"""
)
_DISCLAIMER = re.compile(
    r"""(?ix)\b(?: (?:views|opinions)\ expressed | (?:views|opinions)\ (?:here\ )?are\ (?:those|solely|the\ author)
    | all\ rights\ reserved | copyright | ©\s | republish(?:ed)?\b
    | this\ (?:article|piece|story)\ (?:was\ )?(?:first|originally)\ (?:appeared|published)
   
    | contributed\ to\ this\ (?:report|article|story) | reported\ from\ [A-Z][\w, ]+\.$ | creative\ commons
    | terms\ of\ (?:use|service) | privacy\ policy )"""
)
_SLUG = re.compile(r"^[A-Z0-9]+(?:[-/][A-Z0-9]+){2,}$")
_SENTENCE_END = re.compile(r"[.!?…؟。][\"'”’»)\]]*$")
_PUBLISHED = re.compile(r"(?i)\b(?:published|posted|updated)\b")
_LONGEST_DATELINE = 80
_NEAR_START = 12  # a line that begins with a date, but for the day of the week, is a dateline
# "PORTLAND, Ore. (AP) — " before the first sentence.
_DATELINE = re.compile(r"^[A-Z][A-Z .'’-]+(?:,\s[\w. ]{2,20})?(?:\s*\([\w/ ]{2,20}\))?\s*[—–-]{1,2}\s+(?=[\"“A-Z])")
_BYLINE = re.compile(r"^(?:By|BY):?\s+(?P<name>[A-Z][^\d@|,]{3,60}?)(?:\s*[|,].*)?$")


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What of a text is the article."""

    title: str | None
    prose: tuple[str, ...]  # paragraphs, in order
    named: tuple[str, ...]  # headings, captions and author's lines: they name, but claim nothing
    author: str | None
    published: date | None


def read_body(text: str) -> Body:
    """The article's parts from its plain text; everything that belongs to the page is left out."""
    blocks = _before_tail(_blocks(text[:MAX_CHARACTERS]))
    first_prose = next((at for at, block in enumerate(blocks) if _is_prose(block)), len(blocks))
    # Author and date stand above the first paragraph, or between a standfirst and the rest.
    top = blocks[:first_prose] + [b for b in blocks[first_prose : first_prose + 4] if not _SENTENCE_END.search(b)]
    last_third = first_prose + (len(blocks) - first_prose) * 2 // 3
    prose: list[str] = []
    named: list[str] = []
    for at, block in enumerate(blocks):
        if _NAVIGATION.match(block) or _SLUG.match(block) or _DISCLAIMER.search(block):
            continue
        at_rim = at >= last_third or at < first_prose
        if not _is_prose(block) or (at_rim and len(prose) > 1 and _AUTHOR.search(block)):
            named.append(block)
        else:
            prose.append(block if prose else _DATELINE.sub("", block))
    return Body(
        title=_title(blocks[:first_prose]),
        prose=tuple(prose),
        named=tuple(named),
        author=_author(top),
        published=_published(top),
    )


def _blocks(text: str) -> list[str]:
    # Texts with blank lines wrap their paragraphs; texts without have one a line.
    pieces = re.split(r"\n\s*\n", text) if re.search(r"\n\s*\n", text) else text.splitlines()
    blocks: list[str] = []
    for piece in pieces:
        lines = [" ".join(_plain(line).split()) for line in piece.splitlines()]
        lines = [line for line in lines if line]
        # A caption's slug and a heading stand on lines of their own within a piece; wrapped prose does not.
        own_lines = len(lines) > 1 and (
            any(_SLUG.match(line) for line in lines)
            or all(_SENTENCE_END.search(line) or len(line) < 60 for line in lines)
        )
        blocks += lines if own_lines else [" ".join(lines)] if lines else []
    return blocks


def _plain(line: str) -> str:
    """A line without the marks of Markdown."""
    line = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", line)
    line = re.sub(r"\[([^\]]+)\]\([^)\s]*\)", r"\1", line)
    line = re.sub(r"^\s{0,3}(?:#{1,6}\s+|>\s*|[*+-]\s+(?=\S))", "", line)
    return re.sub(r"(?<!\w)(\*\*|__|[*_`])(?=\S)(.+?)(?<=\S)\1(?!\w)", r"\2", line)


def _is_prose(block: str) -> bool:
    if _SENTENCE_END.search(block):
        return len(block.split()) > 4
    return len(block) > _SHORT and ". " in block


def _before_tail(blocks: list[str]) -> list[str]:
    """The blocks before a heading such as "Related articles", unless most of the prose still follows it."""
    total = sum(len(block) for block in blocks if _is_prose(block))
    seen = 0
    for at, block in enumerate(blocks):
        if _TAIL.match(block) and seen * 2 > total:
            return blocks[:at]
        seen += len(block) if _is_prose(block) else 0
    return [block for block in blocks if not _TAIL.match(block)]


def _title(before: list[str]) -> str | None:
    for block in before:
        if not (_NAVIGATION.match(block) or _SLUG.match(block)) and 3 <= len(block.split()) <= 30:
            return block
    return None


def _author(blocks: list[str]) -> str | None:
    for block in blocks:
        if found := _BYLINE.match(block):
            return found["name"].strip()
    return None


def _published(blocks: list[str]) -> date | None:
    for block in blocks:
        if len(block) < _LONGEST_DATELINE:
            for mention in find_dates(block):
                if mention.day and mention.first and (mention.start < _NEAR_START or _PUBLISHED.search(block)):
                    return mention.first
    return None
