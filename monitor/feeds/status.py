"""HTTP statuses that bring no feed, as sentences."""

from monitor.errors import FetchError

SENTENCES = {
    401: "the server wants a login (401)",
    402: "the server wants to be paid (402)",
    403: "the server refuses to let us read this (403)",
    404: "there is nothing at this address (404): check it, or look for the feed on the publisher's page",
    406: "the server has nothing that we can read (406)",
    408: "the server was tired of waiting (408)",
    410: "the feed is gone for good, its server says (410)",
    429: "the server asks us to come less often (429)",
    451: "the server may not show this here, for legal reasons (451)",
}


def status_error(status: int, retry_after_s: float | None = None) -> FetchError:
    """The error for a status that comes without a feed."""
    sentence = SENTENCES.get(status)
    if sentence is None and status >= 500:
        sentence = f"the server has trouble of its own ({status})"
    if sentence is None:
        sentence = f"the server answered with status {status}, which brings no feed"
    if retry_after_s:
        sentence += f"; it asks to wait {_span(retry_after_s)}"
    return FetchError(sentence, kind="status", status=status, retry_after_s=retry_after_s)


def _span(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 120 else f"{seconds:.0f} s"
