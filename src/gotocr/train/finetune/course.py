"""What a fine-tuning is told, as data; each field is an option of `gotocr train finetune`. No torch."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ...draw.corpus import BUNDLED as BUNDLED_CORPUS
from ...draw.fonts import BUNDLED as BUNDLED_FONTS
from ...engines.family import family_of
from ...errors import UsageError
from ...weights import FORMS
from ...weights.nano_files import FOLDER as SHIPPED

LEARNS = re.compile(r"full|lora|last-([1-9][0-9]*)")
FAMILIES = {"nano": "nano", "base": "got"}  # models by name -> their family
RATES = {  # of the first step; a fine-tuning that moves less may move faster
    ("nano", "full"): 2e-4, ("nano", "last"): 5e-4, ("nano", "lora"): 1e-3,
    ("got", "full"): 2e-5, ("got", "last"): 5e-5, ("got", "lora"): 2e-4,
}  # fmt: skip


@dataclass(frozen=True)
class Course:
    """One fine-tuning."""

    data: str = ""  # JSON lines, see `lines`
    out: str = "runs/finetune"
    model: str = "nano"  # nano, base, or a folder with one of them
    learn: str = "full"  # "full", "last-N" layers, or "lora"
    rank: int = 16  # of lora
    held_out: str = ""  # a file of lines that are never learnt; "" = a share of `data`
    share: float = 0.1  # of the pictures, by a hash of their bytes, that is held out
    mix: float = 0.2  # share of the batches that is drawn, so that nothing else is forgotten
    worn: float = 0.3  # share of the user's pictures that are worn, otherwise each time
    minutes: float = 10.0
    steps: int = 1_000_000
    rate: float = 0.0  # 0 = as suits `model` and `learn`
    batch: int = 0  # nano: 1024s of pixels a batch, base: pictures a batch; 0 = 96, 2
    length: int = 2048  # base: most tokens of a picture, its prompt and its text
    check_every: int = 20  # steps between looks at what is held out
    patience: int = 8  # looks without gain after which it ends
    judged: int = 100  # held-out pictures that are looked at, and read before and after
    drawn: int = 4  # pictures of each exam that are read before and after: what was forgotten
    allow_empty: bool = False  # whether a text may be empty: nothing stands in the picture
    skip_bad: bool = False  # leave bad lines out, in place of refusing them all
    resume: bool = False
    gradient_checkpointing: bool = False
    memory: float = 0.0  # gigabytes that are planned with; 0 = as much as is there
    weights: str = FORMS[0]  # nano: how weights are stored
    corpus: str = str(BUNDLED_CORPUS)
    fonts: tuple[str, ...] = (str(BUNDLED_FONTS),)
    seed: int = 0
    device: str = "cpu"
    threads: int = 0
    workers: int = 1

    def __post_init__(self) -> None:
        for name in ("minutes", "steps", "rank", "length", "check_every", "patience", "judged"):
            if not getattr(self, name) > 0:
                raise UsageError(f"{name} must be above 0, not {getattr(self, name)}")
        for name in ("rate", "batch", "drawn", "memory", "seed", "threads", "workers"):
            if not getattr(self, name) >= 0:
                raise UsageError(f"{name} must be 0 or more, not {getattr(self, name)}")
        if not (0 < self.share < 1 and 0 <= self.mix < 1 and 0 <= self.worn <= 1):
            raise UsageError("share must be above 0 and below 1, mix from 0 to below 1, worn from 0 to 1")
        if not LEARNS.fullmatch(self.learn):
            raise UsageError(f"learn is one of full, last-N (such as last-4), lora, not {self.learn!r}")
        if self.weights not in FORMS:
            raise UsageError(f"weights is one of {', '.join(FORMS)}, not {self.weights!r}")
        if self.model == "base" and self.weights != FORMS[0]:
            raise UsageError("weights says how nano's are stored; store base in fewer bits by gotocr convert, when it has learnt")

    @property
    def family(self) -> str:
        """ "nano" or "got". Raises UsageError for another model, WeightsError where there is none."""
        family = FAMILIES.get(self.model) or family_of(Path(self.model))
        if family not in FAMILIES.values():
            raise UsageError(f"{self.model} is of the family {family}, and only nano and base are fine-tuned")
        return family

    @property
    def source(self) -> Path | None:
        """The folder it starts from; None: the published weights, which may have to be downloaded."""
        return {"nano": SHIPPED, "base": None}.get(self.model, Path(self.model))

    @property
    def usual_rate(self) -> float:
        return self.rate or RATES[self.family, self.learn.partition("-")[0]]

    @property
    def training(self) -> Path:
        """Where checkpoint, log and best weights of the run lie."""
        return Path(self.out) / "training"
