"""Message-IDs that depend on what a message tells and to whom, so that a repeat is recognisable as one."""

from hashlib import sha256


def stable_message_id(*parts: object, domain: str = "monitor.invalid") -> str:
    """The Message-ID of these parts, e.g. ("alert", baseline, story, alert id, recipient): equal parts, equal id."""
    told = "\x1f".join(str(part) for part in parts)
    return f"<{sha256(told.encode('utf-8', 'replace')).hexdigest()[:32]}@{domain}>"
