"""The news monitor: tells which claims of an article the news now supports, contradicts or overtakes."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from monitor.matching.estimator import ClaimMatcher as ClaimMatcher
    from monitor.model import Baseline as Baseline
    from monitor.model import Report as Report

__all__ = ["Baseline", "ClaimMatcher", "Report"]

_HOMES = {"Baseline": "monitor.model", "ClaimMatcher": "monitor.matching.estimator", "Report": "monitor.model"}


def __getattr__(name: str) -> object:
    """The public classes, imported when first used: `import monitor` itself stays light."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """The public names, for completion."""
    return sorted({*globals(), *__all__})
