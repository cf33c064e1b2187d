"""What a figure measures: small groups of words that news uses for the same thing, and the names of its scope."""

import re
from dataclasses import dataclass
from functools import lru_cache

from monitor.text.fold import fold
from monitor.text.stems import STOP_WORDS, stem

# What happened to the things counted. Two figures of different states never measure the same.
_STATES = {
    "dead": "dead died die dies dying death deaths kill killed kills killing toll fatality fatalities fatal lives "
    "slain claimed victims perished corpses bodies",
    "injured": "injured injure injures injury injuries wounded wound wounding hurt casualties "
    "hospitalised hospitalized",
    "missing": "missing unaccounted disappeared",
    "displaced": "displaced displacement fled flee fleeing uprooted",
    "evacuated": "evacuated evacuate evacuation evacuees evacuee relocated left moved gone",
    "homeless": "homeless homelessness unhoused",
    "arrested": "arrested arrest arrests detained detain detention detentions detainees custody jailed jail prison "
    "imprisoned remanded held warrant warrants apprehended",
    "suspected": "suspected suspect suspects investigated investigation probed accused identified alleged probe "
    "charged",
    "destroyed": "collapsed collapse collapses destroyed destroy destruction fell fallen toppled flattened razed "
    "ruined ruin levelled leveled down",
    "demolished": "demolished demolition demolish",
    "damaged": "damaged damage",
    "affected": "affected affect affects impacted",
    "infected": "infected infections cases infection tested",
    "rescued": "rescued rescue survivors survivor survived saved pulled freed alive",
    "employed": "employed employs employ employees employee workers workforce staff payroll",
    "gathered": "drew marched attended gathered demonstrators protesters participants rallied attendance crowd",
    "voted": "voted voters votes vote ballots",
    "captive": "hostages hostage kidnapped abducted captured captives",
    "absent": "absent boycotted boycott abstained abstentions",
    "opposed": "opposed against voted-against",
}
# The things themselves, by what else they are called.
_THINGS = {
    "person": "people persons person men man women woman civilians civilian citizens residents inhabitants individuals "
    "others members",
    "soldier": "soldiers soldier troops troop servicemen servicemembers personnel forces fighters militants marines",
    "lawmaker": "lawmakers lawmaker legislators legislator deputies mps parliamentarians senators representatives",
    "attack": "attacks attack attacked targeted strikes strike assaults raids bombings barrages incidents",
    "rocket": "rockets rocket missiles missile katyusha katyushas shells projectiles mortars",
    "base": "bases base sites site facilities facility installations camps camp outposts",
    "building": "buildings building houses homes house structures blocks apartments residences dwellings flats",
    "country": "countries country nations nation states",
    "vehicle": "trucks truck lorries lorry vehicles vehicle truckloads convoy convoys",
    "aircraft": "aircraft airplane airplanes aeroplane aeroplanes plane planes jet jets jetliner jetliners airliner "
    "airliners",
    "ship": "ship ships vessel vessels boat boats tanker tankers freighter freighters",
    "company": "company companies firm firms business businesses enterprise enterprises entities",
    "student": "student students pupil pupils schoolchildren",
    "tremor": "aftershocks aftershock tremors tremor quakes earthquakes earthquake quake shocks shock",
    "crossing": "crossings crossing routes",
    "team": "teams team crews",
    "family": "families family households household",
    "application": "applications application",
    "job": "jobs job layoffs",
    "customer": "customers clients depositors users subscribers members creditors",
    "branch": "branches branch outlets stores offices",
    "seat": "seats seat",
    "withdrawal": "withdraw withdrew withdrawn withdrawals pulled outflow outflows yanked requested",
    "investment": "invest invested invests investment investments",
    "aid": "aid assistance relief funding funds fund grant grants donation donated pledged pledge pledges promised "
    "support help financing contribution contributions",
    "loss": "loss losses damage damages cost costs lost bill charge charges burden expense expenses",
    "appeal": "appeal appeals appealed requested seeks sought asked",
    "asset": "assets asset holdings portfolio",
    "deposit": "deposits deposit",
    "share": "shares stock stocks share",
    "debt": "debt debts loans loan borrowed borrowing borrowings owed",
    "price": "price paid pay buy bought purchase acquire acquired",
    "revenue": "revenue revenues sales turnover",
    "profit": "profit profits earnings income",
    "rate": "rate rates interest inflation",
    "fine": "fine fined fines penalty penalties settlement",
}
_AREAS = frozenset("areas area territory parts side zones and controlled held".split())
# Words that narrow a place down to a part of it.
_QUALIFIERS = {
    "opposition": "opposition rebel rebels opposition-held rebel-held rebel-controlled insurgent",
    "government": "government-held government-controlled government- regime regime-held",
    "north": "north northern",
    "south": "south southern",
    "east": "east eastern",
    "west": "west western",
    "northwest": "north-west northwest north-western northwestern",
    "northeast": "north-east northeast north-eastern northeastern",
    "southeast": "south-east southeast south-eastern southeastern",
    "southwest": "south-west southwest south-western southwestern",
}

# The same groups in Arabic, for the words that news counts most; written without vowel signs.
_ARABIC_STATES = {
    "dead": "قتيل قتلى قتيلا القتلى مقتل قتل وفاة وفيات ضحايا",
    "injured": "جريح جرحى جريحا الجرحى مصاب مصابا مصابين المصابين إصابة اصابة",
    "arrested": "اعتقال معتقل معتقلا معتقلين موقوف",
    "displaced": "نازح نازحا نازحين النازحين",
    "missing": "مفقود مفقودا مفقودين",
}
_ARABIC_THINGS = {
    "person": "شخص شخصا أشخاص اشخاص مدني مدنيا مدنيين",
    "soldier": "جندي جنديا جنود الجنود عنصر عنصرا",
    "attack": "هجوم هجوما هجمات الهجمات هجمة",
    "rocket": "صاروخ صاروخا صواريخ قذيفة قذائف",
    "base": "قاعدة قواعد",
    "lawmaker": "نائب نائبا نواب النواب",
    "building": "مبنى مبان مباني بناية منزل منزلا منازل",
    "tremor": "هزة زلزال زلازل هزات",
    "country": "دولة دول بلد بلدان",
}


def _by_word(groups: dict[str, str]) -> dict[str, frozenset[str]]:
    table: dict[str, frozenset[str]] = {}
    for label, words in groups.items():
        for word in words.split():
            table[word] = table.get(word, frozenset()) | {label}
    return table


_STATE_OF = _by_word(_STATES) | _by_word(_ARABIC_STATES)
_THING_OF = _by_word(_THINGS) | _by_word(_ARABIC_THINGS)
_QUALIFIER_OF = _by_word(_QUALIFIERS)
GENERIC = frozenset({"person"})  # says nothing about what was counted

_NAME = re.compile(r"[^\W\d_a-z][\w’'-]*")
_PLACE_PREPOSITIONS = frozenset("in across throughout within inside for at near around into".split())
# "said in Paris" tells where somebody spoke, not where something was counted.
_SPEAKING = frozenset("said says told spoke speaking announced declared reported toured visited visiting".split())
_ENDINGS = re.compile(r"(?:ians?|ish|iyes?|ese|eans?|ans?|ey|ia|is?|y|o|a|e)$")
_IRREGULAR = {
    "american": "us", "americans": "us", "usa": "us", "us": "us", "washington": "us", "british": "uk", "britain": "uk",
    "uk": "uk", "french": "france", "dutch": "netherlands", "spanish": "spain", "swiss": "switzerland",
    "european": "eu", "turkiye": "turkey", "greek": "greece", "danish": "denmark", "welsh": "wales",
}  # fmt: skip


def states_of(words: list[str]) -> frozenset[str]:
    """The states (dead, injured, arrested...) that the words name."""
    return frozenset(label for word in words for label in _STATE_OF.get(word, ()))


def known_things(words: list[str]) -> frozenset[str]:
    """The things that the words name, by the groups alone."""
    return frozenset(label for word in words for label in _THING_OF.get(word, ()))


def things_of(words: list[str]) -> frozenset[str]:
    """The things that the words name: the group's label, or the stem where no group has the word."""
    found: set[str] = set()
    for word in words:
        if (
            word.endswith("ly")
            or word in STOP_WORDS
            or word in _STATE_OF
            or word in _QUALIFIER_OF
            or not word.isalpha()
        ):
            continue
        found |= _THING_OF.get(word) or {stem(word)}
    return frozenset(found)


def qualifiers_of(words: list[str]) -> frozenset[str]:
    """The parts of a place that the words narrow it down to."""
    found: set[str] = set()
    for word, following in zip(words, [*words[1:], ""], strict=False):
        found |= _QUALIFIER_OF.get(word, frozenset())
        if "-held" in word or "-controlled" in word:
            found |= _QUALIFIER_OF.get(word.rsplit("-", 1)[0], frozenset())
        # A government also speaks; only its areas are a part of a place.
        if word == "government" and following in _AREAS:
            found.add("government")
    return frozenset(found)


@lru_cache(maxsize=20_000)
def name_key(name: str) -> str:
    """One key for a name, its demonym and its possessive: Turkey, Turkish, Türkiye's."""
    folded = fold(name).strip("-")
    folded = _IRREGULAR.get(folded, folded)
    if folded in ("us", "uk", "eu", "un"):
        return folded
    stripped = _ENDINGS.sub("", folded)
    return stripped if len(stripped) >= 3 else folded


@dataclass(frozen=True, slots=True)
class Names:
    """The capitalised words of a stretch of text, as keys."""

    all: frozenset[str]
    where: frozenset[str]  # those that say where: after "in", as possessive or demonym
    joined: bool  # several of these are joined by "and"


def names_in(text: str) -> Names:
    """The names of a text and what they are there for."""
    found: set[str] = set()
    where: set[str] = set()
    joined = follows_where = False
    end = 0
    for match in _NAME.finditer(text):
        name = match.group()
        key = name_key(name)
        if key != "us" and fold(name) in STOP_WORDS:
            continue
        found.add(key)
        before = [word.lower() for word in text[end if follows_where else 0 : match.start()].split()]
        coordinated = follows_where and before in (["and"], ["or"], ["and", "the"], [","], ["and", "in"])
        is_where = coordinated or (follows_where and not before) or _is_placed(before) or is_demonym(name)
        is_where = is_where or name.endswith(("'s", "’s"))
        if is_where:
            joined = joined or (coordinated and key not in where)
            where.add(key)
        follows_where, end = is_where, match.end()
    return Names(frozenset(found), frozenset(where), joined)


def is_demonym(name: str) -> bool:
    """Whether a name looks like that of a people: Syrian, Turkish, Iraqi, US."""
    return name.endswith(("ian", "ians", "ish", "ese", "aqi", "ican", "icans")) or name in ("US", "U.S", "UK", "French")


def _is_placed(before: list[str]) -> bool:
    """Whether the words before a name say that something is there."""
    before = before[-3:]
    if before and before[-1] in ("the", "both"):
        before = before[:-1]
    return bool(before) and before[-1] in _PLACE_PREPOSITIONS and not (len(before) > 1 and before[-2] in _SPEAKING)
