"""What may be written of a table, from `<table>` to `</table>`: rows of cells with spans, as in `truth`, and no other tag.

Text is free but for `<`; of `&` it has what `truth` writes, so that no half of an escape stays behind. A formula between `$` is
text like any other. That all rows are equally wide cannot be said here: `reading.check` counts.
"""

from __future__ import annotations

GRAMMAR = r"""
table ::= "<table>" (row | tall empty+)+ "</table>"
row ::= "<tr>" cell+ "</tr>"
# a row has no cells only where all those of the row above reach down into it
tall ::= "<tr>" ("<td" down text)+ "</tr>"
empty ::= "<tr></tr>"
cell ::= "<td" spans text
text ::= ">" (letter | escape)* "</td>"
# each at most once, in either order
spans ::= (columns rows? | rows columns?)?
down ::= columns? rows | rows columns
columns ::= " colspan=\"" count
rows ::= " rowspan=\"" count
count ::= [1-9] [0-9]? "\""
# a line that ends within a cell is a space
letter ::= [^<&\n\t]
escape ::= "&" ("lt;" | "gt;" | "amp;")
"""
