r"""What may stand between `$$` and `$$`: the grammar that is followed while a formula is written (`decode.grammar`).

It allows: braces that pair; commands with as many arguments as they take, in braces; `\left` with its `\right`, both with a
delimiter, `\middle` only between them; the environments we know, closed by their own name; `&`, `\\` and `\hline` only in
those; at most one `_` and one `^` on a base, no prime behind `^`; one `\over` a group; a letter never right behind a
command's name; `\tag` at the end. A command that we do not know is taken for a symbol, if it does not begin like one that takes
something (`\fracx`).

It cannot say: which unknown commands exist (the name of one that is broken off is left as it is), how deep things are nested,
or what looks well. It does not allow: arguments without braces (but scripts of one symbol), line breaks, comments, math in text.
"""

from __future__ import annotations

from ...draw import latex_forms as forms
from ...draw.latex_symbols import DELIMITERS, OPERATORS, SYMBOLS
from ..choice import none_of, one_of

# Lists end where nothing more fits. Which rule goes on tells what stood before: `full` a base without scripts, `below` one that
# has its `_`, `above` its `^`, `both` both. Behind a command's name it goes on with the rule of the same name and `-w`, where no
# letter may stand but behind a blank. @ is "" or "-in", within the square brackets of a root or an arrow.
_LISTS = r"""
full@ ::= letter full@ | full-x@
full-w@ ::= "\\" ("no" | "display" | ) "limits" full-w@ | full-x@
full-x@ ::= " " full@ | "'" full@ | "_" (script below@ | "\\" word below-w@) | "^" (script above@ | "\\" word above-w@) | end@
below@ ::= letter full@ | below-w@
below-w@ ::= " " below@ | "'" below@ | "^" (script both@ | "\\" word both-w@) | end@
above@ ::= letter full@ | above-w@
above-w@ ::= " " above@ | "_" (script both@ | "\\" word both-w@) | end@
both@ ::= letter full@ | both-w@
both-w@ ::= " " both@ | end@
end@ ::= | opening@ full@ | atom@
atom@ ::= sign@ full@ | group formed@ | "\\" (mark full@ | form formed@ | word full-w@
  | "left" fence shut@ | big " "* shut@ | "not" struck@)
formed@ ::= letter full@ | full-w@
struck@ ::= " "+ letter full@ | " "* atom@ | " "* opening@ full@
shut@ ::= fence-mark full@ | "\\" fence-word full-w@
"""

_REST = r"""
# One symbol, or a group, behind _ or ^.
script ::= letter | sign | "[" | "\\" mark | group
letter ::= [A-Za-z]
letters ::= letter*
opening ::= "["
opening-in ::= "["
# Any other character but those that mean something to LaTeX; in square brackets not the one that ends them.
sign ::= [^A-Za-z\\{}\[_^&$%#' \n\t]
sign-in ::= [^A-Za-z\\{}\[\]_^&$%#' \n\t]
# What stands behind a backslash and is no word: braces, double bar, spaces, signs.
mark ::= [{}|%&#_$,:;!> /*-]
big ::= [bB] "ig" ("g" | ) ([lrm] | )
group ::= "{" list "}"
list ::= full over?
over ::= "\\" infix full-w

# Argument: blanks, and a group.
a ::= " "* group
root ::= " "* ("[" full-in "]" " "*)? group
raw ::= " "* "{" [^{}\\$%#\n]* "}"
name ::= "*"? a
length ::= " "* "-"? [0-9]* ("." [0-9]+)? unit
measure ::= "*"? " "* ("{" length "}" | length)
unit ::= "pt" | "em" | "ex" | "mu" | "cm" | "mm"
genfrac ::= fence-arg fence-arg " "* "{" length? "}" " "* "{" [0-3]? "}" a a
fence-arg ::= " "* "{" (fence-mark | "\\" fence-word)? "}"

# Delimiters of different kinds; between them lists, each begun by a delimiter.
fence ::= " "* open ("\\middle" " "* open)* over? "\\right" " "*
open ::= fence-mark full | "\\" fence-word full-w
fence-mark ::= "." | [()\[\]|/<>] | "\\" [{}|]

# Text: letters, escaped signs, accents, commands, nested braces.
text ::= " "* "{" letters-in-text "}"
starred-text ::= "*"? text
letters-in-text ::= letter letters-in-text | others-in-text
others-in-text ::= | [^A-Za-z\\{}$%#&_^\n] letters-in-text | "{" letters-in-text "}" letters-in-text
  | "\\" (in-text letters-in-text | form letters-in-text | word others-in-text)
in-text ::= [{}%&#_$,;: -] | ['`"^~=.] (letter | "{" letter* "}")

# Rows of a table: a row behind \\ does not begin with a square bracket, which would give a length.
rows ::= row ("\\\\" "*"? ("[" length "]")? later-row | "\\cr" row-w)*
row ::= list cells | "\\" rule row-w
row-w ::= full-w over? cells | "\\" rule row-w
later-row ::= (letter full | atom | ) over? cells | " " later-row | "\\" rule row-w
cells ::= ("&" list)*
columns ::= "{" ([lcr| ] | "*{" [1-9] [0-9]? "}{" [lcr| ]+ "}" | [pmb] raw | [@!] raw)+ "}"
count ::= "{" [1-9] [0-9]? "}"
table ::= " "* "{" rows "}"
"""


def _words(names: frozenset[str] | set[str], behind: str) -> dict[str, str]:
    return {name[1:]: behind for name in names if name[1:].isalpha()}


def _environment(name: str) -> str:
    columns = "" if name not in forms.WITH_COLUMNS else "count" if "alignat" in name else "columns"
    return rf'"}}" {columns} rows "\\end{{{name}}}"'


def _forms() -> dict[str, str]:
    """What stands behind the name of each command that takes something."""
    one = forms.MARKS | forms.STYLED | forms.CLASSES | forms.BOXES | forms.MODS | set(forms.FENCES)
    environments = one_of({name: _environment(name) for name in sorted(forms.ENVIRONMENTS)})
    return {
        **_words(one, "a"),
        **_words(forms.FRACTIONS | forms.STACKS | {"\\sideset"}, "a a"),
        **_words(forms.XARROWS | {"\\sqrt"}, "root"),
        **_words(forms.COLOURED, "raw a"),
        **_words(forms.RAW_NOTES | {"\\color"}, "raw"),
        **_words(forms.TEXTS, "text"),
        **_words(forms.MEASURED_SPACES, "measure"),
        **_words(forms.MATRICES, "table"),
        "prescript": "a a a",
        "genfrac": "genfrac",
        "operatorname": "name",
        "operatornamewithlimits": "name",
        "begin": f'"{{" ({environments})',
    }


def _grammar() -> str:
    taking = _forms()
    bare = [name[1:] for names in (forms.BIG, forms.INFIX, forms.LIMITS, forms.RULES) for name in sorted(names)]
    special = [*taking, *bare, "left", "right", "middle", "not", "end", "tag", "cr", "tabularnewline"]
    plain = (SYMBOLS, OPERATORS, forms.SPACES, forms.SWITCHES, forms.STRUTS, forms.NOTES, ["\\bmod"])
    known = {name[1:] for names in plain for name in names if name[1:].isalpha()} - set(special)
    known = [name for name in sorted(known) if name.startswith(tuple(special))]
    return "\n".join([
        'formula ::= list " "* ("\\\\tag" starred-text)?',
        _LISTS.replace("@", ""),
        _LISTS.replace("@", "-in"),
        _REST,
        f"word ::= {none_of(special, known)}",
        f"form ::= {one_of(taking)}",
        f"infix ::= {one_of(_words(forms.INFIX, ''))}",
        f"rule ::= {one_of(_words(forms.RULES, ''))}",
        f"fence-word ::= {one_of(_words(set(DELIMITERS), ''))}",
    ])  # fmt: skip


GRAMMAR = _grammar()
