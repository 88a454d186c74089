"""What may be written of a chart: one line of JSON with the keys, types and numbers of `writing`, in its order and spacing.

Points belong to scatter charts, named values to all others; there is at least one of them, and texts are not empty. That no
name comes twice cannot be said here; `reading` keeps the last. Numbers are in full: no exponent, no separators, no unit.
"""

from __future__ import annotations

from .reading import TYPES

GRAMMAR = (
    r"""
chart ::= "{\"type\": \"" (valued | scattered) note? source? "}"
valued ::= sort "\"" heads values
scattered ::= "scatter\"" heads points
heads ::= title? subtitle? x? y? unit? ", \"series\": "
title ::= ", \"title\": " text
subtitle ::= ", \"subtitle\": " text
x ::= ", \"x\": " text
y ::= ", \"y\": " text
unit ::= ", \"unit\": " text
note ::= ", \"note\": " text
source ::= ", \"source\": " text
# either one series without a name, or each with its own
values ::= bars | "{" named-bars (", " named-bars)* "}"
named-bars ::= name ": " bars
bars ::= "{" bar (", " bar)* "}"
bar ::= text ": " number
points ::= pairs | "{" named-pairs (", " named-pairs)* "}"
named-pairs ::= name ": " pairs
pairs ::= "[" pair (", " pair)* "]"
pair ::= "[" number ", " number "]"
# JSON's, of which control characters stand as they are written by json.dumps
text ::= "\"" letter+ "\""
name ::= "\"" letter* "\""
letter ::= [^"\\\n\t] | "\\" (["\\/nt] | "u00" [01] [0-9a-f])
number ::= "-"? ("0" | [1-9] [0-9]*) ("." [0-9]+)?
sort ::= """
    + " | ".join(f'"{name}"' for name in TYPES if name != "scatter")
)
