"""Text made fit for a mail header. Feed text reaches the subject, so nothing in it may become a header of its own."""

import re
import unicodedata

MAX_HEADER_LENGTH = 250

_DIRECTION_MARKS = dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xFEFF])
# Some versions of Python decode an encoded word given as a value and let its line breaks through (CVE-2024-6923).
_ENCODED_WORD = re.compile(r"=(?=\?)")


def header_text(text: str, limit: int = MAX_HEADER_LENGTH) -> str:
    """The text as one line without controls, lone surrogates, direction overrides or encoded words."""
    text = text.encode("utf-8", "replace").decode("utf-8").translate(_DIRECTION_MARKS)
    text = "".join(" " if _is_break(char) else char for char in text)
    text = " ".join(_ENCODED_WORD.sub("= ", text).split())
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _is_break(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Zl", "Zp", "Cn", "Co")
