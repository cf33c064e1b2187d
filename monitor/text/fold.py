"""One spelling for many: case, accents, apostrophes, dashes, look-alike letters, Arabic letter forms and digits."""

import re
import unicodedata

# Letters of other scripts that look like Latin ones; mapped only inside words that also hold Latin letters, so that
# real Cyrillic and Greek stay what they are.
_LOOKALIKES = str.maketrans(
    "авекмнорстухіјѕԁԛԝαβεικνορτυχΑΒΕΙΚΜΝΟΡΤΧАВЕКМНОРСТУХІЈЅ",
    "abekmhopctyxijsdqwabeiknoptuxABEIKMNOPTXABEKMHOPCTYXIJS",
)
_ARABIC = str.maketrans(
    {
        "أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ې": "ي", "ة": "ه", "ۀ": "ه", "ە": "ه",
        "ؤ": "و", "ئ": "ي", "ک": "ك", "ڪ": "ك", "گ": "ك", "ـ": "",
    }
)  # fmt: skip
_APOSTROPHES = "'’‘`´ʼʻʿʾ′＇‛ʹ"
_DASHES = re.compile("[‐‑‒–—―−﹘﹣－]")
_INVISIBLE = re.compile("[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e0fff]")  # fmt: skip # noqa: E501
_POSSESSIVE = re.compile(rf"(?<=\w)[{_APOSTROPHES}]s\b")
_APOSTROPHE = re.compile(f"[{_APOSTROPHES}]")
# U.S., U.S.A., U.K., U.N.: one token each. "US" in capitals is the country, not the pronoun.
_DOTTED = re.compile(r"\b(?:[A-Z]\.){2,}(?:[A-Z]\b)?")
_UNITED_STATES = re.compile(r"\bUSA?\b(?!\$)")
_WORD = re.compile(r"\w+")
_LATIN = re.compile("[a-zA-Z]")
_FOREIGN = re.compile("[\u0370-\u03ff\u0400-\u052f]")


def _unmask(match: re.Match[str]) -> str:
    word = match.group()
    return word.translate(_LOOKALIKES) if _LATIN.search(word) and _FOREIGN.search(word) else word


def fold(text: str) -> str:
    """The text in one spelling: lower case, no accents or apostrophes, plain digits; its length may change.

    "Kata'ib Ḥizballāh's" becomes "kataib hizballah", "U.S." and "US" become "usa", "٢٥" becomes "25".
    """
    text = _UNITED_STATES.sub("usa", _DOTTED.sub(lambda m: m.group().replace(".", ""), text))
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
        text = _WORD.sub(_unmask, text)
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
        text = unicodedata.normalize("NFC", text).translate(_ARABIC)
        text = "".join(str(unicodedata.decimal(c)) if c.isdecimal() and not c.isascii() else c for c in text)
        text = _DASHES.sub("-", text)
    text = _APOSTROPHE.sub("", _POSSESSIVE.sub("", text))
    return text.casefold()
