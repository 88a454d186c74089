r"""What may be written of a figure: the TikZ of `tikz`, a command a line, spelled and spaced as it is written there.

Numbers have at most three digits before the point and one behind it, angles are whole; options keep their order. Each path
draws something behind each move. In labels `$` come in pairs, braces nest one deep, as they are read, a character has at most
one index and one exponent, and any `\command` may stand. What cannot be said here: that a figure is 10 wide, its commands in
order, and nothing drawn twice.
"""

from __future__ import annotations

from .tikz import COLOURS

GRAMMAR = r"""
figure ::= command ("\n" command)*
command ::= (("\\draw" | "\\fill") options " " (path | curve) | "\\node at " point " {" label "}") ";"
options ::= ("[" (thick | dashed | arrowed | colour) "]")?
thick ::= "thick" ("," dash)? ("," arrow)? ("," colour)?
dashed ::= dash ("," arrow)? ("," colour)?
arrowed ::= arrow ("," colour)?
dash ::= "d" ("ashed" | "otted")
arrow ::= "->" | "<-" ">"?
colour ::= name "!30"?
path ::= point (move? step)+ " -- cycle"?
curve ::= "plot[smooth] coordinates {" point (" " point)+ "}"
# a move alone draws nothing
move ::= " ++" polar
step ::= " -- " (point | "++" polar) | (" rectangle " | " sin " | " cos ") point | round | grid | parabola
round ::= " circle (" ("2pt" | length) ")" | " ellipse (" both ")" | " arc (" angle ":" angle ":" (length | both) ")"
both ::= length " and " length
grid ::= " grid[step=" length "] " point
parabola ::= " parabola bend " point " " point
point ::= "(" number "," number ")"
polar ::= "(" angle ":" length ")"
number ::= "-"? length
angle ::= "-"? whole
length ::= whole ("." [0-9])?
whole ::= "0" | [1-9] ([0-9] [0-9]?)?
# text and formulas
label ::= (letter | space | word | "$" (scripts term* | term+) "$")+
term ::= (letter | word | group) scripts? | space
scripts ::= index exponent? | exponent index?
index ::= "_" script
exponent ::= "^" script
script ::= letter | word | group
# no braces within braces
group ::= "{" (letter | space | word | [_^] (letter | word))+ "}"
word ::= "\\" ([A-Za-z]+ | [%$&#_,;:! ])
# what TeX takes for none of its own signs
letter ::= [^{}$\\_^%#& \n\t]
space ::= " "
name ::= """ + " | ".join(f'"{name}"' for name in sorted(COLOURS - {"black"}))
