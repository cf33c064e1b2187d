"""The only door to plain text: what a feed or page sends comes out without markup and without hidden characters."""

import re
from collections.abc import Iterator
from html import unescape

from lxml import etree

from monitor.feeds.signs import plain_signs, single_spaced
from monitor.feeds.tame_markup import tame_text

MAX_MARKUP_CHARS = 2_000_000  # longer fields are cut before they are read
MAX_TITLE_CHARS = 500
MAX_SUMMARY_CHARS = 10_000
MAX_CONTENT_CHARS = 100_000
USUAL_LINE = re.compile(r"[ !\"#$%'-;=?-~]{1,500}+")  # nothing to be read in it but letters
MAX_PASSES = 3  # markup escaped inside markup inside markup is nobody's honest text

BLOCKS = frozenset(
    "address article aside blockquote br caption dd details div dl dt fieldset figcaption figure footer form h1 h2 h3 "
    "h4 h5 h6 header hr legend li main nav ol p pre section summary table tbody td tfoot th thead title tr ul".split()
)
DROPPED = frozenset(
    "script style noscript template iframe object embed applet svg math head meta link select option textarea "
    "button audio video canvas map noembed noframes xmp".split()
)
KNOWN = "|".join(
    sorted(
        BLOCKS
        | DROPPED
        | frozenset(
            "a abbr acronym b base bdi bdo big body center cite code col colgroup data del dfn em font frame "
            "frameset html i img input ins kbd label mark marquee param q s samp small source span strike strong "
            "sub sup time track tt u var wbr image isindex plaintext animate set foreignobject".split()
        ),
        key=len,
        reverse=True,
    )
)
# A less-than sign is markup only before the name of a real element: "x <y" and "<3" are text.
MARKUP = re.compile(
    rf"<(?:\s*/?\s*(?:{KNOWN})(?![\w-])|[a-z][\w.-]*:\w[^<>]*>|!--|!\[CDATA\[|!doctype|\?xml)", re.IGNORECASE
)
STRAY = re.compile(rf"<(?!/?[a-z][^<>]*>|/?(?:{KNOWN})(?![\w-])|[!?])", re.IGNORECASE)
# Some hundred attributes are never honest, and tens of thousands take an HTML parser seconds.
LONG_TAG = re.compile(r"(<[a-z][\w:-]{0,40}[\s/])[^<>]{5000,}", re.IGNORECASE)
ENTITY = re.compile(r"&(?:#\d{1,7}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,31});", re.IGNORECASE)


def to_plain(markup_or_text: str, *, is_html: bool, limit: int = MAX_CONTENT_CHARS) -> str:
    """The text as a reader sees it: paragraphs on lines of their own, no markup, nothing invisible, within `limit`.

    `is_html` says what the feed declares. Text that is declared plain and yet carries tags or character references was
    escaped once too often by its maker, and is read as markup too.
    """
    if not markup_or_text:
        return ""
    if USUAL_LINE.fullmatch(markup_or_text) and "  " not in markup_or_text:
        return cut(markup_or_text.strip(), limit)
    if len(markup_or_text) > 4 * limit:
        # What ends at a tag reads as it does in the whole; where it gives more text than is kept, the rest is not read.
        head = markup_or_text[: markup_or_text.rfind(">", 0, 3 * limit) + 1]
        if head and len(text := _told(head, is_html)) > limit:
            return cut(text, limit)
    return cut(_told(markup_or_text[:MAX_MARKUP_CHARS], is_html), limit)


def _told(markup_or_text: str, is_html: bool) -> str:
    text = plain_signs(markup_or_text)
    for number in range(MAX_PASSES):
        if not ("<" in text or "&" in text) or not ((is_html and number == 0) or _is_markup(text)):
            break
        text = _strip(text)
    text = single_spaced(text)
    if "<" in text and MARKUP.search(text):
        text = clean(MARKUP.sub(" ", text))
    return text


def _is_markup(text: str) -> bool:
    return ("<" in text and MARKUP.search(text) is not None) or ("&" in text and ENTITY.search(text) is not None)


def to_line(markup_or_text: str, *, is_html: bool, limit: int = MAX_TITLE_CHARS) -> str:
    """As `to_plain`, on one line: for titles and names."""
    return cut(to_plain(markup_or_text, is_html=is_html).replace("\n", " "), limit)


def clean(text: str) -> str:
    """The text without hidden characters, its spaces single and its line breaks plain."""
    if USUAL_LINE.fullmatch(text) and "  " not in text:
        return text.strip()
    return single_spaced(plain_signs(text))


def cut(text: str, limit: int) -> str:
    """The text, shortened at a word's end if it is too long."""
    if len(text) <= limit:
        return text
    head = text[: limit - 1]
    words = head.rsplit(None, 1)[0] if " " in head[-80:] else head
    return words.rstrip() + "…"


def _strip(markup: str) -> str:
    if "<" not in markup:
        return plain_signs(unescape(markup))
    text = tame_text(markup)
    return plain_signs(_parsed(single_spaced(markup))) if text is None else text


def _parsed(markup: str) -> str:
    if len(markup) > 5000:
        markup = LONG_TAG.sub(r"\1", markup)
    parser = etree.HTMLParser(recover=True, no_network=True, remove_comments=True, remove_pis=True, huge_tree=False)
    try:
        root = etree.fromstring(f"<html><body><div>{STRAY.sub('&lt;', markup)}</div></body></html>", parser)
    except (etree.XMLSyntaxError, ValueError):
        root = None
    if root is None:
        return unescape(re.sub(r"<[^<>]*>?", " ", markup))
    return "".join(_texts(root))


def _texts(root: etree._Element) -> Iterator[str]:
    """The pieces of text that a reader would see, with line breaks where blocks begin and end."""
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        if event == "start":
            if element.tag in DROPPED or _is_hidden(element):
                walk.skip_subtree()
                continue
            if element.tag in BLOCKS:
                yield "\n"
            yield element.text or ""
        else:
            if element.tag in BLOCKS:
                yield "\n"
            yield element.tail or ""


def _is_hidden(element: etree._Element) -> bool:
    style = element.get("style")
    return "hidden" in element.attrib or (style is not None and "display:none" in style.replace(" ", "").lower())
