"""What a message says, for programs: the JSON that webhooks and feeds of alerts carry."""

import json
from collections.abc import Sequence
from typing import Any

from monitor.digest.clean import one_line, web_address
from monitor.model_digest import AlertView, Digest, Notice


def alert_payload(views: Sequence[AlertView]) -> str:
    """The alerts of one message as a JSON object."""
    return _json({"type": "alert", "alerts": [_alert(view) for view in views]})


def digest_payload(digest: Digest) -> str:
    """A digest's numbers and the claims that moved as a JSON object."""
    changes = [one.change for baseline in digest.baselines for one in baseline.changes]
    return _json(
        {
            "type": "digest",
            "subject": digest.subject,
            "since": digest.since.isoformat() if digest.since else None,
            "until": digest.until.isoformat(),
            "reports": digest.reports,
            "stories": digest.stories,
            "publishers": digest.publishers,
            "changes": [
                {
                    "baseline": one.baseline_id,
                    "claim": one.claim,
                    "claim_text": one.claim_text,
                    "before": one.before,
                    "after": one.after,
                }
                for one in changes
            ],
        }
    )


def notice_payload(notice: Notice) -> str:
    """A notice as a JSON object."""
    return _json(
        {
            "type": "notice",
            "kind": notice.kind,
            "baseline": notice.baseline_id,
            "headline": notice.headline,
            "reason": notice.reason,
        }
    )


def _alert(view: AlertView) -> dict[str, Any]:
    match, report = view.match, view.report
    return {
        "headline": view.alert.headline,
        "baseline": view.alert.baseline_id,
        "claim": match.claim,
        "claim_text": view.claim_text,
        "relation": match.relation,
        "confidence": round(match.confidence, 3),
        "score": round(match.score, 3),
        "threshold": round(match.threshold, 3),
        "severity": view.alert.severity,
        "passage": one_line(match.passage),
        "figures": [{"claim": pair.claim, "report": pair.report, "agrees": pair.agrees} for pair in match.figures],
        "reason": view.alert.reason,
        "title": one_line(report.title, 500),
        "url": web_address(report.url),
        "outlet": report.outlet,
        "published": report.published.isoformat() if report.published else None,
        "story": view.alert.story_id,
        "story_reports": view.story_reports,
        "publishers": list(view.publishers),
    }


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
