"""Standard MIDI files: a file for each piece of sheet music, as it sounds when it is played from the page.

Type 1: a track with tempo, metres and keys, then a track and a channel a voice, all on the piano that a player takes unless told
otherwise. Notes last exactly as long as written; repeats are played, first and second endings too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from math import lcm

from ..kinds.music.playing import Sound, order, sounds
from ..kinds.music.score import LETTERED, Score
from ..schema import Leaf
from .format import Format
from .musicxml import scores

TICKS = 480  # of a quarter, or a multiple so that each time is whole
MOST_TICKS = 32_767
FINE = 20_160  # ticks where no number in bounds divides all times: these are rounded then
RATE = 120  # quarters a minute where none is printed
CHANNELS = (0, 1, 2, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14, 15)  # without the drums'
_TEXT, _NAME, _END, _TEMPO, _METRE, _KEY = 0x01, 0x03, 0x2F, 0x51, 0x58, 0x59
Timed = list[tuple[int, int, bytes]]  # tick, rank among those of one tick, message


def to_midi(score: Score) -> bytes:
    """The score as a file. Keys beyond the 128 of MIDI are left out."""
    bars = order(score)
    voices = [sounds(score, voice, bars) for voice in range(len(score.places))]
    end = sum((score.bars[number].time for number in bars), Fraction(0))
    ticks = _ticks(score, voices)
    tracks = [_conductor(score, bars, ticks)]
    for voice, (staff, _) in enumerate(score.places):
        name = [(0, 0, _meta(_NAME, score.staves[staff].name.encode("utf-8", "replace")))] if score.staves[staff].name else []
        tracks.append(name + _notes(voices[voice], CHANNELS[voice % len(CHANNELS)], ticks))
    head = b"MThd" + (6).to_bytes(4, "big") + b"".join(n.to_bytes(2, "big") for n in (1, len(tracks), ticks))
    return head + b"".join(_track(track, _tick(end, ticks)) for track in tracks)


def _ticks(score: Score, voices: Sequence[Sequence[Sound]]) -> int:
    """Ticks of a quarter."""
    needed = TICKS
    times = {time.denominator for voice in voices for sound in voice for time in (4 * sound.onset, 4 * sound.length)}
    for denominator in times | {(4 * bar.time).denominator for bar in score.bars}:
        needed = lcm(needed, denominator)
        if needed > MOST_TICKS:
            return FINE
    return needed


def _tick(time: Fraction, ticks: int) -> int:
    return round(time * 4 * ticks)


def _conductor(score: Score, bars: Sequence[int], ticks: int) -> Timed:
    done: Timed = []
    for kind, text in ((_NAME, score.title), (_TEXT, score.composer), (_TEXT, score.tempo)):
        if text:
            done.append((0, 0, _meta(kind, text.encode("utf-8", "replace"))))
    value, rate = score.beat if score.beat and score.beat[0] * score.beat[1] > 0 else (Fraction(1, 4), RATE)
    done.append((0, 0, _meta(_TEMPO, min(max(round(60_000_000 / (value * 4 * rate)), 1), 0xFFFFFF).to_bytes(3, "big"))))
    at, keys, said = Fraction(0), _keys(score), (None, "")
    for number in bars:
        now = keys[number], score.meters[number]
        if now[0] != said[0]:
            done.append((_tick(at, ticks), 0, _meta(_KEY, now[0].to_bytes(1, "big", signed=True) + b"\0")))
        if now[1] != said[1]:
            done += [(_tick(at, ticks), 0, message) for message in _metre(now[1])]
        at, said = at + score.bars[number].time, now
    return done


def _keys(score: Score) -> list[int]:
    """The sharps of the key that holds in each bar."""
    found, key = [], score.key
    for bar in score.bars:
        key = key if bar.key is None else bar.key
        found.append(key)
    return found


def _metre(meter: str) -> list[bytes]:
    """None for a metre that MIDI cannot say: its lower number is a power of two."""
    above, _, below = LETTERED.get(meter, meter).partition("/")
    if not above.isdecimal() or not below.isdecimal() or not 0 < int(above) < 256 or int(below).bit_count() != 1:
        return []
    return [_meta(_METRE, bytes([int(above), int(below).bit_length() - 1, 24, 8]))]


def _notes(heard: Sequence[Sound], channel: int, ticks: int) -> Timed:
    done: Timed = []
    for sound in heard:
        if 0 <= sound.key < 128:
            on, off = _tick(sound.onset, ticks), _tick(sound.onset + sound.length, ticks)
            done.append((on, 2, bytes([0x90 | channel, sound.key, sound.loud])))
            done.append((max(off, on + 1), 1, bytes([0x80 | channel, sound.key, 0])))  # before what begins then
    return done


def _track(messages: Timed, end: int) -> bytes:
    body, at = bytearray(), 0
    messages = sorted(messages)
    end = max([end, *(tick for tick, _, _ in messages[-1:])])
    for tick, _, message in [*messages, (end, 3, _meta(_END, b""))]:
        body += _variable(tick - at) + message
        at = tick
    return b"MTrk" + len(body).to_bytes(4, "big") + body


def _meta(kind: int, data: bytes) -> bytes:
    return bytes([0xFF, kind]) + _variable(len(data)) + data


def _variable(number: int) -> bytes:
    """Seven bits a byte, the highest first; all but the last have the eighth bit set; four bytes at most."""
    number = min(number, 0x0FFFFFFF)
    done = [number & 0x7F]
    while number := number >> 7:
        done.append(number & 0x7F | 0x80)
    return bytes(reversed(done))


def files(leaves: Iterable[Leaf], source: str, model: str) -> Iterator[tuple[str, bytes]]:
    for leaf in leaves:
        for name, score in scores(leaf):
            yield f"{name}{FORMAT.suffix}", to_midi(score)


FORMAT = Format(
    "midi",
    ".mid",
    "audio/midi",
    files=files,
    binary=True,
    drops="everything else than sheet music of which notes could be read; its lyrics, and how it is printed",
)
