"""What may stand in sheet music: the grammar of our ABC that is followed while it is written (`decode.grammar`).

It allows: the header in our order (`X:`, then `T:`, `C:`, `L:`, `Q:`, `M:`, `%%score`, other fields, `K:`); lines of music,
each with its lyrics (`w:`) and, of several voices, its `V:` in front; bars that hold notes, or the rest of a whole bar, with a
change of key or metre only at their start; notes, chords and rests of the lengths that can be printed where `L:` is 1/8, with all
that is written around them as `abc_writer` does: clefs, tuplets, chord symbols, dynamics, slurs, grace notes, marks, ties.

It cannot say: that bars are full and voices equally long, that a tuplet has its notes within a bar, that a line has as many
notes as syllables, that slurs and hairpins close (they may in another line), which voices there are, or how many notes a chord
has. Broken rhythm, overlays and remarks are not allowed.
"""

from __future__ import annotations

from ..choice import one_of
from .abc_writer import MARK_SIGNS
from .score import DYNAMICS

_SIGNS = (
    *(sign.strip("!") for sign in MARK_SIGNS.values() if len(sign) > 1),
    *DYNAMICS, *("<(", "<)", ">(", ">)", "crescendo(", "crescendo)", "diminuendo(", "diminuendo)", "staccato"),
)  # fmt: skip

_RULES = r"""
tune ::= "X:" number title* other* unit tempo? meter? other* score? "\nK:" key clef? lines

# The header.
title ::= "\n" [TC] ":" words
other ::= "\n" [BDFGHNORSZ] ":" words
unit ::= "\nL:1/" ("8" | "4" | "16" | "1" | "2" | "32")
tempo ::= "\nQ:" (quoted (" " beat)? | beat)
beat ::= number "/" number "=" number
meter ::= "\nM:" time
time ::= "C" "|"? | [1-9] [0-9]? "/" power
power ::= [1248] | "16" | "32" | "64"
score ::= "\n%%score " ("{" staves "}" | "[" staves "]" | staves)
staves ::= staff (" " ("| ")? staff)*
staff ::= number | "(" number (" " number)+ ")"
key ::= [CF] "#"? | [GDAEB] "b"? | "Cb" | [CDEFGAB] "m" | [FCGDA] "#m" | [EAB] "bm" | [CDEFGAB] mode
mode ::= "dor" | "phr" | "lyd" | "mix"
clef ::= " clef=" clef-name
clef-name ::= "treble" "-8"? | "bass" | "alto" | "tenor"
number ::= [1-9] [0-9]*
words ::= [^\n]+
quoted ::= "\"" [^"\n%]+ "\""

# Lines: a voice, its music, its lyrics.
lines ::= ("\n" voice? music ("\nw:" words)*)+
voice ::= "V:" number clef? (" name=\"" [^"\n%]* "\"")? "\n"

# A line of music: bars, the first with an ending's number or an opening repeat in front, the last one with its line or without.
# A blank stands before a colon: a letter and a colon at the start of a line would be a field.
music ::= ("|:" ending? " "? | "[" ending " "?)? bars
bars ::= bar (bar-line (ending? " "? bars)?)?
bar-line ::= " "? "|" [|\]:]? | " " (":|" | "::")
ending ::= [1-9]
bar ::= change* (event (" "? event)* | before "Z" number? ")"*)
change ::= "[" ("K:" key | "M:" time) "]" " "?
event ::= before body ")"*

# What stands before a note or a rest, and those.
before ::= ("[K:clef=" clef-name "]" | tuplet | quoted | "!" sign "!" | "(" | grace | [.~uvTHLMP])*
tuplet ::= "(" [2-9] (":" [1-9] (":" number)?)?
grace ::= "{" "/"? note+ "}"
body ::= (note | "[" note+ "]") length? "-"? | [zx] length?
note ::= ("^" "^"? | "_" "_"? | "=")? ([A-G] ","* | [a-g] "'"*)
# In eighths, with none, one or two dots.
length ::= "2" ("4" | "8")? | "4" | "8" | "1" [246] | "/" [248]? | "6"
  | "3" ("/" ([248] | "16")?)? | "7" ("/" ([248] | "16" | "32")?)?
"""

GRAMMAR = f"{_RULES}\nsign ::= {one_of(dict.fromkeys(_SIGNS, ''))}\n"
