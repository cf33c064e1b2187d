"""What kind of figure a number is, by the words and signs beside it: money, share, duration, year, count..."""

import re

from monitor.text.numbers import Number

MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|"
    r"nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_MONTH_BEFORE = re.compile(
    rf"\b{MONTH}\s+(?:the\s+)?(?:\d{{1,2}}(?:st|nd|rd|th)?\s*(?:-|–|to|and|or)\s*)?$", re.IGNORECASE
)
_MONTH_AFTER = re.compile(
    rf"\s+(?:of\s+)?{MONTH}|\s*(?:-|–|to|and|or)\s*\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{MONTH}", re.IGNORECASE
)
_MONTH_DAY_BEFORE = re.compile(rf"\b{MONTH}\s+(?:\d{{1,2}}(?:st|nd|rd|th)?,?\s+)?$", re.IGNORECASE)
_PERCENT = re.compile(r"[\s-]*(?:%|per\s?cent\b|pct\b)", re.IGNORECASE)
_POINTS = re.compile(r"[\s-]*(?:(?:basis|percentage) points?)", re.IGNORECASE)
_CURRENCY_BEFORE = re.compile(r"(?P<sign>[A-Z]{0,3}[$€£₺¥]|\b(?:USD|EUR|GBP|TL|TRY|JPY|IQD|CHF))\s?$")
_CURRENCY_AFTER = re.compile(
    r"\s*(?:us |u\.s\. |swiss |[a-z]+ian |[a-z]+ish )?(?P<name>dollar|euro|pound|lira|yen|yuan|rouble|"
    r"ruble|dinar|franc|rupee|tl\b|usd\b|eur\b|gbp\b)s?\b",
    re.IGNORECASE,
)
_CURRENCIES = {
    "$": "USD", "US$": "USD", "USD": "USD", "DOLLAR": "USD", "€": "EUR", "EURO": "EUR", "£": "GBP", "POUND": "GBP",
    "₺": "TRY", "TL": "TRY", "LIRA": "TRY", "¥": "JPY", "YEN": "JPY",
}  # fmt: skip
_DURATION = re.compile(
    r"[\s-]+(?:(?:full|consecutive|straight|more|additional|non-stop)\s+)?"
    r"(?P<unit>second|minute|hour|day|week|month|year|decade)s?\b(?P<old>[\s-]+old)?",
    re.IGNORECASE,
)
_AGED = re.compile(r"\baged?\s+$", re.IGNORECASE)
_NAME_BEFORE = re.compile(r"\b[A-Z][\w’'-]+,\s+$")
_MAGNITUDE_BEFORE = re.compile(r"\bmagnitudes?(?:\s+(?:of|was|is|at))?\s+(?:a\s+)?$", re.IGNORECASE)
_MAGNITUDE_AFTER = re.compile(r"(?:\s+and\s+\d\.\d)?[\s-]*(?:magnitude|on the richter)", re.IGNORECASE)
_SHAKING_AFTER = re.compile(
    r"(?:\s+and\s+\d\.\d)?[\s-]+(?:\w+\s+)?(?:earthquake|quake|tremor|shock|aftershock|temblor)", re.IGNORECASE
)
_MEASURES = {
    "km": 1e3, "kilometre": 1e3, "kilometer": 1e3, "mile": 1609.344, "metre": 1.0, "meter": 1.0, "m": 1.0, "cm": 0.01,
    "feet": 0.3048, "foot": 0.3048, "ft": 0.3048, "centimetre": 0.01, "centimeter": 0.01, "mm": 0.001, "inch": 0.0254,
}  # fmt: skip
_WEIGHTS = {"kg": 1.0, "kilogram": 1.0, "tonne": 1e3, "ton": 1e3}
_MEASURE_AFTER = re.compile(
    r"[\s-]*(?P<unit>km|kilomet(?:re|er)|mile|cm|centimet(?:re|er)|mm|met(?:re|er)|m|feet|foot|ft|inch|kg|kilogram|"
    r"tonne|ton)(?:e?s)?\b"
)
_YEAR = re.compile(r"(?:1[4-9]|20)\d\d$")
_YEAR_BEFORE = re.compile(r"\b(?:in|since|by|of|until|till|during|from|before|after|year)\s+$", re.IGNORECASE)
_COUNTED_AFTER = re.compile(
    r"\s+(?:\w+\s+)?(?:people|dead|deaths|injured|wounded|killed|troops|soldiers|buildings|homes|cases)\b"
)
_CLOCK_AFTER = re.compile(r"\s*(?:a\.?m\.?|p\.?m\.?|o.clock|hours GMT|GMT|local time)\b", re.IGNORECASE)


def kind_of(number: Number, text: str) -> tuple[str, str, float, int] | None:
    """Kind, unit, the factor into that unit and where the unit ends; None for what is no figure."""
    before, after = text[max(0, number.start - 40) : number.start], text[number.end : number.end + 40]
    if _CLOCK_AFTER.match(after):
        return None
    if number.form != "fraction" and number.value < 100:
        if _MONTH_BEFORE.search(before) and not _PERCENT.match(after):
            return "day", "", 1.0, number.end
        if _MONTH_AFTER.match(after) and not number.grouped:
            return "day", "", 1.0, number.end
    if number.form == "fraction":
        return "share", "%", 1.0, number.end
    for pattern, kind, unit in ((_POINTS, "points", "points"), (_PERCENT, "share", "%")):
        if match := pattern.match(after):
            return kind, unit, 1.0, number.end + match.end()
    if match := _CURRENCY_BEFORE.search(before):
        return "money", _CURRENCIES.get(match["sign"], match["sign"]), 1.0, number.end
    if match := _CURRENCY_AFTER.match(after):
        name = match["name"].upper()
        return "money", _CURRENCIES.get(name, name), 1.0, number.end + match.end()
    if number.form == "ordinal":
        return "ordinal", "", 1.0, number.end
    if _MAGNITUDE_BEFORE.search(before) or (number.value < 10 and _MAGNITUDE_AFTER.match(after)):
        return "magnitude", "magnitude", 1.0, number.end
    if number.value < 10 and number.step < 1 and _SHAKING_AFTER.match(after):
        return "magnitude", "magnitude", 1.0, number.end
    return _measured(number, before, after)


def _measured(number: Number, before: str, after: str) -> tuple[str, str, float, int] | None:
    if match := _DURATION.match(after):
        kind = "age" if match["old"] else "duration"
        return kind, match["unit"].lower(), 1.0, number.end + match.end()
    if match := _MEASURE_AFTER.match(after):
        unit = match["unit"]
        if unit in _MEASURES:
            return "measure", "m", _MEASURES[unit], number.end + match.end()
        return "weight", "kg", _WEIGHTS[unit], number.end + match.end()
    if _is_year(number, before, after):
        return "year", "", 1.0, number.end
    is_plain = not number.in_words and number.value < 120 and not number.bound and not number.approx
    if _AGED.search(before) or (is_plain and _NAME_BEFORE.search(before) and re.match(r"\s*(?:,|\.|$|\))", after)):
        return "age", "year", 1.0, number.end
    # Nothing is counted in tenths: "rates the quake at 7.4", "a score of 3.5".
    return "count" if number.step >= 1 else "decimal", "", 1.0, number.end


def _is_year(number: Number, before: str, after: str) -> bool:
    if _MONTH_DAY_BEFORE.search(before) and _YEAR.match(f"{number.value:.0f}"):
        return True
    if number.in_words or number.high is not None or number.grouped or number.bound:
        return False
    if not _YEAR.match(f"{number.value:.0f}") or _COUNTED_AFTER.match(after):
        return False
    return number.step <= 100 or bool(_YEAR_BEFORE.search(before))
