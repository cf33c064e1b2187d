"""One spelling for many: case, accents, apostrophes, dashes, look-alike letters, Arabic letter forms and digits."""

import re
import unicodedata

# Letters of other scripts that look like Latin ones; mapped only inside words that also hold Latin letters, so that
# real Cyrillic and Greek stay what they are.
_LOOKALIKES = str.maketrans(
    "авекмнорстухіјѕԁԛԝαβεικνορτυχΑΒΕΖΗΙΚΜΝΟΡΤΥΧАВЕКМНОРСТУХІЈЅ",
    "abekmhopctyxijsdqwabeiknoptuxABEZHIKMNOPTYXABEKMHOPCTYXIJS",
)
_FOREIGN_RANGES = ((0x370, 0x400), (0x400, 0x530), (0x1C80, 0x1C89))  # Greek, Cyrillic
# A capital that is not listed looks like a Latin letter if its small letter does.
_LOOKALIKES |= {
    code: _LOOKALIKES[ord(small)]
    for first, end in _FOREIGN_RANGES
    for code in range(first, end)
    if code not in _LOOKALIKES and len(small := chr(code).casefold()) == 1 and ord(small) in _LOOKALIKES
}
_ARABIC = str.maketrans(
    {
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ة": "ه", "ۀ": "ه", "ە": "ه",
        "ؤ": "و", "ئ": "ي", "ک": "ك", "ڪ": "ك", "گ": "ك", "ـ": "",
    }
)  # fmt: skip
_APOSTROPHES = "'’‘`´ʼʻʿʾ′＇‛ʹ"
_DASHES = re.compile("[‐‑‒–—―−﹘﹣－]")
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]")  # fmt: skip # noqa: E501
_APOSTROPHE = re.compile(rf"[{_APOSTROPHES}](?:(?<=\w.)s\b)?")  # with the s of a possessive
# U.S., U.S.A., U.K., U.N.: one token each. "US" in capitals is the country, not the pronoun.
CAPITALS = r"[A-Z]\.(?:[A-Z]\.)+(?:[A-Z]\b)?|US(?<!\wUS)A?\b(?!\$)"
_CAPITALS = re.compile(CAPITALS)
_CAPITALS_HINT = re.compile(r"\.[A-Z]\.")
_WORD = re.compile(r"\w+")
_LATIN = re.compile("[a-zA-Z]")
_FOREIGN = re.compile("[" + "".join(f"{chr(first)}-{chr(end - 1)}" for first, end in _FOREIGN_RANGES) + "]")
_COMBINING = re.compile(
    "[\u0300-\u036f\u0483-\u0489\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670"
    "\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]+"
)
_OTHER_DIGIT = re.compile(r"(?![0-9])\d")
# The marks that make most news text more than plain ASCII; replaced first, since the rest of the work is then skipped.
_TYPOGRAPHY = (("’", "'"), ("‘", "'"), ("“", '"'), ("”", '"'), ("–", "-"), ("—", "-"), ("…", "..."), ("\xa0", " "))


def _unmask(match: re.Match[str]) -> str:
    word = match.group()
    return word.translate(_LOOKALIKES) if _LATIN.search(word) and _FOREIGN.search(word) else word


def join_capitals(written: str) -> str:
    """What stands for an abbreviation in capitals."""
    letters = written.replace(".", "")
    return "usa" if letters in ("US", "USA") else letters


def _fold_letters(text: str) -> str:
    text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    text = _COMBINING.sub("", unicodedata.normalize("NFKD", text))
    text = unicodedata.normalize("NFC", text).translate(_ARABIC)
    if _FOREIGN.search(text):  # last, when accents are off: an accented look-alike is one, too
        text = _WORD.sub(_unmask, text)
    text = _OTHER_DIGIT.sub(lambda m: str(unicodedata.decimal(m.group())), text)
    return _DASHES.sub("-", text)


def fold(text: str) -> str:
    """The text in one spelling: lower case, no accents or apostrophes, plain digits; its length may change.

    "Kata'ib Ḥizballāh's" becomes "kataib hizballah", "U.S." and "US" become "usa", "٢٥" becomes "25".
    """
    if not text.isascii():
        text = plain_marks(text)
        if not text.isascii():
            text = _fold_letters(text)
    if "US" in text or _CAPITALS_HINT.search(text):
        text = _CAPITALS.sub(lambda m: join_capitals(m.group()), text)
    if "'" in text or "`" in text or not text.isascii():
        text = _APOSTROPHE.sub("", text)
    return text.casefold()


def plain_marks(text: str) -> str:
    """The text with the plain signs for typographic ones, a part of `fold`."""
    for mark, plain in _TYPOGRAPHY:
        text = text.replace(mark, plain)
    return text
