"""What pages say: paragraphs and titles from the corpus, and names, dates, sums, addresses and codes made up on the spot."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache

import numpy as np

from ...draw.supply import Supply

NEAR = 4000  # passages around the first one that a page is made of: files are of one language or of a few
TRIES = 6
# What would be taken for another kind, or for a mark, when a page is read again; text with it is not drawn, so nothing
# ever needs an escape. (Listings stand in fences, where anything may stand.)
_FIRST = re.compile(r"[{#>*+\-•|~`\s]+")
_MARKS = re.compile(
    r"\$\$+|``+|~~~+|</?[a-zA-Z]\w*[^<>]*>|\\\\*(?:begin\{|end\{|[\[\]()])|\ufffd|\*(?:\*+|(?<!\w\*)(?=\S))"
)  # all start with a character of their own, which makes the search fast
_SENTENCE = re.compile(r".{20,}?[.!?](?=\s)")
_EDGES = " ,.;:!?-–—'\"“”‘’«»()[]*"
MONTHS = {
    "en": "January February March April May June July August September October November December".split(),
    "de": "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split(),
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split(),
    "es": "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre".split(),
    "it": "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre".split(),
    "pt": "janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro".split(),
}
_COMMON = {
    "en": " the of and to that with for was is are ",
    "de": " der die das und ist nicht mit von für auf den dem ein eine ",
    "fr": " le les des est une dans que pour qui sur du pas ",
    "es": " el los las una que con por para del es se ",
    "it": " il che di un una per non con della sono è gli ",
    "pt": " o os as um uma que não com para do da em é ",
}
_COMMON_WORDS = {tongue: frozenset(words.split()) for tongue, words in _COMMON.items()}
_LITTLE = frozenset().union(*_COMMON_WORDS.values())
DIGITS, CAPITALS = "0123456789", "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SYMBOLS = DIGITS * 2 + CAPITALS + CAPITALS.lower() + ".,:;!?'\"()[]{}+-=*/%&@#$€£§<>|_\\~^°"


def tame(text: str) -> str:
    """Text without what Markdown would take for a mark, and without halves of characters."""
    while (first := _FIRST.match(text)) or _MARKS.search(text):  # what is left of one may make another
        text = " ".join(_MARKS.sub("", text[first.end() if first else 0 :]).split())
    return text


def tongue(text: str) -> str:
    """Which language of `MONTHS` a text is in, by its little words; "" where there are none of them."""
    found = _LITTLE.intersection(text[:300].lower().split())
    counts = {name: len(found & words) for name, words in _COMMON_WORDS.items()}
    best = max(counts, key=counts.__getitem__)
    return best if counts[best] else ""


@lru_cache(maxsize=4)
def _names(supply: Supply) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for record in supply.items("names_en"):
        kind, _, name = record.partition("\t")
        found.setdefault(kind.removesuffix("_synthetic"), []).append(name.strip())
    return {kind: tuple(names) for kind, names in found.items()}


class Prose:
    """A page's supply of words, in the language of its first passage; `mixed` words are of any."""

    def __init__(self, rng: np.random.Generator, supply: Supply, mixed: bool = False) -> None:
        self.rng, self._supply, self._mixed = rng, supply, mixed
        self._passages = supply.corpus.passages
        self._first = int(rng.integers(len(self._passages)))

    @cached_property
    def language(self) -> str:
        """One of `MONTHS`."""
        nearby = (self._passages[(self._first + at) % len(self._passages)] for at in range(TRIES))
        return next(filter(None, map(tongue, nearby)), "en")

    def integer(self, low: int, high: int) -> int:
        """low..high, both possible."""
        return int(self.rng.integers(low, high + 1))

    def pick(self, *things):
        return things[int(self.rng.integers(len(things)))]

    def chance(self, share: float) -> bool:
        return bool(self.rng.random() < share)

    def passage(self, least: int = 1) -> str:
        """A passage of the corpus in the page's language, at least so many characters long where one is soon found."""
        best = ""
        for _ in range(TRIES):
            at = (self._first + int(self.rng.integers(-NEAR, NEAR))) % len(self._passages)
            text = tame(self._passages[at])
            if not self._mixed and tongue(text) not in ("", self.language):
                continue
            if len(text) >= least:
                return text
            best = max(best, text, key=len)
        return best or self.named("place", "Lisbon")

    def paragraph(self, least: int = 80, most: int = 600) -> str:
        """Running text of `least` to `most` characters, ended at a sentence or a word."""
        text = self.passage(min(least, 200))
        while len(text) < least:
            text += " " + self.passage(least - len(text))
        if len(text) > most:
            cut = text.rfind(". ", 0, most) + 1 or text.rfind(" ", 0, most)
            text = text[:cut] if cut > 0 else text[:most]
        return text.strip()

    def sentence(self, most: int = 160) -> str:
        text = self.passage(30)
        found = _SENTENCE.match(text)
        return self.cut(found[0] if found else text, most)

    def words(self, count: int) -> str:
        """`count` consecutive words of running text, without punctuation at the ends."""
        parts = self.passage(5 * count).split(" ")
        start = self.integer(0, max(len(parts) - count, 0))
        return tame(" ".join(parts[start : start + count]).strip(_EDGES)) or "Notes"

    def cut(self, text: str, most: int) -> str:
        return text if len(text) <= most else text[: text.rfind(" ", 0, most)].strip(_EDGES) or text[:most]

    def title(self, least: int = 2, most: int = 8) -> str:
        text = self.cut(self.words(self.integer(least, most)), 80)
        way = self.rng.random()
        if way < 0.12:
            return text.upper()
        return text.title() if way < 0.5 and self.language == "en" and "'" not in text else text[:1].upper() + text[1:]

    def word(self) -> str:
        return self._supply.corpus.word(self.rng)

    def named(self, kind: str, otherwise: str = "Meridian") -> str:
        names = _names(self._supply).get(kind)
        return names[int(self.rng.integers(len(names)))] if names else otherwise

    def person(self) -> str:
        first, last = self.named("first", "Ada"), self.named("surname", "Brandt")
        way = self.rng.random()
        if way < 0.2:
            return f"{first[0]}. {last}"
        return f"{first} {self.pick(*'ABCDEFGHJKLMPRSTW')}. {last}" if way < 0.3 else f"{first} {last}"

    def author(self) -> str:
        """As a reference names one."""
        last, first = self.named("surname", "Brandt"), self.named("first", "Ada")
        return self.pick(f"{last}, {first[0]}.", f"{first[0]}. {last}", f"{last}, {first}", f"{last} {first[0]}")

    def place(self) -> str:
        return self.named("place", "Lisbon, Portugal").split(",")[0]

    def company(self) -> str:
        return self.named("company", "Meridian Works Ltd.")

    def year(self) -> int:
        return self.integer(1790, 2031) if self.chance(0.4) else self.integer(1985, 2026)

    def date(self) -> str:
        day, month, year = self.integer(1, 28), self.integer(1, 12), self.year()
        name = MONTHS[self.language][month - 1]
        numeric = self.pick(
            f"{year}-{month:02}-{day:02}",
            f"{day:02}.{month:02}.{year}",
            f"{month}/{day}/{year}",
            f"{day:02}/{month:02}/{year % 100:02}",
        )
        spelt = {
            "en": self.pick(f"{name} {day}, {year}", f"{day} {name} {year}", f"{name} {year}", f"{name[:3]} {day}, {year}"),
            "de": f"{day}. {name} {year}",
            "es": f"{day} de {name} de {year}",
            "pt": f"{day} de {name} de {year}",
        }.get(self.language, f"{day} {name} {year}")
        return spelt if self.chance(0.6) else numeric

    def time(self) -> str:
        hour, minute = self.integer(0, 23), self.integer(0, 59)
        return (
            f"{hour:02}:{minute:02}" if self.chance(0.6) else f"{hour % 12 or 12}:{minute:02} {self.pick('AM', 'PM', 'am', 'pm')}"
        )

    def amount(self, most: float = 2000.0) -> float:
        return round(float(np.exp(self.rng.uniform(0, np.log(most)))), 2)

    def money(self, value: float | None = None) -> str:
        value = self.amount() if value is None else value
        plain = f"{value:,.2f}"
        if self.language != "en":
            plain = plain.translate(str.maketrans(",.", ".,"))
            return self.pick(f"{plain} €", plain, f"{plain} EUR")
        return self.pick(f"${plain}", f"£{plain}", plain, f"{plain} USD", f"€{plain}")

    def number(self) -> str:
        value = self.integer(0, 10 ** self.integer(1, 7))
        return self.pick(
            str(value),
            f"{value:,}",
            f"{value / 100:.2f}",
            f"{value % 1000 / 10:.1f}%",
            f"-{value}",
            f"{value % 100}/{self.integer(1, 99)}",
        )

    def phone(self) -> str:
        digits = "".join(self.pick(*DIGITS) for _ in range(10))
        return self.pick(
            f"({digits[:3]}) {digits[3:6]}-{digits[6:]}",
            f"+{digits[:2]} {digits[2:5]} {digits[5:]}",
            f"{digits[:3]}-{digits[3:6]}-{digits[6:]}",
            f"0{digits[:3]} {digits[3:]}",
        )

    def email(self) -> str:
        name = f"{self.named('first', 'ada').lower()}{self.pick('.', '_', '')}{self.named('surname', 'brandt').lower()}".replace(
            " ", ""
        )
        return f"{name}@{self.domain()}"

    def domain(self) -> str:
        name = re.sub(r"[^a-z]", "", self.word().lower()) or "example"
        country = self.pick("com", "org", "net", "de", "fr", "io", "edu", "gov", "co.uk")
        return f"{name}{self.pick('', '', f'-{self.integer(1, 99)}')}.{country}"

    def url(self) -> str:
        path = "/".join(re.sub(r"[^\w-]", "", self.word().lower()) for _ in range(self.integer(0, 3)))
        before, after = self.pick("https://", "http://", "www.", ""), self.pick("", "", ".html", f"?id={self.integer(1, 9999)}")
        return f"{before}{self.domain()}/{path}{after}"

    def street(self) -> str:
        way = self.pick("Street", "St.", "Road", "Avenue", "Lane", "Blvd.", "Square")
        return f"{self.integer(1, 980)} {self.named('surname', 'Mill')} {way}"

    def town(self) -> str:
        return self.pick(
            f"{self.place()} {self.integer(10000, 99999)}", f"{self.integer(10000, 99999)} {self.place()}", self.place()
        )

    def code(self) -> str:
        """Letters and digits that no language predicts."""
        pool = self.pick(DIGITS, DIGITS + "-./", DIGITS + CAPITALS, DIGITS + CAPITALS + "-", SYMBOLS)
        return tame("".join(pool[int(at)] for at in self.rng.integers(0, len(pool), self.integer(2, 12)))) or "0"

    def token(self) -> str:
        """Anything short that is no plain word: a date, a sum, an address of some sort, a code."""
        return self.pick(
            self.date, self.money, self.number, self.phone, self.email, self.url, self.code, self.code, self.time, self.person
        )()

    def reference(self) -> str:
        """One entry of a bibliography."""
        authors = ", ".join(self.author() for _ in range(self.integer(1, 4)))
        where = self.pick("Journal of", "Proceedings of the", "Annals of", "Transactions on", "Revue de")
        pages = (low := self.integer(1, 900), low + self.integer(2, 40))
        tail = f"{where} {self.words(2).title()}, {self.integer(1, 90)}({self.integer(1, 12)}):{pages[0]}–{pages[1]}"
        title = self.cut(self.words(self.integer(4, 10)).capitalize(), 90)
        return self.pick(
            f"{authors}. {title}. {tail}, {self.year()}.",
            f"{authors} ({self.year()}). {title}. {tail}.",
            f"{authors}, “{title},” {tail}, {self.year()}.",
        )
