"""What may stand in a SMILES: the grammar that is followed while a molecule is written (`decode.grammar`; opensmiles.org).

It allows: atoms, those in brackets whole and with a known element; branches that close and hold atoms; a bond only where an
atom or a ring digit follows; parts joined by a dot outside of branches; nothing bound to a fluorine that has its bond.

It cannot say: that a ring digit which opens a ring comes a second time to close it (digits are free behind any atom, and a
text that is broken off may leave rings open), nor how many bonds an atom has, nor what is aromatic. Reaction arrows and
queries (SMARTS) are not allowed.
"""

from __future__ import annotations

GRAMMAR = r"""
molecule ::= part ("." part)*
part ::= atom rest | "F" (bond? next)?

# What follows an atom: ring digits, branches, and the next atom; behind fluorine nothing.
rest ::= | bond? ring rest | branch rest | bond? next
next ::= atom rest | "F"
branch ::= "(" bond? next ")"
bond ::= [-=#$:/\\]
ring ::= [0-9] | "%" [1-9] [0-9]

# Atoms that need no brackets; then isotope, element, turn, hydrogens, charge and class of those in brackets.
atom ::= "C" "l"? | "B" "r"? | [NOPSI] | [bcnops] | "*" | "[" isotope? element turn? hydrogens? charge? class? "]"
isotope ::= [1-9] ([0-9] [0-9]?)?
turn ::= "@" "@"?
hydrogens ::= "H" [1-9]?
charge ::= "+" (sized | "+" "+"?)? | "-" (sized | "-" "-"?)?
sized ::= [1-9] [0-9]?
class ::= ":" [0-9] ([0-9] ([0-9] [0-9]?)?)?

# The elements by their first letter; small ones are aromatic.
element ::= "A" [cglmrstu] | "B" [aeikr]? | "C" [adeflmorsu]? | "D" "y" | "E" [rsu] | "F" [emr]? | "G" [ade] | "H" [efgo]?
  | "I" [nr]? | "K" "r"? | "L" [airu] | "M" [dgno] | "N" [abdeiop]? | "O" "s"? | "P" [abdmortu]? | "R" [abehnu]
  | "S" [bceimnr]? | "T" [abcehilm] | "U" | "V" | "W" | "X" "e" | "Y" "b"? | "Z" [nr] | "*"
  | "a" "s" | "b" | "c" | "n" | "o" | "p" | "s" [ei]? | "t" "e"
"""
