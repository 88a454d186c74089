"""The published model on torch, CPU or GPU: the picture and the prompt at once, then token by token with a cache."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from time import perf_counter

import numpy as np

from ..decode.batch import AT_ONCE, Known, Opened, Rows
from ..decode.loop import Terms, write
from ..decode.place import page_boxes
from ..decode.step import Step
from ..errors import EngineError, MissingExtraError
from ..prompt.tokenizer import TextStream, Tokenizer
from ..schema import Job, Piece
from ..weights.load import load_got

try:
    import torch
except ModuleNotFoundError as error:
    raise MissingExtraError("torch", "the torch engine") from error

from ..model.cache import Cache
from ..model.got import Got
from ..model.shelf import Shelf
from .got_draft import Ahead, Pace, drafter
from .got_job import room
from .sights import Sights
from .torch_device import choose_device, telling

WIDTHS = (2, 4, 8, 16)  # tokens of a draft that are checked in a call, with the one before them
_TILES_AT_ONCE = {"cpu": 1, "cuda": 8}  # on a CPU more at once only costs memory


class GotTorchEngine:
    """A loaded published model; see `engine.Engine`. The network stays where it is (device and dtype)."""

    name = "torch"

    def __init__(self, network: Got, tokenizer: Tokenizer) -> None:
        self.network: Got | None = network
        self.tokenizer, self.pace = tokenizer, Pace(WIDTHS)

    def run(self, job: Job) -> Iterator[Piece]:
        """Write what stands in the picture, a piece a token and without drafts. Raises EngineError, also while writing."""
        step, stepper = self.begin(job)
        yield from write(step, stepper, TextStream(self.tokenizer), terms(job, stepper.room))

    def rows(self, most: int = AT_ONCE) -> Rows:
        """Several pictures at once; see `decode.batch.Rows`."""
        batch = GotBatch(self)
        return Rows(batch.open_row, batch.answer, most)

    def begin(self, job: Job) -> tuple[Step, GotStepper]:
        """Look at the picture and read the prompt: the step after it, and what continues from there.

        Raises EngineError when the job does not fit the model.
        """
        stepper = GotStepper(self.opened, job)
        return stepper.start(job), stepper

    @property
    def opened(self) -> Got:
        if self.network is None:
            raise EngineError("this engine was closed; open another")
        return self.network

    def close(self) -> None:
        self.network = None


def terms(job: Job, room: int) -> Terms:
    return Terms(job.prompt.stop_ids, room, page_boxes(job.pixels), over=job.over)


class GotStepper:
    """One picture being read: the cache, and the network that fills it. `room` is how many tokens may be written."""

    def __init__(self, network: Got, job: Job, prompt_only: bool = False) -> None:
        """`prompt_only` sets no memory aside for what is written."""
        self.room = room(job, network.config)
        self.network = network
        with telling():
            table = network.decoder.embed.weight
            self.device = table.device
            capacity = len(job.prompt.ids) + (0 if prompt_only else self.room)
            self.cache = Cache(network.config.decoder, 1, capacity, table)

    def start(self, job: Job, sights: Sights | None = None) -> Step:
        """The step after the prompt; what was seen of equal tiles before is taken from `sights`."""
        with telling(), torch.inference_mode():
            tiles = job.pixels.values
            images = torch.cat(sights(tiles, job.over)) if sights is not None else _see(self.network, tiles)  # (N, K, D)
            ids = torch.tensor([job.prompt.ids], device=self.device)
            return self._follow(self.network.embed(ids, images))

    def feed(self, tokens: Sequence[int]) -> Step:
        with telling(), torch.inference_mode():
            return self._follow(self.network.decoder.embed(torch.tensor([list(tokens)], device=self.device)))

    def _follow(self, x: torch.Tensor) -> Step:
        logits = self.network.follow(x, self.cache)  # (1, V)
        return Step(logits[0].float().cpu().numpy())


def _see(network: Got, tiles: np.ndarray) -> torch.Tensor:
    """Tiles (N, 3, S, S) -> image tokens (N, K, D)."""
    table = network.decoder.embed.weight
    with telling(), torch.inference_mode():
        found = torch.tensor(tiles).to(table.device, table.dtype)
        return torch.cat([network.encode(batch) for batch in found.split(_TILES_AT_ONCE.get(table.device.type, 1))])


class GotBatch:
    """Pictures being read at once: a row reads its prompt by itself; when its first token is fed, it joins the shelf."""

    def __init__(self, engine: GotTorchEngine) -> None:
        network = engine.opened
        self.engine, self.fed = engine, list[GotRow]()  # in the order of the shelf
        table = network.decoder.embed.weight
        self.shelf = Shelf(network.config.decoder, table)
        self.sights = Sights(partial(_see, network)) if table.device.type == "cpu" else None  # a GPU looks faster than a digest is made

    def open_row(self, job: Job) -> Opened:
        stepper = GotStepper(self.engine.opened, job, prompt_only=True)
        exact = self.engine.opened.decoder.embed.weight.dtype == torch.float32  # in fewer digits another order of sums decides otherwise
        ahead = Ahead(drafter(job, self.engine.tokenizer) if exact else None, stepper.network.config.decoder.vocab_size)
        return Opened(GotRow(self, stepper, job, ahead), TextStream(self.engine.tokenizer), terms(job, stepper.room))

    def answer(self, questions: Sequence[Step | Fed]) -> list[Step]:
        """One call of the decoder for all that was fed; a question that is a step answers itself."""
        tokens = dict(question for question in questions if not isinstance(question, Step))
        written = self._follow(tokens) if tokens else {}
        return [question if isinstance(question, Step) else written[question[0]] for question in questions]

    def _follow(self, tokens: dict[GotRow, int]) -> dict[GotRow, Step]:
        network = self.engine.opened
        with telling(), torch.inference_mode():
            for row in tokens:
                if row.stepper is not None:
                    self.shelf.take(row.stepper.cache)
                    self.fed.append(row)
                    row.stepper = None  # and with it a second copy of what is on the shelf
            if len(self.fed) == 1:
                return {self.fed[0]: self._check(network, self.fed[0], tokens[self.fed[0]])}
            ids = torch.tensor([[tokens[row]] for row in self.fed], device=network.decoder.embed.weight.device)  # (B, 1)
            logits = network.follow(network.decoder.embed(ids), self.shelf).float().cpu().numpy()  # (B, V)
        return {row: Step(logits[place]) for place, row in enumerate(self.fed)}

    def _check(self, network: Got, row: GotRow, token: int) -> Step:
        """The only row goes on, by as much of its draft as pays."""
        pace = self.engine.pace
        draft = row.ahead.draft(min(pace.most, row.room) - 1)
        (width,) = pace.widths([draft], [row.room])
        ids = draft.ids[: width - 1]
        filling = [token] * (width - 1 - len(ids))
        begun = perf_counter()
        fed = torch.tensor([[token, *ids, *filling]], device=network.decoder.embed.weight.device)  # (1, T)
        states = network.decoder(network.decoder.embed(fed), self.shelf)
        first, *others = map(Step, network.decoder.logits(states)[0].float().cpu().numpy())
        pace.one.took(width, perf_counter() - begun)
        row.ahead.keep(ids, others)
        return first

    def drop(self, row: GotRow) -> None:
        if row in self.fed:
            place, last = self.fed.index(row), self.fed.pop()
            if last is not row:
                self.fed[place] = last
            with telling(), torch.inference_mode():
                self.shelf.drop(place)


class GotRow:
    """One picture of a `GotBatch`; `stepper` is there until its first token is fed."""

    def __init__(self, batch: GotBatch, stepper: GotStepper, job: Job, ahead: Ahead) -> None:
        self.batch, self.job, self.ahead = batch, job, ahead
        self.stepper: GotStepper | None = stepper
        self.room = stepper.room  # tokens that may still be fed

    def begin(self) -> Step:
        return self.stepper.start(self.job, self.batch.sights)

    def push(self, token: int) -> Fed | Known:
        self.room -= 1
        known = self.ahead.push(token)
        if known is not None:
            return Known(known)
        if wrong := self.ahead.wrong():
            self.batch.shelf.back(wrong)
        return self, token

    def hear(self, answer: Step) -> Step:
        return answer

    def close(self) -> None:
        self.stepper = None
        self.batch.drop(self)


Fed = tuple[GotRow, int]


def open_engine(folder: Path, device: str = "cpu") -> GotTorchEngine:
    """Load the model in `folder` on `device`, in float32, or bfloat16 on CUDA. See `engine.OpenEngine`."""
    place = choose_device(device)
    tokenizer = Tokenizer.from_folder(folder if folder.is_dir() else folder.parent)
    dtype = "bfloat16" if place.type == "cuda" and torch.cuda.is_bf16_supported() else "float32"
    return GotTorchEngine(load_got(folder, dtype, str(place)), tokenizer)
