"""Put around the notes of a score what stands there in print: slurs, ties, ornaments, dynamics, words, chord symbols, names."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from .accidentals import spelled
from .rhythm import chance, pick
from .score import Event, Pitch, Score, Voice, key_alter, normal, replace

if TYPE_CHECKING:
    import numpy as np

    from ...draw.supply import Supply

F = Fraction
TEMPI = (
    (
        "Allegro Andante Adagio Moderato Presto Vivace Largo Lento Allegretto Andantino Maestoso Grave Lively Slowly Tempo-di-valse "
        "Langsam Lebhaft Mäßig Ruhig Allegro-moderato Allegro-con-brio Con-moto Not-too-fast March Swing Dolce Cantabile"
    )
    .replace("ß", "ss")
    .split()
)
NAMES = "Violin Flute Voice Piano Guitar Cello Oboe Trumpet Horn Viola Organ Melody Clarinet Recorder Soprano Tenor".split()
CHORD_ROOTS = "A B C D E F G Bb Eb Ab F# C#".split()
CHORD_KINDS = (
    ("", 8),
    ("m", 5),
    ("7", 5),
    ("m7", 2),
    ("maj7", 1),
    ("dim", 0.6),
    ("sus4", 0.6),
    ("6", 0.5),
    ("/G", 0.3),
    ("9", 0.3),
    ("+", 0.2),
)


@dataclass(frozen=True)
class _Habits:
    """How often things stand at a note of this score."""

    slur: float
    tie: float
    staccato: float
    mark: float
    ornament: float
    grace: float
    dynamic: float
    fermata: float


def dress(rng: np.random.Generator, score: Score, supply: Supply) -> Score:
    """The score with more around its notes; each piece has habits of its own, many have hardly any."""
    bare = chance(rng, 0.25)
    habits = _Habits(
        *(
            0.0 if bare or chance(rng, 0.5) else float(rng.uniform(0, most))
            for most in (0.3, 0.12, 0.3, 0.12, 0.06, 0.06, 0.05, 0.04)
        )
    )
    lyrics = chance(rng, 0.22)
    chords = chance(rng, 0.14)
    voices = list(zip(*(bar.voices for bar in score.bars), strict=True))  # of each voice its bars
    done = []
    for voice, bars in enumerate(voices):
        staff, layer = score.places[voice]
        part = _dressed(rng, list(bars), habits, layer == 0 and score.staves[staff].voices == 1)
        if habits.dynamic and layer == 0:
            part = _hairpins(rng, part)
        if chance(rng, 0.03 if score.staves[staff].voices == 1 else 0) and score.staves[staff].clef in (
            "bass",
            "treble",
            "tenor",
        ):
            part = _clef_change(rng, part, score.staves[staff].clef)
        sung = layer == 0 and (staff == 0 if score.group == "{" or len(score.staves) < 3 else chance(rng, 0.8))
        if lyrics and sung:
            part = _words(rng, part, supply)
        if chords and voice == 0:
            part = [_chords(rng, events) for events in part]
        done.append(part)
    bars = tuple(replace(bar, voices=parts) for bar, parts in zip(score.bars, zip(*done, strict=True), strict=True))
    score = _key_change(rng, replace(score, bars=bars))
    if chance(rng, 0.08):
        score = _tempo(rng, score)
    if len(score.staves) <= 2 and chance(rng, 0.06):
        score = replace(
            score,
            staves=(replace(score.staves[0], name=str(rng.choice(NAMES))), *score.staves[1:])
            if len(score.staves) == 1
            else score.staves,
        )
    return spelled(normal(score), careful=True)


def _dressed(rng: np.random.Generator, bars: list[Voice], habits: _Habits, free: bool) -> list[Voice]:
    """Slurs, ties, articulations, ornaments and dynamics of one voice."""
    open_slur, left, done = False, 0, []
    count = sum(len(events) for events in bars)
    at = 0
    for number in range(len(bars)):
        voice = []
        for place in range(len(bars[number])):
            events = bars[number]
            event = events[place]
            at += 1
            after = (
                events[place + 1]
                if place + 1 < len(events)
                else (bars[number + 1][0] if number + 1 < len(bars) and bars[number + 1] else None)
            )
            if event.pitches:
                crossing = place + 1 == len(events)
                event = _marked(rng, event, habits, free)
                if (
                    after
                    and after.pitches
                    and chance(rng, habits.tie)
                    and not (crossing and _altered(event))
                    and event.tuplet == after.tuplet == (1, 1)
                ):
                    event = replace(event, tie=True)
            opens = closes = 0
            if open_slur:
                left -= 1
                stuck = after is None or not after.pitches or at == count
                if event.pitches and (left <= 0 or stuck):
                    closes, open_slur = 1, False
            elif event.pitches and after and after.pitches and at < count and chance(rng, habits.slur):
                opens, open_slur, left = 1, True, int(rng.integers(1, 7))
            voice.append(replace(event, slurs=(event.slurs[0] + opens, event.slurs[1] + closes)) if opens or closes else event)
            if event.tie:
                bars = _tied(bars, number, place, event)
        done.append(tuple(voice))
    return done


def _altered(event: Event) -> bool:
    return any(pitch.alter for pitch in event.pitches)


def _tied(bars: list[Voice], number: int, place: int, event: Event) -> list[Voice]:
    """Give the next event the pitches of the tied one."""
    if place + 1 < len(bars[number]):
        events = list(bars[number])
        events[place + 1] = replace(events[place + 1], pitches=tuple(pitch._replace(sign="") for pitch in event.pitches))
        return [*bars[:number], tuple(events), *bars[number + 1 :]]
    if number + 1 < len(bars) and bars[number + 1]:
        events = list(bars[number + 1])
        events[0] = replace(events[0], pitches=tuple(pitch._replace(sign="") for pitch in event.pitches))
        return [*bars[: number + 1], tuple(events), *bars[number + 2 :]]
    return bars


def _marked(rng: np.random.Generator, event: Event, habits: _Habits, free: bool) -> Event:
    marks = list(event.marks)
    short = event.length <= F(1, 4)
    if short and chance(rng, habits.staccato):
        marks.append("staccato")
    elif chance(rng, habits.mark):
        marks.append(pick(rng, (("accent", 5), ("tenuto", 3), ("marcato", 1), ("upbow", 0.5), ("downbow", 0.5))))
    if free and chance(rng, habits.ornament):
        marks.append(pick(rng, (("trill", 5), ("mordent", 1.5), ("prall", 2), ("turn", 1.5))))
    if chance(rng, habits.fermata * (2 if event.length >= F(1, 2) else 0.5)):
        marks.append("fermata")
    event = replace(event, marks=tuple(marks)) if marks else event
    if free and chance(rng, habits.grace) and event.tuplet == (1, 1):
        top = event.pitches[-1]
        heights = top.height + rng.integers(-2, 3, int(pick(rng, ((1, 8), (2, 1.5), (3, 0.5)))))
        notes = tuple(Pitch("CDEFGAB"[int(h) % 7], int(h) // 7) for h in heights if int(h) != top.height)
        event = replace(event, grace=notes, slash=len(notes) == 1 and chance(rng, 0.5))
    if free and chance(rng, habits.dynamic):
        event = replace(
            event,
            dynamic=pick(
                rng,
                (
                    ("p", 6),
                    ("f", 6),
                    ("mf", 5),
                    ("mp", 3),
                    ("pp", 2),
                    ("ff", 2),
                    ("sfz", 1),
                    ("ppp", 0.3),
                    ("fff", 0.3),
                    ("fp", 0.3),
                ),
            ),
        )
    return event


def _hairpins(rng: np.random.Generator, bars: list[Voice]) -> list[Voice]:
    """At most one swell a bar, over at least two notes."""
    done = []
    for events in bars:
        sounding = [place for place, event in enumerate(events) if event.pitches]
        if len(sounding) > 1 and chance(rng, 0.12):
            first, last = sorted(int(place) for place in rng.choice(sounding, 2, replace=False))
            mark = pick(rng, (("<", 1), (">", 1)))
            voice = list(events)
            voice[first] = replace(voice[first], hairpins=(f"{mark}(",))
            voice[last] = replace(voice[last], hairpins=(f"{mark})",))
            events = tuple(voice)
        done.append(events)
    return done


def _clef_change(rng: np.random.Generator, bars: list[Voice], clef: str) -> list[Voice]:
    """To another clef somewhere; the notes move to where they are easily read."""
    new = {"bass": "treble" if chance(rng, 0.7) else "tenor", "treble": "bass", "tenor": "bass"}[clef]
    number = int(rng.integers(len(bars)))
    place = int(rng.integers(len(bars[number])))
    if (number, place) == (0, 0) or bars[number][place].form in ("bar", "gap"):
        return bars
    octaves = {("bass", "treble"): 1, ("treble", "bass"): -2, ("tenor", "bass"): -1, ("bass", "tenor"): 0}[clef, new]

    def moved(event: Event) -> Event:
        return replace(event, pitches=tuple(p._replace(octave=p.octave + octaves) for p in event.pitches), grace=())

    done = [*bars[:number]]
    for index, events in enumerate(bars[number:]):
        start = place if index == 0 else 0
        voice = [*events[:start], *map(moved, events[start:])]
        if index == 0:
            voice[place] = replace(voice[place], clef=new)
            if place and voice[place - 1].tie:
                voice[place - 1] = replace(voice[place - 1], tie=False)
        done.append(tuple(voice))
    if place == 0 and done[number - 1][-1].tie:
        done[number - 1] = (*done[number - 1][:-1], replace(done[number - 1][-1], tie=False))
    return done


def _words(rng: np.random.Generator, bars: list[Voice], supply: Supply) -> list[Voice]:
    """One to three verses, a syllable a note; a slurred or tied note holds the one before."""
    verses = int(pick(rng, ((1, 7), (2, 2), (3, 1))))
    numbered = verses > 1 and chance(rng, 0.6)
    texts = []
    for verse in range(verses):
        syllables = _syllables(rng, supply, 3 * sum(len(events) for events in bars))
        if numbered and syllables:
            syllables[0] = f"{verse + 1}. {syllables[0]}"
        texts.append(iter(syllables))
    held, lined = False, chance(rng, 0.5)
    done: list[Voice] = []
    for events in bars:
        voice: list[Event] = []
        for event in events:
            if not event.pitches:
                voice.append(event)
                continue
            words = ("_",) * verses if held and done + voice else tuple(next(text, "") for text in texts)
            held = (event.tie or event.slurs[0] > 0 or held) and not event.slurs[1]
            if not lined or (words[0] == "_" and not _singing([*done, tuple(voice)])):
                words = tuple("" if word == "_" else word for word in words)
            voice.append(replace(event, words=words if any(words) else ()))
        done.append(tuple(voice))
    return done


def _singing(bars: list[Voice]) -> bool:
    """The last note so far ends its word, or holds it."""
    last = next((event for events in reversed(bars) for event in reversed(events) if event.pitches), None)
    return last is not None and bool(last.words) and all(word and not word.endswith("-") for word in last.words)


def _syllables(rng: np.random.Generator, supply: Supply, length: int) -> list[str]:
    done = []
    for word in supply.corpus.passage(rng, max(length, 30)).split():
        if len(word) > 14 or not word.rstrip(",.;!?").replace("'", "").isalpha():
            continue
        done += split_word(word)
    return done


def split_word(word: str) -> list[str]:
    """About the syllables of a word: before the last consonant in front of each vowel but the first."""
    vowels = "aeiouyäöüáéíóúàèâêôAEIOUYÄÖÜ"
    cuts, seen = [], False
    for place, letter in enumerate(word):
        vowel = letter in vowels and not (place and word[place - 1] in vowels)
        if (
            vowel
            and seen
            and any(other in vowels for other in word[place - 1 :])
            and not (place == len(word) - 1 and letter == "e")
        ):
            cut = place - 1 if word[place - 1].isalpha() and word[place - 1] not in vowels else place
            if cut > 1 and len(word.rstrip(",.;!?'")) - cut > 1:
                cuts.append(cut)
        seen = seen or vowel
    parts = [word[start:end] for start, end in zip([0, *cuts], [*cuts, len(word)], strict=True)]
    return [*(f"{part}-" for part in parts[:-1]), parts[-1]]


def _chords(rng: np.random.Generator, events: Voice) -> Voice:
    """A chord symbol at the first note of a bar, and sometimes at another."""
    return tuple(
        replace(event, chord=str(rng.choice(CHORD_ROOTS)) + pick(rng, CHORD_KINDS))
        if event.pitches and not event.chord and chance(rng, 0.75 if place == 0 else 0.12)
        else event
        for place, event in enumerate(events)
    )


def _key_change(rng: np.random.Generator, score: Score) -> Score:
    """Now and then to a neighbouring key at a bar line."""
    if len(score.bars) < 3 or not chance(rng, 0.04):
        return score
    number = int(rng.integers(1, len(score.bars)))
    key = score.key + int(rng.choice((-3, -1, 1, 2)))
    if not -6 <= key <= 6 or any(voice[-1].tie for voice in score.bars[number - 1].voices if voice):
        return score

    def turned(pitch: Pitch) -> Pitch:
        return pitch._replace(alter=key_alter(pitch.step, key), sign="")

    bars = list(score.bars)
    for index in range(number, len(bars)):
        voices = tuple(tuple(replace(e, pitches=tuple(map(turned, e.pitches))) for e in voice) for voice in bars[index].voices)
        bars[index] = replace(bars[index], voices=voices)
    bars[number] = replace(bars[number], key=key)
    if bars[number - 1].right == "|" and chance(rng, 0.7):
        bars[number - 1] = replace(bars[number - 1], right="||")
    return replace(score, bars=tuple(bars))


def _tempo(rng: np.random.Generator, score: Score) -> Score:
    words = str(rng.choice(TEMPI)).replace("-", " ") if chance(rng, 0.8) else ""
    beat = None
    if not words or chance(rng, 0.3):
        beat = pick(rng, ((F(1, 4), 7), (F(1, 2), 1), (F(3, 8), 2))), int(rng.integers(40, 200))
    return replace(score, tempo=words, beat=beat)


def titled(rng: np.random.Generator, score: Score, supply: Supply) -> Score:
    """With a title, and often who wrote it."""
    words = [word for word in supply.corpus.passage(rng, 60).split() if word.isalpha()][: int(rng.integers(1, 6))]
    title = " ".join(words).title() if chance(rng, 0.7) else " ".join(words).capitalize()
    names = [supply.corpus.word(rng).strip(".,;:!?()\"'").capitalize() for _ in range(2)]
    composer = " ".join(name for name in names if name.isalpha()) if chance(rng, 0.5) else ""
    return replace(score, title=score.title or title, composer=composer)
