"""Dates in running text: day, month and year as far as they are written; no guessing of what is not."""

import re
from dataclasses import dataclass
from datetime import date

from monitor.text.numbers import fold_digits

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan يناير", "february feb فبراير شباط", "march mar مارس آذار اذار", "april apr أبريل ابريل نيسان",
            "may مايو أيار ايار", "june jun يونيو حزيران", "july jul يوليو تموز", "august aug أغسطس اغسطس آب",
            "september sept sep سبتمبر أيلول ايلول", "october oct أكتوبر اكتوبر", "november nov نوفمبر",
            "december dec ديسمبر",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
# Two months of the Levant are two words each.
_MONTHS |= {"كانون الثاني": 1, "تشرين الأول": 10, "تشرين الثاني": 11, "كانون الأول": 12}
_MONTH = "|".join(sorted(map(re.escape, _MONTHS), key=len, reverse=True))
_DAY = r"(?:[12]\d|3[01]|0?[1-9])"
_YEAR = r"(?:1[4-9]|20)\d\d"
_WRITTEN = re.compile(
    rf"""\b(?:
      (?P<iso>{_YEAR})-(?P<isomonth>0[1-9]|1[0-2])-(?P<isoday>{_DAY})\b
    | (?P<day>{_DAY})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<month>{_MONTH})\b\.?(?:,?\s+(?P<year>{_YEAR})\b)?
    | (?P<month2>{_MONTH})\b\.?\s+(?:the\s+)?(?P<day2>{_DAY})(?:st|nd|rd|th)?\b
        (?!\s*(?:%|per\s?cent|million|billion|thousand))
        (?:,?\s+(?P<year2>{_YEAR})\b)?
    | (?P<month3>{_MONTH})\b\.?,?\s+(?:of\s+)?(?P<year3>{_YEAR})\b
    | (?<=in\s)(?P<year4>{_YEAR})\b(?!\s+(?:people|soldiers|troops|cases|homes|buildings|dead|deaths))
    )""",
    re.VERBOSE | re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class DateMention:
    """One date as written; `None` for the parts that are not."""

    year: int | None
    month: int | None
    day: int | None
    start: int
    end: int
    raw: str

    @property
    def first(self) -> date | None:
        """The first day that the mention can mean, where the year is written."""
        return date(self.year, self.month or 1, self.day or 1) if self.year else None


def find_dates(text: str) -> tuple[DateMention, ...]:
    """Every date of the text in order of place; days that no calendar has are left out."""
    text = fold_digits(text)
    return tuple(mention for match in _WRITTEN.finditer(text) if (mention := _mention(match)) is not None)


def _mention(match: re.Match[str]) -> DateMention | None:
    found = match.groupdict()
    year = next((int(found[k]) for k in ("iso", "year", "year2", "year3", "year4") if found[k]), None)
    name = next((found[k] for k in ("month", "month2", "month3") if found[k]), None)
    month = int(found["isomonth"]) if found["isomonth"] else _MONTHS[name.lower()] if name else None
    day = next((int(found[k]) for k in ("isoday", "day", "day2") if found[k]), None)
    # "may 5" and "march 5" are verbs more often than months.
    if name in ("may", "march") and not found["day"]:
        return None
    try:
        date(year or 2000, month or 1, day or 1)
    except ValueError:
        return None
    return DateMention(year, month, day, match.start(), match.end(), match.group())
