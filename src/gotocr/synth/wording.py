"""What signs, labels and shop fronts say: words, names, numbers, prices, codes and addresses, in the case signs are set in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from ..draw.supply import Supply

WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)?")
LONGEST = 16
COMMON = 300.0  # the rank that words of running text are drawn around; the list begins with the most frequent
LETTERS, DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ", "0123456789"
SIGNS = """exit entrance hotel open closed sale parking stop taxi bank cafe bar restaurant pharmacy police push pull danger
warning caution private toilets ladies gents station airport platform gate tickets information reception bakery market books
shop store free new discount offer pizza coffee beer wine tea fresh organic menu welcome school street road avenue lane north
south east west city centre museum theatre cinema library hospital doctor dentist garage service rent office floor lift stairs
fire emergency keep clear slow way bus tram metro only one two-way no smoking entry please ring bell mind the gap
ausgang eingang bahnhof apotheke bäckerei straße platz verboten geöffnet geschlossen vorsicht achtung metzgerei getränke
sortie entrée boulangerie pharmacie gare rue défense fumer ouvert fermé soldes marché crêperie hôtel café été
salida entrada farmacia estación calle peligro cerrado abierto panadería baño señor niños música jardín
uscita entrata farmacia stazione via pericolo chiuso aperto gelateria caffè città libertà
saída entrada farmácia estação rua perigo fechado aberto pão padaria informações atenção""".split()
CURRENCIES = ("$", "£", "€")


def _pick(rng: np.random.Generator, pool):
    return pool[int(rng.integers(len(pool)))]


def _run(rng: np.random.Generator, pool: str, low: int, high: int) -> str:
    return "".join(_pick(rng, pool) for _ in range(int(rng.integers(low, high + 1))))


def number(rng: np.random.Generator) -> str:
    """House and phone numbers, years, prices, times, shares, dates, scores."""
    kind = rng.random()
    if kind < 0.45:
        return str(int(rng.integers(1, 10 ** int(rng.integers(1, 5)))))
    if kind < 0.6:
        price = f"{int(rng.integers(0, 200))}{_pick(rng, '.,')}{_run(rng, DIGITS, 2, 2)}"
        return _pick(rng, CURRENCIES) + price if rng.random() < 0.7 else price + _pick(rng, ("€", " €", "¢"))
    if kind < 0.68:
        return f"{int(rng.integers(1, 100))}%"
    if kind < 0.78:
        return _run(rng, DIGITS, 5, 11)
    if kind < 0.86:
        return f"{int(rng.integers(0, 24))}:{int(rng.integers(0, 60)):02d}"
    if kind < 0.93:
        return f"{int(rng.integers(1, 32))}/{int(rng.integers(1, 13))}" + ("" if rng.random() < 0.5 else f"/{_run(rng, DIGITS, 2, 2)}")
    return f"{int(rng.integers(1, 400))}{_pick(rng, ('km', 'KM', 'm', 'cm', 'kg', 'g', 'ml', 'th', 'st', 'A', 'B', 'x', '+', 'mph', 'GB'))}"


def plate(rng: np.random.Generator) -> str:
    """The marks of a number plate."""
    forms = ("LL DD LLL", "LLL DDDD", "LLL-DDD", "DLLLDDD", "L DDDD", "LL-LL DDD", "DDDD LLL", "LLDD LLL", "DDD LLL")
    return "".join(_pick(rng, LETTERS) if mark == "L" else _pick(rng, DIGITS) if mark == "D" else mark for mark in _pick(rng, forms))


def code(rng: np.random.Generator) -> str:
    """Letters and digits that no language predicts."""
    if rng.random() < 0.5:
        return _run(rng, LETTERS, 1, 2) + _pick(rng, ("", "", "-", "/")) + _run(rng, DIGITS, 1, 4)
    return _run(rng, LETTERS + (DIGITS if rng.random() < 0.4 else ""), 2, 7)


def address(rng: np.random.Generator, supply: Supply) -> str:
    """Where to find it on the net."""
    name = "".join(re.findall("[a-z]+", "".join(plain_word(rng, supply) for _ in range(int(rng.integers(1, 3)))).lower()))[:14] or "signs"
    end = _pick(rng, (".com", ".org", ".net", ".de", ".fr", ".it", ".es", ".co.uk", ".info", ".edu"))
    return _pick(rng, ("www.", "www.", "", "info@")) + name + end


def plain_word(rng: np.random.Generator, supply: Supply) -> str:
    """A word of English or of a language in Latin script, or a name; letters, an apostrophe or a hyphen."""
    kind = rng.random()
    for _ in range(6):
        if kind < 0.35:
            source = supply.corpus.words[min(int(rng.exponential(COMMON)), len(supply.corpus.words) - 1)]
        elif kind < 0.6:
            source = supply.corpus.word(rng)
        elif kind < 0.72 and supply.items("names_en"):
            source = _pick(rng, supply.items("names_en")).partition("\t")[2].partition(",")[0]
        elif kind < 0.85 and supply.items("text_latin"):
            record = _pick(rng, supply.items("text_latin"))
            source = record[int(rng.integers(max(1, len(record) - 30))) :].partition(" ")[2]
        else:
            source = _pick(rng, SIGNS)
        found = [word for word in WORD.findall(source[:60]) if len(word) <= LONGEST]
        if found:
            return _pick(rng, found)
    return _pick(rng, SIGNS)


def cased(rng: np.random.Generator, text: str) -> str:
    """In capitals mostly, with a capital first, small, or as it is."""
    pick = rng.random()
    if pick < 0.45:
        return text.upper()
    if pick < 0.75:
        return text[:1].upper() + text[1:]
    return text.lower() if pick < 0.92 else text


def one_word(rng: np.random.Generator, supply: Supply) -> str:
    """What stands in the crop of one word."""
    kind = rng.random()
    if kind < 0.13:
        return number(rng)
    if kind < 0.17:
        return code(rng)
    if kind < 0.185:
        return address(rng, supply)
    word = cased(rng, plain_word(rng, supply))
    if rng.random() < 0.09:
        word += _pick(rng, ".,.,!?:;…" if rng.random() < 0.1 else ".,!?:")
    elif rng.random() < 0.02:
        word = _pick(rng, ("({})", "“{}”", '"{}"', "({}", "{})", "“{}", "'{}'", "&{}", "#{}", "@{}")).format(word)
    return word


def sign(rng: np.random.Generator, supply: Supply) -> list[str]:
    """One to four lines of one to three words."""
    lines = []
    shout = rng.random() < 0.5
    for _ in range(int(rng.choice([1, 2, 2, 3, 4]))):
        words = [plain_word(rng, supply) for _ in range(int(rng.choice([1, 1, 2, 2, 3])))]
        if rng.random() < 0.12:
            words[-1] = number(rng)
        line = " ".join(words)
        lines.append(line.upper() if shout else " ".join(word[:1].upper() + word[1:] for word in words))
    return lines
