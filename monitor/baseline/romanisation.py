"""Other romanisations of names that come from Arabic or Persian, as the press of different countries writes them."""

import re

_MOST = 6  # aliases suggested for one name; more would be noise to its editor
# A name is taken as romanised Arabic where it shows one of these; other names are left alone.
_ARABIC = re.compile(
    r"(?:^|[\s-])(?:[Aa]l|[Ee]l|[Aa]n|[Aa]s|[Aa]sh)-[A-Z]|[’'ʿʾ]|\b(?:Abu|Bin|Ibn|Haj|Kata|Hash|Harak|Hizb|Hezb|Liwa|Saraya|Jaish|Jaysh)|Q(?!u)|[qQ](?:$|a)|yy|kh|[^cstp\W]h\b"
)
# Heads of names that the press translates as often as it romanises them.
_TRANSLATED = (
    (r"^Kata[’']?[ie]b (.+)$", r"\1 Brigades"),
    (r"^Harakat (.+)$", r"\1 Movement"),
    (r"^Hizb (.+)$", r"\1 Party"),
    (r"^Ja[iy]sh (.+)$", r"Army of \1"),
    (r"^Saraya (.+)$", r"\1 Companies"),
    (r"^Liwa (.+)$", r"\1 Brigade"),
)
# One change each; the commonest differences between agencies.
_CHANGES = (
    (r"\b([Aa])l[- ](?=\w)", ""),
    (r"\b([Aa])l-(?=\w)", r"\1l "),
    (r"(?<=\w)ss(?=\w)", "s"),
    (r"(?<=[aeiou])(?:yy)(?=[aeiou])", "y"),
    (r"(?<!ll)ah\b", "a"),
    (r"Hezbollah", "Hizballah"),
    (r"Hezbollah", "Hizbullah"),
    (r"Sayyid", "Sayyed"),
    (r"Ninewa", "Nineveh"),
    (r"Qass?em\b", "Qasim"),
    (r"Moh?ammad\b", "Mohammed"),
    (r"Husham", "Hisham"),
    (r"ei(?=[a-z])", "ey"),
    (r"\bS(?=ol|al)ol", "Sul"),
    (r"ou", "u"),
    (r"ee", "i"),
    (r"(?<=[a-z])un\b", "een"),
    (r"Haq\b", "Haqq"),
    (r"\bQ(?=[aiu])(?!u?a?tar)", "K"),
    (r"(?<=\w)i(?=ya)", "iy"),
)


def spellings(name: str) -> tuple[str, ...]:
    """Up to six other romanisations of a name; none for a name that shows no Arabic trait."""
    if not _ARABIC.search(name):
        return ()
    found: dict[str, None] = {}
    for pattern, replacement in (*_TRANSLATED, *_CHANGES):
        changed = re.sub(pattern, replacement, name).strip()
        if changed != name and len(changed) > 3:
            found.setdefault(changed[0].upper() + changed[1:])
    return tuple(found)[:_MOST]
