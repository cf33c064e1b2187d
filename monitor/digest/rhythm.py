"""When a digest without news is sent all the same. Pure."""

from calendar import monthrange
from datetime import date


def is_sign_of_life_due(last: date | None, today: date) -> bool:
    """Whether a month has passed since the last digest that went out; without any, not yet."""
    if last is None:
        return False
    year, month = (last.year + 1, 1) if last.month == 12 else (last.year, last.month + 1)
    return today >= date(year, month, min(last.day, monthrange(year, month)[1]))
