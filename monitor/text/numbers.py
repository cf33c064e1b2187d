"""Numbers in running text: digits, words, multipliers, ranges, fractions, ordinals; and how exactly each is meant."""

import re
from dataclasses import dataclass, replace

# One character for one, so that offsets stay true.
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹٫٬", "01234567890123456789.,")

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_SMALL = {word: i for i, word in enumerate(_UNITS)} | {word: 20 + 10 * i for i, word in enumerate(_TENS)}
_SCALES = {"hundred": 1e2, "thousand": 1e3, "million": 1e6, "billion": 1e9, "trillion": 1e12, "dozen": 12.0}
_ORDINALS = {
    word: i + 1
    for i, word in enumerate(
        (
            "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
            "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
        ).split()
    )
} | {
    "thirtieth": 30,
    "fortieth": 40,
    "fiftieth": 50,
    "sixtieth": 60,
    "seventieth": 70,
    "eightieth": 80,
    "ninetieth": 90,
    "hundredth": 100,
}
_PARTS = {"half": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6, "tenth": 10}
_VAGUE = {"dozens": (24.0, 99.0), "scores": (40.0, 99.0), "hundreds": (2e2, 999.0), "thousands": (2e3, 9999.0)}
_VAGUE |= {"millions": (2e6, 9.9e6), "billions": (2e9, 9.9e9)}
_SUFFIXES = {"k": 1e3, "m": 1e6, "mn": 1e6, "mln": 1e6, "b": 1e9, "bn": 1e9, "tn": 1e12, "trn": 1e12}
_SUFFIXES |= {name: scale for name, scale in _SCALES.items() if name not in ("hundred", "dozen")}

_WORD = "|".join(sorted([*_SMALL, *_SCALES], key=len, reverse=True))
_ORDINAL = "|".join(sorted(_ORDINALS, key=len, reverse=True))
_SCALE = r"thousand|million|billion|trillion|mln|mn|bn|tn|trn|[kmb]"
_GROUP = "[,\u00a0\u202f\u2009]"
# Plain spaces part thousands only where no month stands before: "50 000 homes", but "June 12 500 people".
_DIGIT = rf"\d{{1,3}}(?:{_GROUP}\d{{3}})+(?!\d)(?:\.\d+)?|\d{{1,3}}(?:[ ]\d{{3}})+(?![\d,.]\d|\d)|\d+(?:\.\d+)?"
_FIND = re.compile(
    rf"""(?P<digits>{_DIGIT})(?:(?P<ordinal>st|nd|rd|th)\b|[ \u00a0-]?(?P<scale>{_SCALE})\b)?
    |\b(?:(?P<vagueof>tens|hundreds)\s+of\s+)?(?P<vague>dozens|scores|hundreds|thousands|millions|billions)\b
    |\b(?P<partnum>an?|one|two|three|four|five)[ -](?P<part>half|third|quarter|fifth|sixth|tenth)(?P<plural>s?)\b
        (?!\s+(?:time|of\s+an?\s+million))
    |\bhalf\s+(?:of\s+)?an?\s+(?P<halfscale>million|billion|dozen|thousand)\b
    |\b(?P<lonehalf>half)\s+(?:of|the|its|their)\b
    |\b(?P<words>(?:(?:an?)\s+(?=hundred|thousand|million|billion|dozen))?(?:{_WORD})
        (?:[\s-]+(?:and\s+(?=(?:{_WORD})\b))?(?:{_WORD}))*(?P<andhalf>\s+and\s+a\s+half(?:\s+(?:{_SCALE}))?)?)
        (?:[\s-](?P<lastordinal>{_ORDINAL}))?\b
    |\b(?P<ordword>{_ORDINAL})\b""",
    re.VERBOSE | re.IGNORECASE,
)
_MONTH_BEFORE = re.compile(r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?\s*$", re.IGNORECASE)
_ABOUT = r"about|around|roughly|some|approximately|approx\.?|an? estimated|estimated|circa|nearer|in the region of|~"
_BELOW = r"nearly|almost|close to|approach(?:es|ed|ing)?|near(?:s|ed|ing)|just under|just short of|next to"
_MIN = (
    r"more than|over|at least|above|exceed(?:s|ed|ing)?|no fewer than|no less than|upwards of|upward of|"
    r"surpass(?:es|ed|ing)?|top(?:s|ped|ping)?|pass(?:es|ed|ing)?|beyond|in excess of|a minimum of|well over|>"
)
_MAX = r"up to|as many as|as much as|at most|no more than|fewer than|less than|under|below|a maximum of|<"
_PREFIX = re.compile(
    rf"(?:\b|(?<=\s)|^)(?:(?P<about>{_ABOUT})|(?P<below>{_BELOW})|(?P<min>{_MIN})|(?P<max>{_MAX}))"
    r"(?:\s+(?:the|an?|about|around|some))?\s*(?:of\s+)?(?:[A-Z]{0,3}[$€£₺]|USD|EUR|GBP|TL)?\s?$",
    re.IGNORECASE,
)
_PHRASAL = re.compile(
    r"\b(?:t[ao]k\w+|took|hand\w*|turn\w*|carr\w+)\s+over\s+(?:\w+\s+)?$", re.IGNORECASE
)  # took over 17 shops
_AFTER = re.compile(
    r"\s*(?:or (?P<more>more|above|over)|or (?P<less>less|fewer)|(?P<odd>-odd|or so)|\+)", re.IGNORECASE
)
_RANGE = re.compile(r"\s*(?:-|–|—|to|and|or)\s*(?:about\s+)?(?:[A-Z]{0,3}[$€£₺]|USD|TL)?\s?$")
_TIME_OR_SCORE = re.compile(r"[:/]\d")


@dataclass(frozen=True, slots=True)
class Number:
    """One number as written: its value, the step it is rounded to, and the words that soften it."""

    value: float
    start: int
    end: int
    step: float = 1.0  # the place of the last digit that is meant: 28,000 is given to the thousand
    high: float | None = None  # upper end of a range
    approx: bool = False
    bound: str = ""  # "min", "max", "below" (nearly), or ""
    form: str = "cardinal"  # or "ordinal", "fraction"
    in_words: bool = False
    grouped: bool = False  # written with separators or a multiplier, so never a year


def fold_digits(text: str) -> str:
    """The text with Eastern Arabic and Persian digits made Western; as long as before."""
    return text.translate(_DIGITS)


def find_numbers(text: str) -> list[Number]:
    """Every number of the text in order of place; ranges are one number with `high`."""
    text = fold_digits(text)
    found = [number for match in _FIND.finditer(text) if (number := _read(match, text)) is not None]
    return [_soften(number, text) for number in _join_ranges(found, text)]


def parse_words(words: str) -> float:
    """The value of a cardinal in English words, "two hundred and five" or "twenty-five"."""
    total = current = 0.0
    for word in re.findall(r"[a-z]+", words.lower()):
        if word in _SMALL:
            current += _SMALL[word]
        elif word in ("hundred", "dozen"):
            current = (current or 1.0) * _SCALES[word]
        elif word in _SCALES:
            total += (current or 1.0) * _SCALES[word]
            current = 0.0
    return total + current


def _read(match: re.Match[str], text: str) -> Number | None:
    kind = match.lastgroup if match.lastgroup not in ("ordinal", "scale") else "digits"
    if match["digits"]:
        return _read_digits(match, text)
    if match["vague"]:
        low, high = _VAGUE[match["vague"].lower()]
        by = {"tens": 10.0, "hundreds": 100.0}.get((match["vagueof"] or "").lower(), 1.0)
        return Number(low * by, match.start(), match.end(), step=low * by, high=high * by, approx=True, in_words=True)
    if match["part"] or match["lonehalf"]:
        return _read_fraction(match)
    if match["halfscale"]:
        value = _SCALES[match["halfscale"].lower()] / 2
        return Number(value, match.start(), match.end(), step=value / 5, in_words=True, grouped=True)
    if match["ordword"] and kind:
        # First Republic, Fifth Avenue: part of a name.
        if match["ordword"][0].isupper() and re.match(r"\s[A-Z]", text[match.end() : match.end() + 2]):
            return None
        value = float(_ORDINALS[match["ordword"].lower()])
        return Number(value, match.start(), match.end(), form="ordinal", in_words=True)
    return _read_words(match)


def _read_digits(match: re.Match[str], text: str) -> Number | None:
    start, digits, scale = match.start(), match["digits"], (match["scale"] or "").lower()
    before = text[max(0, start - 12) : start]
    if " " in digits and _MONTH_BEFORE.search(before):
        digits, scale = digits.split(" ")[0], ""
    end = match.end() if digits == match["digits"] else start + len(digits)
    if _is_name_part(before, text[end : end + 3]):
        return None
    plain = re.sub(r"[,\s\u00a0\u202f\u2009]", "", digits)
    by = _SUFFIXES.get(scale, 1.0)
    if scale == "m" and re.match(r"\s*(?:deep|high|long|tall|wide|away|above|below|race|sprint)", text[end : end + 10]):
        by = 1.0
    decimals = len(plain.partition(".")[2])
    value = float(plain)
    step = 10.0**-decimals if decimals else _trailing(plain)
    form = "ordinal" if match["ordinal"] and end == match.end() else "cardinal"
    value, step = round(value * by, 6), step * by
    return Number(value, start, end, step=step, form=form, grouped=plain != digits or by != 1.0 or bool(decimals))


def _is_name_part(before: str, after: str) -> bool:
    """Whether the digits belong to a name (F-16, K1, COVID-19), a clock time or a score."""
    if re.search(r"(?:^|[^\w])(?:[A-Z]{0,3}[$€£₺]|USD|EUR|GBP|TL)$", before):
        return False
    if re.search(r"[A-Za-z_]$|[.:/]$(?<=\d[.:/])", before) or _TIME_OR_SCORE.match(after):
        return True
    if re.search(r"\b\d{4}-(?:\d\d-)?$", before):  # the rest of an ISO date
        return True
    hyphened = re.search(r"(\w+)-$", before)
    return bool(hyphened and not hyphened[1].isdigit() and hyphened[1].lower() not in ("mid", "pre", "post", "late"))


def _trailing(plain: str) -> float:
    """The place of the last digit that is meant: two zeros or more at the end say that a number is rounded."""
    zeros = len(plain) - len(plain.rstrip("0"))
    return 10.0**zeros if 2 <= zeros < len(plain) else 1.0


def _read_fraction(match: re.Match[str]) -> Number | None:
    if match["lonehalf"]:
        return Number(50.0, match.start(), match.start("lonehalf") + 4, step=4.0, form="fraction", in_words=True)
    many, part = match["partnum"].lower(), match["part"].lower()
    count = 1 if many in ("a", "an") else _SMALL[many]
    if (count > 1) != bool(match["plural"]) or (part not in ("half", "quarter") and not match["plural"] and count != 1):
        return None
    following = match.string[match.end() : match.end() + 14]
    # "a third" and "a fifth season" are ordinals unless a whole follows; "two thirds" never is.
    if not match["plural"] and not re.match(r"\s*(?:of\b|the\b|[,.;]|$|more\b|less\b)", following):
        value = float(_ORDINALS.get(part, 0))
        return Number(value, match.start("part"), match.end(), form="ordinal", in_words=True) if value else None
    value = 100.0 * count / _PARTS[part]
    return Number(value, match.start(), match.end(), step=4.0, form="fraction", in_words=True)


def _read_words(match: re.Match[str]) -> Number | None:
    words = match["words"]
    value = parse_words(words)
    if match["andhalf"]:
        scale = re.search(r"half\s+(\w+)$", words, re.IGNORECASE)
        value = parse_words(re.split(r"\s+and\s+a\s+half", words)[0]) + 0.5
        value *= _SUFFIXES.get(scale[1].lower(), 1.0) if scale else 1.0
    text, start, end = match.string, match.start(), match.end("words")
    if words.lower() == "one" and _is_pronoun(text[max(0, start - 8) : start], text[match.end() : match.end() + 9]):
        return None
    if match["lastordinal"] and value % 10 == 0 and _ORDINALS[match["lastordinal"].lower()] < 10:
        value += _ORDINALS[match["lastordinal"].lower()]
        return Number(value, start, match.end(), form="ordinal", in_words=True)
    approx = "dozen" in words.lower()
    step = _trailing(str(int(value))) if value >= 100 and value == int(value) else 1.0
    if approx:
        step = 12.0
    return Number(value, start, end, step=step, approx=approx, in_words=True, grouped=value >= 1000)


def _is_pronoun(before: str, after: str) -> bool:
    return bool(
        re.search(r"\b(?:no|any|every|each|this|that|which|some|only|the)\s+$", before, re.IGNORECASE)
        or re.match(r"\s*(?:of\b|another|day\b|who|[.,;:)]|'|’|$)", after, re.IGNORECASE)
    )


def _join_ranges(found: list[Number], text: str) -> list[Number]:
    """ "75,000 to 90,000" and "$3 to $5 billion" become one number; "from A to B" stays two."""
    joined: list[Number] = []
    for number in found:
        last = joined[-1] if joined else None
        if last is not None and _is_range(last, number, text):
            # The multiplier of the upper end counts for both: "1 to 10 billion".
            by = number.step if number.step >= 1e3 and number.grouped and not last.grouped and last.value < 1e3 else 1.0
            by = _shared_scale(text[number.start : number.end]) if by > 1 else 1.0
            low = round(last.value * by, 6)
            if low < number.value:
                step = min(number.step, round(last.step * by, 6))
                joined[-1] = replace(last, value=low, high=number.value, end=number.end, step=step, grouped=True)
                continue
        joined.append(number)
    return joined


def _shared_scale(raw: str) -> float:
    scale = re.search(rf"({_SCALE})$", raw, re.IGNORECASE)
    return _SUFFIXES[scale[1].lower()] if scale else 1.0


def _is_range(last: Number, number: Number, text: str) -> bool:
    if last.high is not None or last.form != "cardinal" or number.form != "cardinal":
        return False
    gap = text[last.end : number.start]
    if len(gap) > 12 or not _RANGE.match(gap):
        return False
    before = text[max(0, last.start - 14) : last.start].lower()
    word = gap.strip().split(" ")[0].lower()
    if word == "and":
        return "between" in before
    if word == "or":
        return number.value == last.value + 1
    return not re.search(r"\bfrom\s+\S{0,3}$", before) or "range" in before


def _soften(number: Number, text: str) -> Number:
    """The number with the words before and after it read: about, at least, nearly, or more."""
    before = _PREFIX.search(text[max(0, number.start - 32) : number.start])
    if before and not (before["min"] and _PHRASAL.search(text[max(0, number.start - 32) : number.start])):
        if before["about"]:
            # "some" softens numbers, but "some 25 of them" is still a count near 25.
            number = replace(number, approx=True)
        elif before["below"]:
            number = replace(number, approx=True, bound="below")
        else:
            number = replace(number, bound="min" if before["min"] else "max")
    after = _AFTER.match(text, number.end)
    if after:
        if after["odd"]:
            return replace(number, approx=True)
        return replace(number, bound="max" if after["less"] else "min")
    return number
