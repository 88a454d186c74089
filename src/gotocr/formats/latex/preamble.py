r"""What stands before and behind the pages. All packages are of every TeX distribution; the same file is read by pdfLaTeX, LuaLaTeX and XeLaTeX.

pdfLaTeX has no letters of most scripts: it shows the number of a character that it lacks in a small box. LuaLaTeX and
XeLaTeX find the letters in the fonts that are installed.
"""

from __future__ import annotations

BEGIN = r"""\documentclass[a4paper]{article}
\usepackage{iftex}
\ifPDFTeX
  \usepackage[T1]{fontenc}
  \usepackage[utf8]{inputenc}
  \IfFileExists{lmodern.sty}{\usepackage{lmodern}}{}
  \usepackage{textcomp}
  \usepackage{amsmath}
  \makeatletter % a character without a font is shown by its number, and is no error
  \newcommand*{\missingletter}[1]{\text{\fboxsep=1pt\fbox{\normalfont\tiny #1}}}
  \def\shownumber#1:#2\relax{\missingletter{\expandafter\UTFviii@hexnumber\expandafter{\the\numexpr\decode@UTFviii#2\relax}}}
  \def\UTFviii@undefined@err#1{\expandafter\shownumber\string#1\relax}
  \makeatother
\else
  \usepackage{fontspec}
  \ifLuaTeX
    \newcommand*{\morefonts}{}
    \newcommand*{\morefont}[1]{\IfFontExistsTF{#1}{\edef\morefonts{\morefonts"#1:mode=harf;",}}{}}
    \morefont{Noto Serif CJK SC}\morefont{Noto Sans CJK SC}\morefont{DejaVu Sans}\morefont{Noto Sans Symbols2}
    \directlua{luaotfload.add_fallback("more", {\morefonts})}
    \setmainfont{Latin Modern Roman}[RawFeature={fallback=more}]
    \setmonofont{Latin Modern Mono}[RawFeature={fallback=more}]
  \else
    \IfFileExists{xeCJK.sty}{\usepackage{xeCJK}}{}
  \fi
\fi
\usepackage[margin=25mm]{geometry}
\usepackage{amsmath,amssymb,bm}
\usepackage{array,booktabs,longtable,multirow}
\usepackage{tikz}
\DeclareMathOperator*{\argmin}{arg\,min}
\DeclareMathOperator*{\argmax}{arg\,max}
\providecommand*{\mathscr}[1]{\mathcal{#1}}
\setcounter{MaxMatrixCols}{30}
\setcounter{secnumdepth}{0} % headings have the numbers that are printed, if any
\setlength{\parindent}{0pt}\setlength{\parskip}{6pt plus 2pt}
\setlength{\emergencystretch}{3em}
\begin{document}
"""
END = "\\end{document}\n"
