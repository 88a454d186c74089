"""Phrases of nano's markup that are one token each: what is written without ink of its own, at one place, in one go.

Found by counting what stands between two inks in drawn truths; what is spelled in several tokens most often comes first in
each kind. Numbers stay out of phrases, so that they are read digit by digit.
"""

from __future__ import annotations

_COLOURS = ("gray", "red", "blue", "brown", "cyan", "magenta", "orange", "violet", "green", "teal")
_CHARTS = (
    "horizontal bar", "bar", "stacked bar", "stacked horizontal bar", "line", "scatter", "pie", "donut", "histogram", "area",
    "stacked area", "diverging bar", "panel bar",
)  # fmt: skip
_COMMANDS = r"""
    \{ \} \\ \, \! \; \: \| \_ \% \# \&
    \subset \longrightarrow \leq \geq \cap \sin \qquad \dots \equiv \oplus \textup \cong \cos \bigr \bigl \mapsto \dim \sim \textit
    \exp \log \coloneqq \prod \cdots \colon \not \ell \bigoplus \nabla \rightarrow \dagger \acute \approx \neq \cal \Psi \top
    \setminus \varepsilon \underline \lim \chi \pm \Sigma \cup \bigcup \widetilde \xrightarrow \max \dot \vee \longmapsto
    \vcentcolon \subseteq \le \widehat \zeta \vert \emptyset \Pi \coprod \det \check \mathclose \mathopen \ln \forall \amalg \deg
    \hbar \ge \rVert \lVert \sharp \ast \star \Theta \min \bf \tfrac \Rightarrow \propto \mathord \mathscr \simeq \vdots \sup \Vert
    \Bigr \limits \Bigl \bigcap \bmod \Big \notin \supset \perp \textsf \leadsto \dfrac \pmod \Leftrightarrow \inf \binom \ne
    \leftarrow \textbf \stackrel \tan \underbrace \oint \Pr \ddot \div \hom \iota \lnot \varrho \exists \phantom \aleph \mp \gg
    \ddots \ker \neg \cosh \ll \sinh \biggr \hookrightarrow \biggl \land \Box \limsup \varnothing \lor \bigg \implies \liminf \tag
""".split()
_ENVIRONMENTS = ("aligned", "bmatrix", "array", "matrix", "cases", "smallmatrix", "pmatrix", "gathered", "vmatrix")

TABLE = (
    "<table>", "<tr>", "<td>", "</td>", "</td></tr>", "</td></tr></table>", "></td>", "\n\n<table>",
    *(f' {way}span="{count}">' for way in ("row", "col") for count in range(2, 10)), "lt;", "gt;", "amp;",
)  # fmt: skip
CHART = (
    '```chart\n{"type": "', *_CHARTS, '", "title": "', '", "subtitle": "', '", "x": "', '", "y": "', '", "unit": "',
    '", "series": {"', '", "series": [[', '": ', '": {"', '": [[', ', "', '}, "', '], [', ']], "', '"}', '}}', '}, "source": "',
    '}}, "source": "', '}, "note": "', '}}, "note": "', ']], "source": "', ']], "note": "', '", "source": "', '", "note": "',
    '"}\n```', '}\n```', '}}\n```', '}}}\n```', ']]}\n```', ']]}}\n```', ', ',
)  # fmt: skip
MUSIC = (
    "```abc\nX:", "```abc\nX:1\nT:", "```abc\nX:1\nL:1/8\n", "```abc\nX:1\nL:1/8\nM:", "```abc\nX:1\nL:1/8\nK:", "\nL:1/8\n",
    "```abc\nX:1\nL:1/8\n%%score ", "\nL:1/8\nM:", "\nM:", "\nK:", "\nV:", "\nT:", "\nC:", "\nw:", "\nL:", '\nQ:"', "\n%%score ",
    " clef=", "treble", "bass", "alto", "tenor", ' name="', "3/2", "/2", ":|", "|:", "|]", "||", "::",
    *(letter + mark for letter in "ABCDEFG" for mark in (",", ",,", ",,,")), *(letter + mark for letter in "abcdefg" for mark in ("'", "''")),
    *(f"!{name}!" for name in ("accent", "fermata", "tenuto", "marcato", "mordent", "pralltriller", "trill", "turn", "upbow", "downbow")),
    "accent", "fermata", "tenuto", "marcato", "mordent", "pralltriller", "trill", "turn", "upbow", "downbow",
)  # fmt: skip
MOLECULE = ("```smiles\n", "\n```", "[C", "H]", "@@")
GEOMETRY = (
    "```tikz\n", ";\n", "};\n", "$};\n", "}$};\n", ";\n```", "};\n```", "$};\n```", "}$};\n```", r"\node", r"\draw", r"\fill", " at ",
    " {$", " {", " -- ", " -- cycle", " circle (2pt)", " circle (", ") circle (2pt);\n", " ++(", ") -- ++(", " -- ++(", ") arc (", " arc (",
    " and ", " rectangle ", " ellipse (", " sin ", " cos ", " parabola bend ", " grid[step=", " plot[smooth] coordinates {", ",-",
    "[thick", "[dashed", "[dotted", "[->", "[<-", "[<->", ",thick", ",dashed", ",dotted", ",->", ",<-", ",<->",
    *("[" + colour for colour in _COLOURS), *("," + colour for colour in _COLOURS), "!30] ", "] ",
)  # fmt: skip
FORMULA = (
    *_COMMANDS, *(rf"\{way}{{{name}}}" for way in ("begin", "end") for name in _ENVIRONMENTS), "$$", "{}", "}}", "}{", "}^{", "}_{", "_{", "^{",
    "}$$", "{cases}",
)  # fmt: skip
TEXT = ("\n\n", "# ", "## ", "### ", "#### ", "\n# ", "\n## ", "\n### ", "\n#### ", "\n**", "**\n", "\n- ", "\n```\n", "[unreadable]")

PHRASES = tuple(dict.fromkeys((*TABLE, *CHART, *MUSIC, *MOLECULE, *GEOMETRY, *FORMULA, *TEXT)))
