"""Truths made wrong on purpose, a little or a lot, to see whether a comparison with the picture finds it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np

from ..kinds import KINDS

TRIES = 20
GROSS = 4  # small damages that are a gross one, where nothing larger can be taken out
_LETTERS = "abcdefghkmnpqrstuvwxyzABCDEFGHKLMNPQRSTUVWXYZ"
_CLASSES = (
    _LETTERS,
    "0123456789",
    (r"\alpha", r"\beta", r"\gamma", r"\delta", r"\lambda", r"\mu", r"\pi", r"\sigma", r"\phi", r"\omega", r"\theta", r"\rho"),
    (r"\sum", r"\prod", r"\int"),
    (r"\leq", r"\geq", "=", "<", ">", r"\neq", r"\in", r"\subset", r"\sim", r"\approx"),
    ("+", "-", r"\times", r"\cdot", r"\otimes", r"\oplus"),
)
_PLACE = re.compile(r"\((-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)\)")
_NAME = re.compile(r"(?<=\{\$)[A-Za-z](?=[^{}]*\$\})")


def damaged(kind: str, text: str, rng: np.random.Generator, gross: bool) -> str | None:
    """`text`, the truth of a block of `kind`, with one thing changed, taken out or exchanged; with `gross` much. None where that fails."""
    for _ in range(TRIES):
        try:
            found = DAMAGES[kind](text, rng, gross)
        except (ValueError, IndexError, KeyError, RuntimeError):
            continue
        if found and found.strip() != text.strip():
            return found
    return None


def _formula(text: str, rng: np.random.Generator, gross: bool) -> str | None:
    from ..draw.latex import tokens
    from ..kinds.formula import normalise
    from ..kinds.formula.scores import can_be_set, same

    parts = [token.text for token in tokens(normalise(text))]
    for _ in range(GROSS if gross else 1):
        at = int(rng.choice([number for number, part in enumerate(parts) if any(part in held for held in _CLASSES)]))
        held = next(held for held in _CLASSES if parts[at] in held)
        way = rng.random()
        if way < 0.6 or gross:
            parts[at] = str(rng.choice([other for other in held if other != parts[at]]))
            if parts[at][0] == "\\" and at + 1 < len(parts) and parts[at + 1][:1].isalpha():
                parts[at] += " "
        elif way < 0.85:
            parts[at] = ""
        else:
            other = int(rng.choice([number for number, part in enumerate(parts) if part in held and part != parts[at]]))
            parts[at], parts[other] = parts[other], parts[at]
    if gross and len(parts) > 9:
        ends = [number for number, depth in enumerate(_depths(parts)) if not depth]
        first = int(rng.integers(0, len(ends) // 2 + 1))
        parts = parts[: ends[first]] + parts[ends[min(first + len(ends) // 3 + 1, len(ends) - 1)] :]
    found = "".join(part + " " if part[:1] == "\\" and part[-1:].isalpha() else part for part in parts)
    return found if can_be_set(found) and not same(found, text) else None


def _depths(parts: list[str]) -> list[int]:
    """How deep in braces, environments and fences each token stands."""
    found, depth = [], 0
    for part in parts:
        closes = part == "}" or part.startswith((r"\end", r"\right"))
        depth -= closes
        found.append(depth)
        depth += part == "{" or part.startswith((r"\begin", r"\left"))
    return found


def _table(text: str, rng: np.random.Generator, gross: bool) -> str | None:
    from ..kinds.table.reading import parse, rows, write

    table = [list(row) for row in rows(parse(text))]
    filled = [(r, c) for r, row in enumerate(table) for c, cell in enumerate(row) if cell.text]
    if gross:
        if len(table) > 3 and rng.random() < 0.7:
            del table[int(rng.integers(1, len(table)))]
            return write(table)
        column = int(rng.integers(0, min(map(len, table))))
        return write([[cell for c, cell in enumerate(row) if c != column] for row in table]) if len(table[0]) > 2 else None
    r, c = filled[int(rng.integers(len(filled)))]
    cell = table[r][c]
    if rng.random() < 0.3:
        others = [(r, d) for d in range(len(table[r])) if table[r][d].text not in (cell.text, "")]
        _, d = others[int(rng.integers(len(others)))]
        table[r][c], table[r][d] = cell._replace(text=table[r][d].text), table[r][d]._replace(text=cell.text)
    else:
        table[r][c] = cell._replace(text=_misread(cell.text, rng))
    return write(table)


def _misread(text: str, rng: np.random.Generator) -> str:
    """A word or number with another in its place, or digits changed."""
    words = text.split(" ")
    at = int(rng.integers(len(words)))
    if any(map(str.isdigit, words[at])):
        words[at] = "".join(str((int(letter) + int(rng.integers(1, 10))) % 10) if letter.isdigit() else letter for letter in words[at])
    else:
        words[at] = "".join(str(rng.choice(list("aenrtdhlumo"))) if letter.isalpha() else letter for letter in words[at])
    return " ".join(words)


def _molecule(text: str, rng: np.random.Generator, gross: bool) -> str | None:
    from rdkit import Chem, rdBase

    with rdBase.BlockLogs():
        made = Chem.RWMol(Chem.MolFromSmiles(text))
        if gross and made.GetNumAtoms() > 8:
            cut = [bond for bond in made.GetBonds() if not bond.IsInRing() and min(bond.GetBeginAtom().GetDegree(), bond.GetEndAtom().GetDegree()) > 1]
            if cut:
                bond = cut[int(rng.integers(len(cut)))]
                made.RemoveBond(bond.GetBeginAtomIdx(), bond.GetEndAtomIdx())
                kept = max(Chem.GetMolFrags(made, asMols=True), key=lambda part: part.GetNumAtoms())
                return Chem.MolToSmiles(kept) if kept.GetNumAtoms() < 0.85 * made.GetNumAtoms() else None
        for _ in range(GROSS if gross else 1):
            _chemistry(made, rng)
        Chem.SanitizeMol(made)
        found = Chem.MolToSmiles(made)
    return found if found != Chem.CanonSmiles(text) else None


def _chemistry(made, rng: np.random.Generator) -> None:
    """One atom another, a bond more or less, an atom more or less."""
    from rdkit import Chem

    way, atom = rng.random(), made.GetAtomWithIdx(int(rng.integers(made.GetNumAtoms())))
    if way < 0.45:
        atom.SetAtomicNum(int(rng.choice([number for number in (6, 7, 8, 16, 9, 17) if number != atom.GetAtomicNum()])))
    elif way < 0.65:
        bond = made.GetBondWithIdx(int(rng.integers(made.GetNumBonds())))
        if bond.GetIsAromatic():
            raise ValueError("left as it is")
        bond.SetBondType(Chem.BondType.DOUBLE if bond.GetBondType() == Chem.BondType.SINGLE else Chem.BondType.SINGLE)
    elif way < 0.85:
        made.AddBond(atom.GetIdx(), made.AddAtom(Chem.Atom(int(rng.choice([6, 8, 7])))), Chem.BondType.SINGLE)
    else:
        ends = [one.GetIdx() for one in made.GetAtoms() if one.GetDegree() == 1]
        made.RemoveAtom(ends[int(rng.integers(len(ends)))])


def _music(text: str, rng: np.random.Generator, gross: bool) -> str | None:
    from ..kinds.music.abc_writer import to_abc
    from ..kinds.music.block import read
    from ..kinds.music.score import normal

    score, _ = read(text)
    bars = list(score.bars)
    if gross and len(bars) > 2:
        del bars[int(rng.integers(len(bars)))]
        return to_abc(normal(replace(score, bars=tuple(bars))))
    for _ in range(GROSS if gross else 1):
        places = [(b, v, e) for b, bar in enumerate(bars) for v, voice in enumerate(bar.voices) for e, event in enumerate(voice) if event.pitches]
        b, v, e = places[int(rng.integers(len(places)))]
        voice = list(bars[b].voices[v])
        way, event = rng.random(), voice[e]
        if way < 0.65:
            moved = int(rng.choice([-3, -2, -1, 1, 2, 3]))
            voice[e] = replace(event, pitches=tuple(_moved(pitch, moved) for pitch in event.pitches), tie=False)
        elif way < 0.85:
            voice[e] = replace(event, length=event.length * 2 if rng.random() < 0.5 else event.length / 2)
        else:
            del voice[e]
        bars[b] = replace(bars[b], voices=(*bars[b].voices[:v], tuple(voice), *bars[b].voices[v + 1 :]))
    return to_abc(replace(score, bars=tuple(bars)))


def _moved(pitch, steps: int):
    """A pitch so many steps of the staff higher."""
    from ..kinds.music.score import STEPS

    height = pitch.height + steps
    return pitch._replace(step=STEPS[height % 7], octave=height // 7)


def _chart(text: str, rng: np.random.Generator, gross: bool) -> str | None:
    from ..kinds.chart.writing import write

    data = json.loads(json.dumps(dict(KINDS["chart"].parse(text).data)))
    series = data["series"]
    names = list(series)
    if gross:
        for name in names:
            values = series[name]
            if isinstance(values, dict):
                kept = rng.permutation(list(values.values())).tolist()
                series[name] = dict(zip(values, kept, strict=True))
                if len(values) > 2:
                    del series[name][list(values)[int(rng.integers(len(values)))]]
            else:
                series[name] = [[x, y] for (x, _), (_, y) in zip(values, rng.permutation(values).tolist(), strict=True)]
        return write(data)[0]
    values = series[names[int(rng.integers(len(names)))]]
    if isinstance(values, list):
        pair = values[int(rng.integers(len(values)))]
        span = float(np.ptp([y for _, y in values])) or 1.0
        pair[1] = round(pair[1] + float(rng.choice([-1, 1])) * span * float(rng.uniform(0.3, 0.6)), 3)
        return write(data)[0]
    keys, way = list(values), rng.random()
    key = keys[int(rng.integers(len(keys)))]
    if way < 0.5:
        factor = float(rng.uniform(1.3, 1.8) if rng.random() < 0.5 else rng.uniform(0.4, 0.75))
        values[key] = round(values[key] * factor, 1) if values[key] % 1 else round(values[key] * factor)
    elif way < 0.75:
        other = keys[int(rng.integers(len(keys)))]
        values[key], values[other] = values[other], values[key]
    else:
        word = _misread(key, rng)
        for name in names:
            series[name] = {word if old == key else old: value for old, value in series[name].items()}
    return write(data)[0]


def _geometry(text: str, rng: np.random.Generator, gross: bool) -> str | None:
    commands = [part.strip() + ";" for part in text.split(";") if part.strip()]
    for number in range(GROSS if gross else 1):
        at, way = int(rng.integers(len(commands))), rng.random()
        if (gross and number < len(commands) / 3 or way < 0.3) and len(commands) > 2:
            del commands[at]
        elif way < 0.55 and (names := [n for n, part in enumerate(commands) if _NAME.search(part)]):
            at = names[int(rng.integers(len(names)))]
            commands[at] = _NAME.sub(lambda found: str(rng.choice([one for one in _LETTERS if one != found[0]])), commands[at], count=1)
        else:
            places = list(_PLACE.finditer(commands[at]))
            place = places[int(rng.integers(len(places)))]
            x, y = (float(value) + float(rng.choice([-1, 1])) * float(rng.uniform(0.8, 2.5)) for value in place.groups())
            commands[at] = f"{commands[at][: place.start()]}({x:.1f},{y:.1f}){commands[at][place.end() :]}"
    return "\n".join(commands)


DAMAGES: dict[str, Callable[[str, np.random.Generator, bool], str | None]] = {
    "formula": _formula, "table": _table, "molecule": _molecule, "music": _music, "chart": _chart, "geometry": _geometry,
}  # fmt: skip
