"""Whether the agreement of a block with the page tells right from wrong: drawn pictures with their truths, whole and damaged.

    python -m gotocr.evaluate.agreement draw rows.jsonl --corpus TEXTS --fonts FONTS    # measure; a thing a line, resumable
    python -m gotocr.evaluate.agreement readings rows.jsonl examination.json            # readings kept by `gotocr examine --json`
    python -m gotocr.evaluate.agreement suite rows.jsonl result.json PICTURES           # and by `gotocr evaluate`, of real pictures
    python -m gotocr.evaluate.agreement fit rows.jsonl                                  # make trust/scales.json anew
    python -m gotocr.evaluate.agreement report rows.jsonl figures.json                  # figures of what was not fitted to
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import WorkerError
from ..kinds import KINDS
from ..schema import Block
from ..trust.verify import KINDS as DRAWN
from ..trust.verify import SCALES, scaled, with_scale

Row = dict[str, Any]
FIRST, HELD_OUT = 80_000, 90_000  # seeds that the scales are fitted to, and those of the figures
PICTURE = (900, 1100)  # most pixels of a picture that is drawn, height and width
ROOMS = {"music": (512, 1024)}  # and of an examination, where it is not the usual
MODES = ("truth", "small", "gross", "foreign")
STEPS, RATE, SHRINK = 4000, 0.3, 0.01  # of the fit
COUNTS = {"truth": 2.0, "small": 0.3, "gross": 1.0, "foreign": 1.5}  # what a picture counts in the fit; what can hardly be seen, little
UNLIKE = frozenset("cost stretch bent tall apart outside rows lines off".split())  # figures that are larger where less is alike
ASIDE = frozenset(["size", "wide"])  # figures that say nothing by themselves
RIGHT = {"formula": 0.999, "table": 0.999, "chart": 0.999, "music": 0.999, "molecule": 0.999, "geometry": 0.9}  # score from which a reading is right
WRONG = 0.8  # share of the readings under the threshold that must be wrong
LOST = 0.2  # share of the truths that may lie under it
SCORES = {
    "formula": ("edit",), "table": ("teds",), "chart": ("values", "slight"), "music": ("ser",), "molecule": ("tanimoto",),
    "geometry": ("picture", "elements"),
}  # fmt: skip
NAMES = {"formula": "1 - token edits", "table": "TEDS", "chart": "key-value accuracy", "music": "1 - symbol errors", "molecule": "Tanimoto"}


def block_in(kind: str, text: str) -> Block:
    """The first block of a kind in a page's text, or all of it as one."""
    spans = [*KINDS[kind].find(text)]
    if spans:
        return KINDS[kind].parse(text[spans[0].start : spans[0].end])
    return KINDS[kind].parse(text)


def rows_of(kind: str, seeds: Sequence[int], studio: Any) -> Iterator[Row]:
    """The figures of drawn pictures: of each its truth, a truth damaged a little, one damaged much, and that of another picture."""
    from ..trust.measures import measured
    from .damage import damaged

    other = block_in(kind, studio.draw(kind, seeds[0] - 1)[0].format)
    for seed in seeds:
        sample, rng = studio.draw(kind, seed)[0], np.random.default_rng(seed)
        truth = block_in(kind, sample.format)
        texts = {"truth": truth.text, "small": damaged(kind, truth.text, rng, False), "gross": damaged(kind, truth.text, rng, True), "foreign": other.text}
        other = truth
        for mode, text in texts.items():
            block = text and KINDS[kind].parse(text)
            figures = _measured(measured, block, sample.image) if block else None
            yield {"kind": kind, "seed": seed, "mode": mode, "text": text, "figures": figures}


def _measured(measured: Any, block: Block, image: np.ndarray) -> Any:
    try:
        return measured(block, image)
    except (WorkerError, ArithmeticError, LookupError, ValueError) as why:
        return str(why)[:200]


def readings(examined: Row, source: str, supply: Any, kinds: Sequence[str]) -> Iterator[Row]:
    """The figures of what a nano read in the pictures of its examination (`gotocr examine --json`), which are drawn again."""
    from ..synth.samples import ROOM, Studio
    from ..trust.measures import measured

    for picture in examined["pictures"]:
        kind = picture["exam"]
        if kind in kinds and kind in DRAWN and picture["scores"]:
            sample = Studio(supply, ROOMS.get(kind, ROOM), 0.5).draw(kind, picture["seed"])[0]
            if sample.format != picture["truth"]:
                continue
            block = block_in(kind, picture["reading"])
            value, weight = picture["scores"].get(NAMES.get(kind, "")) or next(iter(picture["scores"].values()))
            figures = _measured(measured, block, sample.image)
            yield {"kind": kind, "seed": picture["seed"], "source": source, "text": block.text, "score": value / max(weight, 1e-9), "figures": figures}


def of_suite(result: Row, folder: Path, source: str, kinds: Sequence[str]) -> Iterator[Row]:
    """The figures of what `gotocr evaluate` kept of real pictures in its result: our readings, and, where they are in a form
    that is read, the truths, each held against its own picture and against the one before."""
    from PIL import Image

    from ..trust.measures import measured

    before: dict[str, Block] = {}
    for number, item in enumerate(result["items"]):
        kind, said = item["type"], item["readings"].get("gotocr")
        if kind not in kinds or not said:
            continue
        image = np.asarray(Image.open(folder / item["image"]).convert("RGB"))
        block, row = block_in(kind, said["text"]), {"kind": kind, "seed": number, "source": source}
        score = next(said["scores"][name] for name in SCORES[kind] if name in said["scores"])
        score = 1 - min(1.0, score[0] / max(score[1], 1e-9)) if isinstance(score, list) else score
        yield {**row, "text": block.text, "score": score, "figures": _measured(measured, block, image)}
        truth = block_in(kind, item["truth"] if isinstance(item["truth"], str) else json.dumps(item["truth"]))
        for mode, held in (("truth", truth), ("foreign", before.get(kind))):
            if held is not None:
                yield {**row, "true": mode, "figures": _measured(measured, held, image)}
        before[kind] = truth


def area(high: Sequence[float], low: Sequence[float]) -> float | None:
    """Chance that one of `high` is larger than one of `low`, ties counted half: the area under the ROC curve."""
    if not len(high) or not len(low):
        return None
    high, low = np.asarray(high)[:, None], np.asarray(low)[None]
    return float((high > low).mean() + 0.5 * (high == low).mean())


def ranked(one: Sequence[float], other: Sequence[float]) -> float | None:
    """Spearman's rank correlation; None for fewer than three, or where all are equal."""
    if len(one) < 3 or len(set(one)) < 2 or len(set(other)) < 2:
        return None
    first, second = (_ranks(np.asarray(values, float)) for values in (one, other))
    return float(np.corrcoef(first, second)[0, 1])


def _ranks(values: np.ndarray) -> np.ndarray:
    return np.array([(values < value).sum() + (values == value).sum() / 2 for value in values])


def fit(rows: Sequence[Row]) -> dict[str, Any]:
    """A logistic regression a kind, by which truths are told from the rest; no figure may count against its sense."""
    scales = {}
    for kind in DRAWN:
        mine = [row for row in rows if row["kind"] == kind and "mode" in row and row["seed"] < HELD_OUT and isinstance(row["figures"], dict) and row["figures"]]
        if not mine:
            continue
        names = [name for name in dict.fromkeys(name for row in mine for name in row["figures"]) if name not in ASIDE]
        sense = np.array([-1.0 if name in UNLIKE else 1.0 for name in names])
        values = np.array([[row["figures"].get(name, np.nan) for name in names] for row in mine])
        right = np.array([float(row["mode"] == "truth") for row in mine])
        middle, spread = np.nanmean(values, 0), np.nanstd(values, 0) + 1e-3
        values = np.where(np.isnan(values), middle, values)  # what is not known says nothing
        bias, weights = _logistic(sense * np.clip((values - middle) / spread, -4, 4), right, np.array([COUNTS[row["mode"]] for row in mine]))
        per = {name: [float(round(float(v), 5)) for v in (middle[k], spread[k], sense[k] * weights[k])] for k, name in enumerate(names)}
        scales[kind] = {"bias": round(bias, 5), "weights": {name: three for name, three in per.items() if three[2]}}
    return scales


def _logistic(inputs: np.ndarray, right: np.ndarray, weight: np.ndarray) -> tuple[float, np.ndarray]:
    """Bias and weights by gradient descent, weights held small and not below 0."""
    bias, weights = 0.0, np.zeros(inputs.shape[1])
    total = weight.sum()
    for _ in range(STEPS):
        sure = 1 / (1 + np.exp(-np.clip(inputs @ weights + bias, -30, 30)))
        off = weight * (sure - right) / total
        bias -= RATE * float(off.sum())
        weights = np.maximum(weights - RATE * (inputs.T @ off + SHRINK * weights), 0.0)
    return bias, weights


def doubt(read: Sequence[tuple[float, bool]], truths: Sequence[float]) -> float:
    """The highest agreement under which at least WRONG of the readings of drawn pictures, as (agreement, right), are wrong.

    No more than LOST of the truths of drawn pictures may lie under it: where all readings are wrong, they alone say nothing.
    """
    best, wrong = 0.0, 0
    for count, (sure, good) in enumerate(sorted(read), 1):
        wrong += not good
        if wrong / count >= WRONG:
            best = sure
    most = float(np.quantile(truths, LOST)) if len(truths) else 0.5
    return float(round(min(best, most) if len(read) >= 10 else most, 4))


def report(rows: Sequence[Row]) -> dict[str, Any]:
    """Of each kind: how often a truth agrees more with its picture than what is wrong, and what agreement says of readings."""
    figures: dict[str, Any] = {}
    for kind in DRAWN:
        drawn = [row for row in rows if row["kind"] == kind and "mode" in row and row["seed"] >= HELD_OUT]
        sure = {mode: [scaled(kind, row["figures"]) for row in drawn if row["mode"] == mode and isinstance(row["figures"], dict) and row["figures"]] for mode in MODES}
        found: dict[str, Any] = {"pictures": len({row["seed"] for row in drawn})}
        found |= {f"{mode}_compared": len(sure[mode]) for mode in MODES}
        found |= {f"auc_{mode}": area(sure["truth"], sure[mode]) for mode in MODES[1:]}
        found |= {f"above_{mode}": _above(drawn, kind, mode) for mode in MODES[1:]}
        found |= {f"median_{mode}": float(np.median(sure[mode])) if sure[mode] else None for mode in MODES}
        for source in sorted({row["source"] for row in rows if "source" in row}):
            mine = [row for row in rows if row.get("source") == source and row["kind"] == kind]
            found[source] = _of_readings([row for row in mine if "score" in row], kind) | _of_truths(mine, kind)
        figures[kind] = found
    return figures


def _above(rows: Sequence[Row], kind: str, mode: str) -> float | None:
    """How often a truth agrees more with its picture than what was made of that truth, a tie counted half."""
    sure: dict[int, dict[str, float]] = {}
    for row in rows:
        if isinstance(row["figures"], dict) and row["figures"]:
            sure.setdefault(row["seed"], {})[row["mode"]] = scaled(kind, row["figures"])
    both = [(one["truth"], one[mode]) for one in sure.values() if {"truth", mode} <= one.keys()]
    return float(np.mean([(true > other) + 0.5 * (true == other) for true, other in both])) if both else None


def _of_readings(read: Sequence[Row], kind: str) -> dict[str, Any]:
    from ..trust.verify import threshold

    compared = [(scaled(kind, row["figures"]), row["score"]) for row in read if isinstance(row["figures"], dict) and row["figures"]]
    low = [score for sure, score in compared if sure < threshold(kind)]
    high = [score for sure, score in compared if sure >= threshold(kind)]
    return {
        "readings": len(read),
        "compared": len(compared),
        "rank_correlation": ranked(*zip(*compared, strict=True)) if compared else None,
        "auc_right": area(*([sure for sure, score in compared if (score >= RIGHT[kind]) is good] for good in (True, False))),
        "doubtful": len(low),
        "wrong_of_doubtful": float(np.mean([score < RIGHT[kind] for score in low])) if low else None,
        "wrong_of_others": float(np.mean([score < RIGHT[kind] for score in high])) if high else None,
        "mean_score_doubtful": float(np.mean(low)) if low else None,
        "mean_score_others": float(np.mean(high)) if high else None,
    }


def _of_truths(rows: Sequence[Row], kind: str) -> dict[str, Any]:
    """How often a real truth agrees more with its picture than the truth of another."""
    sure = {mode: [scaled(kind, row["figures"]) for row in rows if row.get("true") == mode and isinstance(row["figures"], dict) and row["figures"]] for mode in ("truth", "foreign")}
    if not sure["truth"]:
        return {}
    return {"truths": len(sure["truth"]), "auc_foreign": area(sure["truth"], sure["foreign"]), "median_truth": float(np.median(sure["truth"]))}


def main() -> None:
    """See the top of this file."""
    from ..draw.supply import Supply
    from ..synth.samples import Studio

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("verb", choices=("draw", "readings", "suite", "fit", "report"))
    parser.add_argument("paths", nargs="+", type=Path)
    parser.add_argument("--kinds", default=",".join(DRAWN))
    parser.add_argument("--corpus", default=None)
    parser.add_argument("--fonts", nargs="+", default=None)
    parser.add_argument("--count", nargs=2, type=int, default=(60, 100), help="pictures of each kind to fit to, and to measure")
    parser.add_argument("--begin", type=int, default=0, help="how many of them are passed over, to draw in several processes")
    given = parser.parse_args()
    texts = {name: value for name, value in (("corpus", given.corpus), ("font_folders", given.fonts)) if value}
    kinds, (kept, *others) = given.kinds.split(","), given.paths
    if given.verb == "draw":
        done = {(row["kind"], row["seed"]) for row in _read(kept)} if kept.exists() else set()
        with kept.open("a", encoding="utf-8") as out:
            studios = [Studio(Supply(**texts, validate=held), PICTURE, 0.5) for held in (False, True)]
            for number in range(given.begin, max(given.count)):
                for studio, first, most in zip(studios, (FIRST, HELD_OUT), given.count, strict=True):
                    for kind in kinds:
                        if number < most and (kind, first + number) not in done:
                            _put(out, rows_of(kind, [first + number], studio))
    elif given.verb == "readings":
        with kept.open("a", encoding="utf-8") as out:
            for path in others:
                _put(out, readings(json.loads(path.read_text("utf-8")), path.stem, Supply(**texts, validate=True), kinds))
    elif given.verb == "suite":
        with kept.open("a", encoding="utf-8") as out:
            _put(out, of_suite(json.loads(others[0].read_text("utf-8")), others[1], "real", kinds))
    elif given.verb == "fit":
        rows = [row for path in given.paths for row in _read(path)]
        scales = fit(rows)
        for kind, scale in scales.items():
            read = [row for row in rows if "score" in row and row["source"] != "real" and row["kind"] == kind and isinstance(row["figures"], dict)]
            sure = [(with_scale(scale, row["figures"]), row["score"] >= RIGHT[kind]) for row in read if row["figures"]]
            truths = [row for row in rows if row.get("mode") == "truth" and row["kind"] == kind and row["seed"] < HELD_OUT]
            scale["doubt"] = doubt(sure, [with_scale(scale, row["figures"]) for row in truths if isinstance(row["figures"], dict)])
        SCALES.write_text(json.dumps(scales, indent=1) + "\n", "utf-8")
    else:
        kept, *others = reversed(given.paths)
        kept.write_text(json.dumps(report([row for path in others for row in _read(path)]), indent=1) + "\n", "utf-8")


def _read(path: Path) -> list[Row]:
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def _put(out: Any, rows: Iterator[Row]) -> None:
    for row in rows:
        out.write(json.dumps(row, ensure_ascii=False) + "\n")
        out.flush()


if __name__ == "__main__":
    main()
