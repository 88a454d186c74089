"""A page in the making: the parts that pages are made of, written where they stand, in the order they are read.

House rules of the truths: a running header comes first, footnotes after the body, the footer last; a caption stands where
its figure stands between paragraphs. Paragraphs are one line of Markdown; single line breaks are kept where the lines mean
something (verse, addresses, forms, entries). Emphasis is marked only within a paragraph, never on the whole of it or in a
heading. Dots of a leader are written as three, a box to tick as `[ ]` or `[x]`; rules and empty fields are not written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from ...draw.fonts import require_skia
from ...draw.style import Style
from ...draw.supply import Supply
from .flow import Column, Flow, Setting
from .letters import BULLET, Letters, Row, Run, compose, tabbed
from .look import Colour, Look
from .prose import Prose
from .sheet import PARAGRAPH, TIGHT, Marks, Sheet

HEADS = {1: (1.5, 2.2), 2: (1.15, 1.6), 3: (1.0, 1.3), 4: (1.0, 1.1)}  # size of headings by level, in ems
FOOTED = 0.5  # share of pages with a foot
FENCE = Marks("```\n", "\n```")


class Press:
    """One page: its look, its words, its sheet, and where its text area is (`area`)."""

    def __init__(self, rng: np.random.Generator, supply: Supply, look: Look, size: tuple[int, int]) -> None:
        self.rng, self.supply, self.look, self.size = rng, supply, look, size
        self.prose, self.sheet = Prose(rng, supply), Sheet()
        em = look.em
        height, width = size
        side, top, bottom = (float(rng.uniform(0.6 * em, max(0.13 * width, 0.7 * em))) for _ in range(3))
        side, top, bottom = (min(value, 0.16 * least) for value, least in ((side, width), (top, height), (bottom, height)))
        self.footed = bool(rng.random() < FOOTED) and height > 14 * em
        self.area = Column(side, top, width - side, height - max(bottom, 2.2 * em if self.footed else 0.0))
        self.foot = height - self.area.bottom  # height of the lower margin
        self.numbers = [0, 0, 0]

    @property
    def em(self) -> float:
        return self.look.em

    def columns(self, count: int, gutter: float | None = None) -> list[Column]:
        """The text area as columns side by side; `gutter` in pixels."""
        gap = gutter if gutter is not None else float(self.rng.uniform(1.2, 2.2)) * self.em
        width = (self.area.right - self.area.left - gap * (count - 1)) / count
        lefts = [self.area.left + number * (width + gap) for number in range(count)]
        return [Column(left, self.area.top, left + width, self.area.bottom) for left in lefts]

    def flow(self, count: int = 1) -> Flow:
        return Flow(self.sheet, self.columns(count))

    # single lines at a place

    def fit(self, text: str, style: Style, width: float) -> Letters:
        """As many words of a text as fit into `width` pixels, at least a character."""
        letters = self.look.text(text.replace("\n", " "), style)
        while letters.width > width and len(letters.text) > 1:
            shorter = max(1, min(int(len(letters.text) * width / letters.width), len(letters.text) - 1))
            cut = letters.text[:shorter].rpartition(" ")[0] or letters.text[:shorter]
            letters = self.look.text(cut.strip() or cut, style)
        return letters

    def put(self, letters: Letters, x: float, y: float, marks: Marks = PARAGRAPH) -> None:
        """Write one line at (x, baseline y); left out where it would leave the page."""
        size = letters.size
        if letters.text.strip() and 0 <= x < self.size[1] and 0.9 * size <= y <= self.size[0] - 0.25 * size:
            self.sheet.write(letters, [Row(0, len(letters.text), len(letters.text))], [(x, y, 0.0)], marks)

    def ends(self, left: Letters, right: Letters, width: float) -> Letters:
        """One line of `width` pixels with a text at each end."""
        return tabbed([left, right], [width - right.width])

    def hanging(self, label: Letters, text: Letters, hang: float) -> Letters:
        """A label with a text that starts `hang` pixels from it."""
        return tabbed([label, text], [hang])

    def leader(self, left: Letters, right: Letters, width: float, at: tuple[float, float]) -> Letters:
        """One line of `width` pixels at (x, baseline y): dots from one text to the other, written as three."""
        style = left.styles[0]
        dots = compose([Run("...", style)])
        stops = [left.width + 0.3 * style.size, width - right.width]
        room = stops[1] - 0.3 * style.size - stops[0]
        if room < 1.5 * style.size:
            return self.ends(left, right, width)
        dots.ids[:] = -1
        dots.widen(slice(None), room / 3)
        dots.ink[:, 0], dots.ink[:, 2] = 0.0, room / 3
        dots.ink[:, 1], dots.ink[:, 3] = -0.2 * style.size, 0.06 * style.size
        pitch = float(self.rng.uniform(0.3, 0.8)) * style.size
        count = max(int(room / pitch), 1)
        first = at[0] + stops[1] - 0.3 * style.size - count * pitch
        self.sheet.ornament("." * count, (first, at[1]), replace(style, spacing=0.0), pitch)
        return tabbed([left, dots, right], stops)

    # shapes

    def rule(self, box: Sequence[float], colour: Colour | None = None, width: float = 0.0, round_by: float = 0.0) -> None:
        """A filled box, or its outline `width` pixels thick."""
        skia = require_skia()
        paint = skia.Paint(AntiAlias=True, Color=skia.Color(*(colour or self.look.ink)))
        if width:
            paint.setStyle(skia.Paint.kStroke_Style)
            paint.setStrokeWidth(width)
        rect = skia.Rect.MakeLTRB(*(float(value) for value in box))
        self.sheet.shapes.append(lambda canvas: canvas.drawRoundRect(rect, round_by, round_by, paint))

    def cross(self, box: Sequence[float]) -> None:
        """A cross in a box: what a pen does to tick it."""
        skia = require_skia()
        left, top, right, bottom = (float(value) for value in box)
        paint = skia.Paint(AntiAlias=True, Color=skia.Color(*self.look.ink), StrokeWidth=max(1.2, 0.1 * self.em))
        self.sheet.shapes.append(lambda canvas: canvas.drawLine(left, top, right, bottom, paint))
        self.sheet.shapes.append(lambda canvas: canvas.drawLine(left, bottom, right, top, paint))

    def picture(self, box: Sequence[float]) -> None:
        """A figure without text: blobs and slopes of gray or colour in a box."""
        skia, rng = require_skia(), self.rng
        left, top, right, bottom = (float(value) for value in box)
        tints = [skia.Color(*(int(value) for value in rng.integers(30, 235, 3))) for _ in range(5)]
        spots = rng.uniform(0, 1, (4, 3))
        shade = skia.GradientShader.MakeLinear(points=[skia.Point(left, top), skia.Point(right, bottom)], colors=tints[:2])

        def draw(canvas) -> None:
            canvas.save()
            canvas.clipRect(skia.Rect.MakeLTRB(left, top, right, bottom))
            canvas.drawPaint(skia.Paint(Shader=shade))
            for (x, y, radius), tint in zip(spots, tints[1:], strict=True):
                centre = (left + x * (right - left), top + y * (bottom - top))
                canvas.drawCircle(*centre, float(0.1 + 0.3 * radius) * (bottom - top), skia.Paint(AntiAlias=True, Color=tint))
            canvas.restore()

        self.sheet.shapes.append(draw)

    # the margins

    def header(self, text: str | None = None) -> None:
        """A running header over the text area, now and then with a rule."""
        number, style = str(self.prose.integer(1, 480)), self.look.style(0.85, italic=bool(self.rng.random() < 0.4))
        width, y = self.area.right - self.area.left, self.area.top + 0.2 * self.em
        says = self.fit(text or self.prose.title(2, 6), style, width - 4 * self.em)
        way = self.rng.random()
        line = says
        if way < 0.7:
            number = self.look.text(number, style)
            line = self.ends(says, number, width) if way < 0.4 else self.ends(number, says, width)
        self.put(line, self.area.left + (0 if way < 0.7 else (width - line.width) / 2), y)
        if self.rng.random() < 0.35:
            self.rule((self.area.left, y + 0.4 * self.em, self.area.right, y + 0.4 * self.em + max(1.0, 0.05 * self.em)))
        self.area = Column(self.area.left, y + 1.6 * self.em, self.area.right, self.area.bottom)

    def footer(self) -> None:
        """The number of the page, or a line with it, if this page has one: the room for it was kept from the start."""
        if not self.footed:
            return
        prose, style = self.prose, self.look.style(float(self.rng.uniform(0.75, 1.0)))
        number = str(prose.integer(1, 480))
        width = self.area.right - self.area.left
        text = prose.pick(
            number,
            number,
            number,
            f"- {number} -",
            f"Page {number} of {int(number) + prose.integer(0, 30)}",
            f"[{number}]",
            "xiv",
            "vii",
        )
        line = self.look.text(text, style)
        x = self.area.left + float(self.rng.choice([0.0, 0.5, 0.5, 0.5, 1.0])) * (width - line.width)
        if self.rng.random() < 0.2:
            line, x = self.ends(self.fit(prose.title(2, 5), style, width - line.width - 2 * self.em), line, width), self.area.left
        self.put(line, x, self.size[0] - max(0.4 * self.em, 0.35 * self.foot))

    # parts of the running text

    def heading(self, flow: Flow, level: int, text: str | None = None, numbered: bool = False, align: str = "left") -> None:
        size = float(self.rng.uniform(*HEADS[level]))
        text = text or self.prose.title()
        if numbered and level > 1:
            self.numbers[level - 2] += 1
            self.numbers[level - 1 :] = [0] * (4 - level)
            text = ".".join(map(str, self.numbers[: level - 1])) + self.prose.pick(" ", ". " if level == 2 else " ") + text
        style = self.look.heading(size, italic=level == 4 or (level == 3 and self.look.em > 20))
        letters = self.look.text(text, style)
        before, after = float(self.rng.uniform(0.5, 1.1)) * self.em, float(self.rng.uniform(0.15, 0.6)) * self.em
        setting = Setting(1.2 * style.size, align, before=before, after=after, whole=True)
        if flow.left_over < 2 * style.size + 2 * self.em:  # no heading at the foot of a column
            flow.turn()
        flow.add(letters, setting, Marks("#" * level + " "))

    def paragraph(self, flow: Flow, text: str | None = None, notes: Sequence[str] = (), first: bool = True) -> None:
        """Running text with emphasis now and then; each of `notes` is the number of a footnote that it refers to."""
        runs = emphasised(self.prose, self.look, text or self.prose.paragraph(120, 700))
        for note in notes:
            runs.append(Run(note, self.look.style(0.62), "^", 0.33 * self.em))
        flow.add(self.look.compose(*runs), self.look.setting(indents=(self.look.indent * self.em,) if first else ()))

    def opening(self, flow: Flow, lines: int = 2) -> None:
        """A paragraph that starts with a drop cap."""
        text = self.prose.paragraph(60 * lines + 200, 700).lstrip("“\"'‘«(—-–.")
        style = self.look.heading(1.0)
        leading = self.look.leading * self.em
        tall = -float(compose([Run("H", style)]).ink[0, 1]) or 1.0
        high = self.look.style().size * 0.7 + (lines - 1) * leading
        cap = Run(text[:1].upper(), self.look.heading(high / tall), raised=-(lines - 1) * leading)
        caps = text[1 : text.find(" ", 8) + 1].upper() if self.rng.random() < 0.4 else ""
        letters = self.look.compose(cap, Run(caps + text[1 + len(caps) :], self.look.style()))
        if len(letters.text) < 2 or not letters.steps[0] or flow.left_over < (lines + 1) * leading:
            return
        letters.widen(0, letters.steps[0] + 0.12 * self.em)
        flow.add(letters, self.look.setting(indents=(0.0, *[float(letters.steps[0])] * (lines - 1))))

    def items(self, flow: Flow, count: int, level: int = 0, most: int = 160) -> None:
        """A list with bullets or numbers, now and then with a list in it."""
        marks = self.prose.pick(None, None, "{}.", "{})", "({})") if level == 0 or self.rng.random() < 0.4 else None
        letter = bool(self.rng.random() < 0.25)
        hang = (1.6 if marks else 1.1) * self.em
        left = (float(self.rng.uniform(0.2, 1.6)) + 1.6 * level) * self.em
        for number in range(count):
            text = self.prose.sentence(most)
            label = marks.format("abcdefghijkl"[number % 12] if letter else number + 1) if marks else self.look.bullet
            label = compose([Run(label, self.look.style(), "" if marks else BULLET)])
            if not label.text:
                label = compose([Run("-", self.look.style(), BULLET)])
            item = self.hanging(label, self.look.compose(*emphasised(self.prose, self.look, text)), hang)
            setting = self.look.setting(
                indents=(left,), left=left + max(hang, label.width), before=0.0, after=0.4 * self.look.gap * self.em
            )
            between = "\n\n" if number == 0 and level == 0 else "\n"
            flow.add(item, setting, Marks("   " * level, between=between))
            if level == 0 and count < 7 and self.rng.random() < 0.08:
                self.items(flow, self.prose.integer(2, 3), 1, 80)
        flow.skip(0.5 * self.look.gap * self.em)

    def quote(self, flow: Flow) -> None:
        """A block quotation, set in on both sides or with a bar beside it."""
        inset, top = 2.2 * self.em, flow.y
        barred = bool(self.rng.random() < 0.4)
        style = self.look.style(float(self.rng.uniform(0.88, 1.0)), italic=bool(self.rng.random() < 0.4))
        letters = self.look.text(self.prose.paragraph(80, 320), style)
        setting = self.look.setting(
            left=inset, indents=(inset,), right=0.0 if barred else inset, before=0.3 * self.em, whole=True
        )
        column = flow.column
        if flow.add(letters, setting, Marks("> ")) and barred and flow.column is column:
            top += 0.3 * self.em if top > column.top else 0.0
            bottom = flow.y - setting.after
            self.rule((column.left + 0.8 * self.em, top, column.left + 1.0 * self.em, bottom), (150, 150, 150))

    def figure(self, flow: Flow) -> None:
        """A picture with a caption under it."""
        height = float(self.rng.uniform(0.3, 0.6)) * min(flow.width, 18 * self.em)
        if flow.left_over < height + 5 * self.em:
            return
        flow.skip(0.4 * self.em)
        width = float(self.rng.uniform(0.6, 1.0)) * flow.width
        left = flow.column.left + (flow.width - width) / 2
        self.picture((left, flow.y, left + width, flow.y + height))
        flow.y += height + 0.5 * self.em
        name = self.prose.pick("Figure", "Fig.", "Figure", "Plate", "Abb.")
        label = f"{name} {self.prose.integer(1, 19)}{self.prose.pick(':', '.', '.', '')}"
        bold = bool(self.rng.random() < 0.4)
        runs = [
            Run(label, self.look.style(0.88, bold=bold), "**" if bold else ""),
            Run(" " + self.prose.sentence(200), self.look.style(0.88)),
        ]
        flow.add(self.look.compose(*runs), self.look.setting(0.88, align=self.prose.pick("left", "centre"), after=0.8 * self.em))

    def listing(self, flow: Flow, text: str, boxed: bool = True) -> None:
        """Program text in a fence, every line as it stands."""
        letters = compose([Run(text, self.look.code())])
        size = letters.size
        leading = float(self.rng.uniform(1.1, 1.35)) * size
        height = (text.count("\n") + 1) * leading
        if not letters.text.strip() or height + self.em > flow.left_over:
            return
        flow.skip(0.4 * self.em)
        if boxed and sum(self.look.paper) > 380:
            shade = tuple(int(0.94 * value) for value in self.look.paper)
            self.rule((flow.column.left, flow.y - 0.2 * self.em, flow.column.right, flow.y + height + 0.2 * self.em), shade)
        flow.add(letters, Setting(leading, left=0.5 * self.em, indents=(0.5 * self.em,), after=0.7 * self.em), FENCE)

    def footnotes(self, texts: Sequence[str], column: Column) -> None:
        """Notes under a short rule, in the room that was kept for them."""
        self.rule(
            (
                column.left,
                column.top + 0.3 * self.em,
                column.left + 0.3 * (column.right - column.left),
                column.top + 0.3 * self.em + 1,
            )
        )
        flow = Flow(self.sheet, [Column(column.left, column.top + 0.5 * self.em, column.right, column.bottom)])
        for number, text in enumerate(texts):
            mark = Run(str(number + 1), self.look.style(0.55), "^:", 0.28 * self.em)
            letters = self.look.compose(mark, Run(" " + text, self.look.style(0.8)))
            flow.add(letters, self.look.setting(0.8, after=0.1 * self.em), PARAGRAPH if number == 0 else TIGHT)


def emphasised(prose: Prose, look: Look, text: str, share: float = 0.12) -> list[Run]:
    """Runs of a text, some words of which are bold or italic by chance."""
    plain = look.style()
    words = text.split(" ")
    if prose.rng.random() > share or len(words) < 8:
        return [Run(text, plain)]
    runs, at = [], 0
    for _ in range(prose.integer(1, 2)):
        start = at + prose.integer(0, max((len(words) - at) // 2, 1))
        stop = min(start + prose.integer(1, 4), len(words) - 1)
        part = " ".join(words[start:stop])
        if start >= stop or not part[:1].isalnum() or not part[-1:].isalnum():
            break
        bold = prose.chance(0.5)
        before = " ".join(words[at:start])
        runs += [
            Run((" " if runs else "") + before + (" " if before else ""), plain),
            Run(part, look.style(bold=bold, italic=not bold), "**" if bold else "*"),
        ]
        at = stop
    return [*runs, Run((" " if runs else "") + " ".join(words[at:]), plain)]
