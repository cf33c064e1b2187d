"""The errors raised on purpose. Each message says what, where and what to do, in one line.

MonitorError
├─ ConfigError      the user must change a file or a variable
├─ BaselineError    the baseline cannot be used
├─ FeedError        one feed failed; the run goes on
│  ├─ FetchError    network, status, size, time
│  └─ ParseError    not a feed, or nothing readable in it
├─ StoreError       the database is locked, full, damaged, foreign or of another version
│  └─ QueryError    the SQL that the user wrote cannot be run
├─ ComposeError     a message cannot be put into words; it is parked, the others go on
├─ DeliveryError    a message was not accepted; its delivery stays unsent
└─ OutputError      what the command prints cannot be written where it goes
"""


class MonitorError(Exception):
    """Base of every error that the monitor raises on purpose; `exit_code` is what the command line returns for it."""

    exit_code = 1


class ConfigError(MonitorError):
    """A setting is missing or wrong; the message names the file and the key."""

    exit_code = 2


class BaselineError(MonitorError):
    """A profile or an article cannot be read or holds nothing to watch."""

    exit_code = 2


class FeedError(MonitorError):
    """One feed could not be polled. `kind` is a short stable word that is stored and counted."""

    def __init__(
        self, message: str, *, kind: str, status: int | None = None, retry_after_s: float | None = None
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.status = status
        self.retry_after_s = retry_after_s


class FetchError(FeedError):
    """The network, the server's status, the size or the time stood in the way."""


class ParseError(FeedError):
    """The answer is not a feed, or nothing in it can be read."""


class StoreError(MonitorError):
    """The database cannot be used, or not now."""


class QueryError(StoreError):
    """The SQL that the user wrote is wrong, or wants to write."""

    exit_code = 2


class ComposeError(MonitorError):
    """A message cannot be put into words. It is kept with this reason, and nobody else waits for it."""


class DeliveryError(MonitorError):
    """A channel did not accept a message. `permanent` tells that trying again is useless."""

    def __init__(self, message: str, *, permanent: bool = False, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.retry_after_s = retry_after_s  # how long the other side asked to wait


class OutputError(MonitorError):
    """Standard output takes no more: its disk is full, or its device is gone."""
