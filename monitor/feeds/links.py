"""Links worth keeping: http and https only, on one line, without the parameters that only count clicks."""

import re
from urllib.parse import urljoin, urlsplit

MAX_URL_CHARS = 2048
FORBIDDEN = re.compile(
    r"[\x00-\x20\x7f-\xa0\xad\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff\ufff0-\uffff\ud800-\udfff<>\"`{}|^\\]"
)
# With these signs alone, nothing about an address needs judging but what its query counts.
USUAL = re.compile(
    r"(https?://[a-z0-9][a-z0-9.-]*)(/[A-Za-z0-9._~!$&'()*+,=:@/%-]*)?(?:\?([A-Za-z0-9._~!$'()*+,:@/%=&-]+))?"
)
BREAKS = re.compile(r"[\t\r\n\x0b\x0c\x85\u2028\u2029]")
TRACKING = re.compile(
    r"utm_\w+|(?:fb|g|dc|ms|y|tt|tw|li_fat_)clid|gbraid|wbraid|igshid|mc_[ce]id|mtm_\w+|matomo_\w+|pk_\w+|piwik_\w+|_hs(?:enc|mi)|"
    r"hsctatracking|mkt_tok|vero_(?:id|conv)|oly_(?:enc|anon)_id|at_(?:medium|campaign|link\w*|format|ptr\w*|bbc\w*)|ns_\w+|"
    r"cmp|cmpid|smid|smtyp|ocid|xtor|traffic_source|guccounter|guce_\w+|ref_src|ref_url|sr_share|share_?id|__twitter_impression|"
    r"wt\.?mc(?:_id)?|_ga|_gl|ncid|icid|s_cid|spm|mod=rss",
    re.IGNORECASE,
)


def clean_url(raw: str | None, base: str | None = None) -> str | None:
    """The link as it may be kept and shown, or None if it is not one to a web page."""
    if not raw:
        return None
    usual = USUAL.fullmatch(raw) if len(raw) < MAX_URL_CHARS else None
    if usual is not None:
        site, path, query = usual.groups()
        query = _kept(query) if query else None
        return f"{site}{path or '/'}?{query}" if query else f"{site}{path or '/'}"
    # Browsers drop line breaks and tabs inside an address; so a link never spans lines here either.
    text = BREAKS.sub("", raw.strip())[: MAX_URL_CHARS * 2].strip()
    try:
        joined = urljoin(base, text) if base else text
        parts = urlsplit(joined)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return None
    if parts.scheme.lower() not in ("http", "https") or not host or FORBIDDEN.search(parts.netloc):
        return None
    netloc = parts.netloc.rpartition("@")[2].lower()  # no names and passwords, nor hosts that look like them
    query = _kept(parts.query)
    fragment = "" if TRACKING.fullmatch(_name(parts.fragment)) else parts.fragment
    url = f"{parts.scheme.lower()}://{netloc}{parts.path or '/'}"
    url += (f"?{query}" if query else "") + (f"#{fragment}" if fragment else "")
    url = FORBIDDEN.sub(_quote, url)
    return url if len(url) <= MAX_URL_CHARS else None


def _kept(query: str) -> str:
    """The parameters that do not only count."""
    return "&".join([part for part in query.split("&") if part and not TRACKING.fullmatch(_name(part))])


def _name(part: str) -> str:
    return part if part.lower() == "mod=rss" else part.partition("=")[0]


def _quote(found: re.Match[str]) -> str:
    return "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "replace"))
