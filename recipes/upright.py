"""Fit the small network that tells which way up letters stand (`src/gotocr/pixels/upright.npz`), on lines drawn here.

    python recipes/upright.py --latin TEXTS.txt ... --han TEXTS.txt ... --fonts FOLDER ... --out src/gotocr/pixels/upright.npz

Texts are plain files, one sentence a line; other scripts are made-up words. Scripts no font has are left out. Needs torch.
"""

from __future__ import annotations

import argparse
import lzma
import random
from pathlib import Path

import numpy as np
import torch
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from gotocr.pixels.lettering import lettering
from gotocr.pixels.upright import SIDE, windows

FONTS = Path(__file__).parents[1] / "src/gotocr/draw/fonts"
SCRIPTS = {  # letters about as often as they are written; words are made of them by chance
    "latin": "",  # of the texts that are given
    "cyrillic": "ооооооооооееееееееааааааааиииииииннннннттттттссссссррррввввллллкккмммддпппууяыьгзбчйхжшюцщэф",
    "greek": "αααααααααααοοοοοοοοοιιιιιιιεεεεεεεετττττττσσσσσνννννηηηηηυυυυρρρρπππκκκμμλλωωδγχθφβξζψςςςςάάέίόήύώ",
    "hebrew": "אבגדהוזחטיכלמנסעפצקרשתיייוווהההלללממרתתשבנםםןךףץ",
    "arabic": "ااااااااللللللييييمممووونننررتتبهعدسفقكحجشصخطذزءضغةىثظأإؤئ",
    "thai": "กกกขคคงงจชซณดดตตถททธนนนบบปปผพฟภมมยยรรรลลววศษสสหหอออาาาาะิีุูเเแโใไ่้ั็์",
    "devanagari": "कककखगघचछजझटठडढणतततथदददधननपपफबबभममयययररररललववशषसससहहहाााााििीीुूेेेैोोौंंं्््््अआइईउए",
    "georgian": "აააააბგდდეეეეევზთიიიიიკლლმმნნოოპჟრრრსსსტუფქღყშჩცძწჭხჯჰ",
    "armenian": "աաաաաբգդեեեեզէըթժիիլխծկհհձղճմմյնննշոոչպջռսսվվտրրրցուփքօֆ",
    "hangul": "".join(chr(code) for code in range(0xAC00, 0xD7A3, 29)) + "다이는을의에가고하지서도로한" * 8,
    "kana": "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをんのにをはがでとしアイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワヲン、。",
    "han": "",
}
LATIN, HAN = 0.6, 0.08  # share of pages in Latin letters and in ideographs; the other scripts share the rest


def drawn(chance: random.Random, font_path: str, lines: list[str]) -> np.ndarray | None:
    """Some lines of text in one font, a little spoilt: (H, W, 3) uint8; None where the font has not got the letters."""
    if not has_letters(font_path, "".join(lines)):
        return None
    size = chance.choice((chance.uniform(9, 18), chance.uniform(16, 44)))
    font = ImageFont.truetype(font_path, size)
    lead = chance.uniform(1.05, 1.9) * size
    width, height = int(chance.uniform(12, 30) * size), int(lead * (len(lines) + 1))
    paper, dark = chance.randint(190, 255), chance.randint(0, 110)
    picture = Image.new("L", (width, height), paper)
    pen = ImageDraw.Draw(picture)
    for number, line in enumerate(lines):
        pen.text((size * chance.choice((0.5, 0.5, 1.5)), lead * (number + 0.4)), line, fill=dark, font=font)
    picture = picture.rotate(chance.gauss(0, 0.5), Image.Resampling.BICUBIC, fillcolor=paper)
    if chance.random() < 0.5:
        picture = picture.filter(ImageFilter.GaussianBlur(chance.uniform(0, 0.06) * size))
    values = np.asarray(picture, np.float32) + np.random.default_rng(chance.getrandbits(32)).normal(0, chance.choice((0, 0, 4, 12)), (height, width))
    if chance.random() < 0.25:
        values = np.where(values > (paper + dark) / 2 + chance.uniform(-25, 25), 255, 0)
    if chance.random() < 0.1:
        values = 255 - values
    return np.repeat(np.clip(values, 0, 255).astype(np.uint8)[:, :, None], 3, 2)


def has_letters(font_path: str, text: str) -> bool:
    """Whether a font draws those letters, and no boxes in their place."""
    font = ImageFont.truetype(font_path, 20)
    nothing = bytes(font.getmask("\uffff"))
    letters = [letter for letter in text if letter.isalnum()][::7]
    return bool(letters) and all(bytes(font.getmask(letter)) not in (b"", nothing) for letter in letters)


def worded(chance: random.Random, script: str, texts: list[str]) -> list[str]:
    """Lines to draw: running text mostly, some capitals and figures, and made-up words of other scripts."""
    kind = chance.random()
    if script == "latin" and kind < 0.1:
        return [" ".join(f"{chance.uniform(0, 10 ** chance.randint(1, 5)):,.{chance.randint(0, 2)}f}" for _ in range(6)) for _ in range(5)]
    if SCRIPTS[script]:
        words = ["".join(chance.choices(SCRIPTS[script], k=chance.randint(1, 10))) for _ in range(50)]
        text = " ".join(word.capitalize() if chance.random() < 0.15 else word for word in words)
    else:
        text = " ".join(chance.choice(texts) for _ in range(4))[:400]
    if 0.1 <= kind < 0.18:
        text = text.upper()
    wide = chance.randint(20, 60)
    return [text[at : at + wide].strip() for at in range(0, min(len(text), 5 * wide), wide)]


def gather(count: int, texts: dict[str, list[str]], fonts: list[str], seed: int) -> np.ndarray:
    """(N, S, S) uint8 windows of upright letters."""
    chance, found = random.Random(seed), []
    samples = {script: letters or texts[script][0] + texts[script][1] for script, letters in SCRIPTS.items()}
    able = {script: [font for font in fonts if has_letters(font, sample)] for script, sample in samples.items()}
    print({script: len(some) for script, some in able.items()}, flush=True)
    others = [script for script in able if script not in texts and able[script]]
    while len(found) < count:
        kind = chance.random()
        script = "latin" if kind < LATIN or not others else "han" if kind < LATIN + HAN and able["han"] else chance.choice(others)
        try:
            image = drawn(chance, chance.choice(able[script]), worded(chance, script, texts.get(script, [])))
        except OSError:
            continue
        if image is None:
            continue
        turn = chance.randrange(4)  # what is seen must not depend on how the page lay
        image = np.ascontiguousarray(np.rot90(image, turn))
        letters = lettering(image)
        if letters is None or letters.count < 20:
            continue
        seen = np.rot90(windows(image, letters, chance.gauss(0, 0.5)), -turn, (1, 2))
        found += [np.uint8(window * 255) for window in seen[:: max(1, len(seen) // 40)]]
    return np.stack(found)


def fit(seen: np.ndarray, hidden: int, epochs: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The network: each window, held in four ways, is to look most upright as it is."""
    torch.manual_seed(0)
    first = torch.nn.Linear(SIDE * SIDE, hidden)
    last = torch.nn.Linear(hidden, 1, bias=False)
    weights = [*first.parameters(), *last.parameters()]
    optimizer = torch.optim.AdamW(weights, lr=2e-3, weight_decay=1e-2)
    plan = torch.optim.lr_scheduler.OneCycleLR(optimizer, 4e-3, total_steps=epochs * (len(seen) // 512))
    for epoch in range(epochs):
        total = right = 0.0
        for batch in torch.randperm(len(seen))[: len(seen) // 512 * 512].view(-1, 512):
            some = torch.from_numpy(seen[batch.numpy()]).float() / 255
            held = torch.stack([torch.rot90(some, -turn, (1, 2)) for turn in range(4)], 1).reshape(512, 4, -1)
            scores = last(torch.relu(first(held)))[..., 0]  # (B, 4)
            loss = torch.nn.functional.cross_entropy(scores, torch.zeros(512, dtype=torch.long), label_smoothing=0.02)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            plan.step()
            total += loss.item()
            right += int((scores.argmax(1) == 0).sum())
        print(f"epoch {epoch + 1}: loss {total / (len(seen) // 512):.3f}, right {right / len(seen):.3f}", flush=True)
    return first.weight.detach().numpy().T, first.bias.detach().numpy(), last.weight.detach().numpy()[0]


def read_lines(path: str) -> list[str]:
    opened = lzma.open if path.endswith(".xz") else open
    with opened(path, "rt", encoding="utf-8") as file:
        lines = [line.strip() for line, _ in zip(file, range(40_000), strict=False)]
    return [line[:400] for line in lines if len(line) > 10]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latin", nargs="+", required=True)
    parser.add_argument("--han", nargs="+", required=True)
    parser.add_argument("--fonts", nargs="*", default=[])
    parser.add_argument("--count", type=int, default=120_000)
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--out", default="src/gotocr/pixels/upright.npz")
    given = parser.parse_args()
    fonts = sorted(str(path) for path in FONTS.glob("*.woff"))
    fonts += sorted(str(path) for folder in given.fonts for path in Path(folder).glob("**/*.[to]t[fc]"))
    texts = {script: [line for path in paths for line in read_lines(path)] for script, paths in (("latin", given.latin), ("han", given.han))}
    seen = gather(given.count, texts, fonts, 0)
    print(f"{len(seen)} windows of {len(fonts)} fonts", flush=True)
    first, shift, last = fit(seen, given.hidden, given.epochs)
    step = np.float32(np.abs(first).max() / 127)
    np.savez_compressed(given.out, first=np.rint(first / step).astype(np.int8), first_step=step, shift=shift, last=last)


if __name__ == "__main__":
    main()
