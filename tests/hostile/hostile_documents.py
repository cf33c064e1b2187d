"""Hostile documents, small and our own: each is a feed that holds good items beside what should do harm.

Unless a case says otherwise, both good items must be kept, and what is stored must be plain text.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape

from hostile_texts import CONTROLS, DATES, FORMULAS, LINKS, LIVE, MAIL

GOOD = {"good-1": "Base handed over", "good-2": "Convoy came through"}
ANY, ITEMS, ERROR = "any", "items", "error"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One document, and what must become of it."""

    group: str
    name: str
    body: bytes
    expect: str = ITEMS  # the good items are kept; ERROR: it is refused in a sentence; ANY: one of both
    content_type: str | None = "application/rss+xml"
    texts: tuple[str, ...] = ()  # words that must come through
    bans: tuple[str, ...] = ()  # words that must not
    slow: bool = False


def good(key: str) -> str:
    return f"<item><guid isPermaLink='false'>{key}</guid><title>{GOOD[key]}</title><link>http://good.example/{key}</link></item>"


def rss(*items: str, head: str = "<title>Feed</title>", before: str = '<?xml version="1.0"?>') -> str:
    spaces = (
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/" '
        'xmlns:media="http://search.yahoo.com/mrss/"'
    )
    inside = good("good-1") + "".join(items) + good("good-2")
    return f'{before}<rss version="2.0" {spaces}><channel>{head}{inside}</channel></rss>'


def item(**fields: str) -> str:
    """An item of these elements, their content taken as it is."""
    return "<item>" + "".join(f"<{name}>{value}</{name}>" for name, value in fields.items()) + "</item>"


def titled(text: str) -> str:
    return item(guid="bad", title=text)


def case(group: str, name: str, body: str | bytes, **options: object) -> Case:
    data = body if isinstance(body, bytes) else body.encode("utf-8", "surrogatepass")
    return Case(group=group, name=name, body=data, **options)  # type: ignore[arg-type]


# ---- entities ---------------------------------------------------------------------------------------------------


def entities() -> Iterator[Case]:
    laughs = '<!ENTITY l0 "lol">' + "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    kinds = {
        "laughs": (laughs, "&l9;"),
        "laughs wide": ("".join(f'<!ENTITY w{n} "{"x" * 500}">' for n in range(200)), "&w1;" * 500),
        "quadratic": (f'<!ENTITY q "{"k" * 20_000}">', "&q;" * 5_000),
        "file": ('<!ENTITY f SYSTEM "file:///etc/passwd">', "&f;"),
        "file relative": ('<!ENTITY f SYSTEM "../../../../etc/passwd">', "&f;"),
        "device": ('<!ENTITY f SYSTEM "file:///dev/zero">', "&f;"),
        "http": ('<!ENTITY f SYSTEM "http://127.0.0.1:9/canary">', "&f;"),
        "public": ('<!ENTITY f PUBLIC "-//x//y" "http://127.0.0.1:9/canary">', "&f;"),
        "parameter": ('<!ENTITY % p SYSTEM "http://127.0.0.1:9/canary"> %p;', ""),
        "parameter builds": ("<!ENTITY % a \"<!ENTITY b 'B'>\"> %a;", "&b;"),
        "self": ('<!ENTITY s "&s;">', "&s;"),
        "cycle": ('<!ENTITY a "&b;"><!ENTITY b "&a;">', "&a;"),
        "undefined": ("", "&nowhere;"),
        "markup in entity": ('<!ENTITY m "</title></item><item><title>X">', "&m;"),
        "notation": ('<!NOTATION n SYSTEM "n"><!ENTITY u SYSTEM "u" NDATA n>', "&u;"),
    }
    for name, (declared, use) in kinds.items():
        before = f'<?xml version="1.0"?>\n<!DOCTYPE rss [\n{declared}\n]>\n'
        yield case("entity", name, rss(titled(f"A {use} B"), before=before), bans=("root:",))
    yield case("entity", "external document type", rss(before='<!DOCTYPE rss SYSTEM "http://127.0.0.1:9/canary.dtd">'))
    include = '<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file:///etc/passwd" parse="text"/>'
    yield case("entity", "xinclude", rss(titled(f"A {include}")), bans=("root:",))


# ---- size and parser time ---------------------------------------------------------------------------------------


def sizes() -> Iterator[Case]:
    big = 300_000
    yield case("size", "title", rss(titled("word " * (big // 5))))
    yield case("size", "title one word", rss(titled("w" * big)))
    yield case("size", "description", rss(item(guid="bad", title="b", description="word " * (big // 5))))
    yield case("size", "guid", rss(item(guid="g" * big, title="b")))
    yield case("size", "link", rss(item(guid="bad", title="b", link="http://x.example/" + "a" * big)))
    yield case("size", "date", rss(item(guid="bad", title="b", pubDate="1" * big)))
    yield case("size", "source", rss(item(guid="bad", title="b", source="s" * big)))
    yield case("size", "feed title", rss(head=f"<title>{'t' * big}</title>"))
    yield case("size", "attribute", rss(f"<item a='{'v' * big}'><title>b</title></item>"))
    yield case("size", "element name", rss(f"<item><{'n' * 60_000}>b</{'n' * 60_000}></item>"))
    yield case("size", "categories", rss("<item><title>b</title>" + "<category>c</category>" * 5000 + "</item>"))
    yield case("size", "comment", rss(f"<!--{'c' * big}-->"))
    yield case("size", "instruction", rss(f"<?x {'c' * big}?>"))
    yield case("size", "language", rss(head=f"<title>Feed</title><language>{'x' * big}</language>"))
    yield case("size", "ttl", rss(head=f"<title>Feed</title><ttl>{'9' * 6000}</ttl>"))
    # The last good item stands beyond the limit of 2,000.
    flood = "".join(f"<item><guid>{n}</guid><title>flood {n}</title></item>" for n in range(3000))
    yield case("size", "items", rss(flood), expect=ANY)
    yield case("size", "items 100000", rss("<item/>" * 100_000), expect=ANY, slow=True)
    yield case("size", "text of 9 MB", rss(item(guid="bad", description="word " * 1_800_000)), expect=ANY, slow=True)


def parser_times() -> Iterator[Case]:
    n = 30_000
    html = {
        "divs": "<div>" * n,
        "tables": "<table><tr><td>" * (n // 4),
        "formatting": "<b><i><a href=x>" * (n // 4),
        "mismatched": "<b></i>" * n,
        "comments": "<!--" * n,
        "less-than": "<" * n,
        "open tags": "<a " * n,
        "attributes": "<p " + " ".join(f"a{k}=1" for k in range(n)) + ">x",
        "ampersands": "<p>" + "&amp;" * n,
        "references": "<p>" + "&#" * n,
        "colons": "<a:b " * n,
        "dots": "<" + "a." * n,
        "spaces": "<" + " " * n + "p>",
        "quotes": "<p a=" + "\"'" * n,
        "cdata in html": "<![CDATA[" * n,
        "select": "<select><option>" * (n // 4),
    }
    for name, markup in html.items():
        yield case("parser-time", f"html {name}", rss(item(guid="bad", title="b", description=escape(markup))))
    yield case("parser-time", "depth 200", rss("<item>" + "<a>" * 200 + "</a>" * 200 + "</item>"))
    yield case("parser-time", "depth 3000", rss("<item>" + "<a>" * 3000 + "</a>" * 3000 + "</item>"))
    names = " ".join(f'a{k}="1"' for k in range(3000))
    yield case("parser-time", "attributes 3000", rss(f"<item {names}><title>b</title></item>"))
    many = " ".join(f'xmlns:p{k}="urn:{k}"' for k in range(2000))
    yield case("parser-time", "namespaces 2000", rss(f"<item {many}><title>b</title></item>"))
    yield case("parser-time", "line breaks first", "\n" * 60_000 + rss(), expect=ANY)
    yield case("parser-time", "line breaks in the head", rss(before='<?xml version="1.0"?>' + "\n" * 60_000))
    quoted = '<?xml version="1.0" ' + 'encoding="a" ' * 500
    yield case("parser-time", "encodings declared", quoted + "?>" + rss(before=""), expect=ANY)
    yield case("parser-time", "item ends", rss("</item><item>" * 2000), expect=ANY)
    yield case("parser-time", "unclosed items", rss("<item>" * 3000), expect=ANY)
    yield case("parser-time", "unclosed titles", rss("<item><title>" * 1500), expect=ANY)
    yield case(
        "parser-time", "one guid", rss("".join(f"<item><guid>k</guid><title>{k}</title></item>" for k in range(900)))
    )
    yield case("parser-time", "sections", rss(titled("<![CDATA[x]]>" * 5000)))
    yield case("parser-time", "spaces in a date", rss(item(guid="bad", pubDate=" 1" * 5000)))
    wide = " ".join(f'a{k}="1"' for k in range(100_000))
    yield case("parser-time", "attributes 100000", rss(f"<item {wide}/>"), expect=ANY, slow=True)
    yield case("parser-time", "depth 100000", rss("<a>" * 100_000 + "</a>" * 100_000), expect=ANY, slow=True)
    yield case(
        "parser-time", "html attributes 300000", rss(item(description=escape("<p " + "a=1 " * 300_000))), slow=True
    )


# ---- encodings --------------------------------------------------------------------------------------------------


def encodings() -> Iterator[Case]:
    arabic = "بغداد"
    for name in ("utf-8", "windows-1256", "iso-8859-6", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8-sig"):
        before = f'<?xml version="1.0" encoding="{name.removesuffix("-sig")}"?>'
        yield case(
            "encoding",
            f"true {name}",
            rss(titled(arabic), before=before).encode(name),
            expect=ANY if "-16-" in name else ITEMS,
        )
    for name in (
        "punycode",
        "undefined",
        "\x00",
        "rot13",
        "base64",
        "zip",
        "idna",
        "nonsense",
        "mbcs",
        "utf-7",
        "x" * 500,
    ):
        yield case(
            "encoding", f"alleged {name[:9]!r}", rss(titled("x"), before=f'<?xml version="1.0" encoding="{name}"?>')
        )
    latin = rss(titled("caf\u00e9"), before='<?xml version="1.0" encoding="utf-8"?>').encode("latin-1")
    yield case("encoding", "latin as utf-8", latin)
    yield case("encoding", "utf-8 as us-ascii", rss(titled(arabic)), content_type="text/xml", texts=(arabic,))
    yield case("encoding", "header and document differ", rss(titled("x")), content_type="text/xml; charset=utf-16")
    yield case("encoding", "nonsense header", rss(titled("x")), content_type="\x80;;charset==;")
    yield case("encoding", "broken utf-8", rss(titled("x")).encode().replace(b"<title>x", b"<title>\xff\xfe\xc0\x80 x"))
    yield case("encoding", "surrogates", rss(titled("a \ud83d b")))
    yield case("encoding", "nul bytes", rss(titled("a\x00b")))
    yield case("encoding", "overlong", rss(titled("x")).encode().replace(b"<title>x", b"<title>\xe0\x80\xaf x"))
    yield case("encoding", "two marks", b"\xef\xbb\xbf\xef\xbb\xbf" + rss(titled("x")).encode())
    yield case("encoding", "mark of the other order", b"\xff\xfe" + rss().encode("utf-16-be"), expect=ANY)


# ---- markup that runs -------------------------------------------------------------------------------------------


def live() -> Iterator[Case]:
    for name, markup in LIVE.items():
        text = escape(markup.replace("\x00", "\ufffd"), quote=False)
        fields = {"title": text, "description": text, "author": text, "category": text, "source": text}
        yield case("xss", name, rss(item(guid="bad-" + str(len(name)), **fields)))


# ---- links ------------------------------------------------------------------------------------------------------


def links() -> Iterator[Case]:
    for number, link in enumerate(LINKS):
        text = link.replace("<", "&lt;").replace("\x01", "")
        yield case("link", f"{number} {link[:20]!r}", rss(item(guid=f"bad-{number}", title="b", link=text)))
    yield case("link", "guid as link", rss(item(guid="javascript:alert(1)", title="b")))


# ---- texts for other programs -----------------------------------------------------------------------------------


def texts() -> Iterator[Case]:
    for group, collection in (("mail", MAIL), ("csv", FORMULAS), ("text", CONTROLS)):
        for number, text in enumerate(collection):
            raw = "".join(f"&#{ord(c)};" if ord(c) < 32 and c not in "\t\n\r" else c for c in text)
            raw = raw.replace("<", "&lt;") if "&#" in raw else escape(raw, quote=False)
            fields = {"guid": f"bad-{group}-{number}", "title": raw, "description": raw, "source": raw, "author": raw}
            yield case(group, f"{number}", rss(item(**fields), head=f"<title>{raw}</title>"))


# ---- dates ------------------------------------------------------------------------------------------------------


def dates() -> Iterator[Case]:
    for number, date in enumerate(DATES):
        fields = {"guid": f"bad-{number}", "title": "b", "pubDate": date, "dc:date": date}
        yield case("date", f"{number} {date[:18]!r}", rss(item(**fields)))


# ---- identity ---------------------------------------------------------------------------------------------------


def identities() -> Iterator[Case]:
    two = "<item><guid>{0}</guid><title>{1}</title></item>"
    yield case("identity", "good guid repeated", rss(titled("x").replace("bad", "good-1")), expect=ANY, texts=("x",))
    yield case(
        "identity", "one guid for all", rss(*(two.format("same", f"title {n}") for n in range(20))), texts=("title 7",)
    )
    yield case("identity", "empty guid", rss(two.format("", "x")), texts=("x",))
    yield case("identity", "blank guid", rss(two.format(" \u200b ", "x")), texts=("x",))
    yield case("identity", "guid of controls", rss(two.format("&#1;&#2;", "x")))
    yield case("identity", "nothing at all", rss("<item/>"))
    yield case("identity", "no title", rss(item(description="words alone")), texts=("words alone",))
    yield case("identity", "twins", rss(two.format("t", "x"), two.format("t", "x")), texts=("x",))
    yield case("identity", "guid is markup", rss(two.format("&lt;b&gt;", "x")), texts=("x",))
    yield case(
        "identity",
        "guids differ by case",
        rss(two.format("K", "upper"), two.format("k", "lower")),
        texts=("upper", "lower"),
    )
    yield case("identity", "guid is sql", rss(two.format("'; DELETE FROM reports; --", "x")), texts=("x",))
    yield case("identity", "two guids", rss("<item><guid>a</guid><guid>b</guid><title>x</title></item>"), texts=("x",))
    yield case(
        "identity",
        "guid differs by normal form",
        rss(two.format("\u00e9", "one"), two.format("e\u0301", "two")),
        texts=("one", "two"),
    )


# ---- structure --------------------------------------------------------------------------------------------------


def structures() -> Iterator[Case]:
    yield case("structure", "empty", "", expect=ERROR)
    yield case("structure", "blank", " \n\t ", expect=ERROR)
    yield case("structure", "text", "hello", expect=ERROR)
    yield case("structure", "file name", "/etc/passwd", expect=ERROR, bans=("root:",))
    yield case("structure", "address", "http://127.0.0.1:9/canary", expect=ERROR)
    yield case("structure", "login page", "<!doctype html><html><body><form>Log in</form></body></html>", expect=ERROR)
    yield case(
        "structure", "captcha", "<html><head><title>Just a moment...</title></head><body></body></html>", expect=ERROR
    )
    yield case("structure", "picture", b"\x89PNG\r\n\x1a\n" + bytes(range(256)), expect=ERROR)
    yield case("structure", "zip", b"PK\x03\x04" + bytes(200), expect=ERROR)
    yield case("structure", "opml", '<opml version="2.0"><body><outline text="x"/></body></opml>', expect=ERROR)
    yield case(
        "structure",
        "sitemap",
        '<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url/></urlset>',
        expect=ERROR,
    )
    yield case("structure", "soap fault", "<Envelope><Body><Fault/></Body></Envelope>", expect=ERROR)
    yield case("structure", "other json", '{"error": "rate limit"}', expect=ERROR)
    yield case("structure", "broken json", '{"version": "https://jsonfeed.org/version/1", "items": [', expect=ERROR)
    yield case("structure", "deep json", "[" * 100_000, expect=ERROR)
    yield case(
        "structure",
        "large number",
        '{"version":"https://jsonfeed.org/version/1","items":[{"id":' + "9" * 9000 + "}]}",
        expect=ANY,
    )
    odd = [
        {"id": "good-1", "title": GOOD["good-1"]},
        None,
        7,
        "x",
        [],
        {"id": {}, "title": ["x"]},
        {"id": True},
        {"id": "s", "title": "\ud800 x", "date_published": 5, "url": 9},
        {"id": "good-2", "title": GOOD["good-2"]},
    ]
    yield case("structure", "odd json items", json.dumps({"version": "https://jsonfeed.org/version/1.1", "items": odd}))
    yield case("structure", "no items", '<rss version="2.0"><channel><title>x</title></channel></rss>', expect=ANY)
    yield case("structure", "truncated in item", rss(titled("x"))[:-150], expect=ANY)
    yield case("structure", "truncated after good", rss()[: rss().index("</item>") + 7], expect=ANY)
    yield case("structure", "ampersand", rss(titled("Oil & gas")), texts=("Oil & gas",))
    yield case("structure", "less-than", rss(titled("a < b")))
    yield case("structure", "unclosed title", rss("<item><guid>b</guid><title>x</item>"), expect=ANY)
    yield case("structure", "crossed", rss("<item><title><b>x</title></b></item>"))
    yield case("structure", "undeclared prefix", rss("<item><foo:bar>x</foo:bar></item>"))
    yield case("structure", "twice declared attribute", rss('<item a="1" a="2"><title>x</title></item>'))
    yield case("structure", "item in item", rss("<item><title>x</title><item><title>y</title></item></item>"))
    yield case("structure", "items outside", rss().replace("</channel>", "</channel>" + titled("x")))
    yield case(
        "structure", "two channels", rss().replace("</channel>", "</channel><channel><title>y</title></channel>")
    )
    yield case("structure", "upper case", rss(titled("x")).replace("title>", "TITLE>"), expect=ANY)
    yield case("structure", "leading line", "\n" + rss(titled("x")))
    yield case("structure", "trailing junk", rss(titled("x")) + "<!-- served in 3 ms --><script>x</script>")
    yield case("structure", "leading php notice", "<br />\n<b>Notice</b>: x in <b>y.php</b><br />\n" + rss(before=""))
    yield case("structure", "two documents", rss(titled("x")) + rss(titled("y")))
    yield case(
        "structure", "base is no address", rss('<item xml:base="http://[::1"><link>a</link><title>y</title></item>')
    )
    yield case(
        "structure",
        "base64 that is none",
        rss('<item><content:encoded mode="base64" type="application/x">%%%</content:encoded></item>'),
    )
    yield case("structure", "colon elements", rss("<item><a:b:c>x</a:b:c></item>"), expect=ANY)
    yield case(
        "structure",
        "georss broken",
        rss('<item><where xmlns="http://www.georss.org/georss"><pos>x</pos></where></item>'),
    )
    yield case(
        "structure",
        "license without end",
        rss('<item><license xmlns="http://backend.userland.com/creativeCommonsRssModule"/></item>'),
    )
    yield case("structure", "keep alive spaces", rss(titled("x")) + " " * 100_000)


def documents() -> list[Case]:
    """All documents, the slow ones too."""
    makers = (entities, sizes, parser_times, encodings, live, links, texts, dates, identities, structures)
    return [made for make in makers for made in make()]
