"""Accidentals: what pitches the printed ones mean, and which must be printed for the pitches."""

from __future__ import annotations


from .score import ALTERS, SIGNS, Pitch, Score, in_time, key_alter, replace


class _Accidentals:
    """What a bar's accidentals say of a step: by the law (same octave, the whole staff), and as others may read it."""

    def __init__(self, sharps: int) -> None:
        self._sharps, self._said = sharps, {}

    def _readings(self, pitch: Pitch, staff: int, voice: int) -> tuple[tuple, ...]:
        step, octave = pitch.step, pitch.octave
        return (staff, step, octave), (staff, voice, step, octave), (staff, "any", step), (staff, voice, "any", step)

    def law(self, pitch: Pitch, staff: int, voice: int) -> int:
        return self._said.get(self._readings(pitch, staff, voice)[0], key_alter(pitch.step, self._sharps))

    def sure(self, pitch: Pitch, staff: int, voice: int) -> bool:
        """Every reader takes the pitch for what it is, without an accidental."""
        usual = key_alter(pitch.step, self._sharps)
        return all(self._said.get(reading, usual) == pitch.alter for reading in self._readings(pitch, staff, voice))

    def say(self, pitch: Pitch, staff: int, voice: int) -> None:
        for reading in self._readings(pitch, staff, voice):
            self._said[reading] = pitch.alter


def sounded(score: Score) -> Score:
    """The score with `alter` of each pitch as its printed accidentals, the key and ties across bar lines say."""
    return _through(score, _sound)


def spelled(score: Score, careful: bool = False) -> Score:
    """The score with the accidentals that its pitches need, beside those that are printed anyway.

    `careful` prints one too where some would misread it: in another octave or voice than the last one of that step.
    """
    return _through(score, _spell_carefully if careful else _spell)


def _sound(pitch: Pitch, said: _Accidentals, staff: int, voice: int) -> Pitch:
    return pitch._replace(alter=ALTERS[pitch.sign] if pitch.sign else said.law(pitch, staff, voice))


def _spell(pitch: Pitch, said: _Accidentals, staff: int, voice: int) -> Pitch:
    needed = pitch.sign or said.law(pitch, staff, voice) != pitch.alter
    return pitch._replace(sign=SIGNS[pitch.alter] if needed else "")


def _spell_carefully(pitch: Pitch, said: _Accidentals, staff: int, voice: int) -> Pitch:
    return pitch._replace(sign=SIGNS[pitch.alter] if pitch.sign or not said.sure(pitch, staff, voice) else "")


def _through(score: Score, turn) -> Score:
    sharps, bars = score.key, []
    tied: dict[int, tuple[Pitch, ...]] = {}
    for bar in score.bars:
        sharps = sharps if bar.key is None else bar.key
        said = _Accidentals(sharps)
        voices = [list(events) for events in bar.voices]
        for voice, number, event in in_time(bar):
            staff, _ = score.places[voice]
            held = tied.pop(voice, ()) if number == 0 else ()
            done = {}
            for name in ("grace", "pitches") if event.grace else ("pitches",) if event.pitches else ():
                turned = []
                for pitch in getattr(event, name):
                    before = next((one for one in held if one[:2] == pitch[:2]), None) if name == "pitches" else None
                    if before and not pitch.sign and (turn is _sound or before.alter == pitch.alter):
                        turned.append(pitch._replace(alter=before.alter))
                        continue
                    pitch = turn(pitch, said, staff, voice)
                    if pitch.sign:
                        said.say(pitch, staff, voice)
                    turned.append(pitch)
                done[name] = tuple(turned)
            if any(getattr(event, name) != pitches for name, pitches in done.items()):
                voices[voice][number] = event = replace(event, **done)
            if event.tie and number == len(voices[voice]) - 1:
                tied[voice] = event.pitches
        bars.append(replace(bar, voices=tuple(map(tuple, voices))))
    return replace(score, bars=tuple(bars))
