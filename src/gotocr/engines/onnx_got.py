"""The published model on ONNX Runtime, without torch: two graphs made here, weights mapped from where they lie."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from ..decode.batch import AT_ONCE, Known, Opened, Rows, write_all
from ..decode.loop import Terms
from ..decode.place import page_boxes
from ..decode.step import Step
from ..errors import EngineError, WeightsError
from ..model.config import GotConfig
from ..prompt.tokenizer import TextStream, Tokenizer
from ..schema import Job, Piece
from ..weights.got_packed import FORMS, TEXT_FORMS
from ..weights.got_picture import PIXELS, picture_graph
from ..weights.got_stored import Stored
from ..weights.got_text import CHECKED, text_graph
from ..weights.onnx_file import Graph
from .got_draft import Ahead, Pace, drafter, processor_time
from .got_job import room
from .got_slots import Slot, Slots
from .instructions import sums_bytes
from .onnx_session import PROVIDERS, choose_precision, first_line, runtime, settings, telling
from .sights import Sights

HEAD_STEP = 8  # what GroupQueryAttention asks of the size of heads


class GotOnnxEngine:
    """A loaded published model on the CPU; see `engine.Engine`. The decoder's matrices are in one of `PRECISIONS`.

    In whole numbers the picture network multiplies int8, too, where the processor does that well (see `instructions`).
    """

    name = "onnx"

    def __init__(self, sessions: Sessions, tokenizer: Tokenizer) -> None:
        self.sessions: Sessions | None = sessions
        self.tokenizer = tokenizer

    def run(self, job: Job) -> Iterator[Piece]:
        """Write what stands in the picture, a piece a token. Raises EngineError, also while writing."""
        yield from (piece for _, piece in write_all(self.rows(1), [job]))

    def rows(self, most: int = AT_ONCE) -> Rows:
        """Several pictures at once; see `decode.batch.Rows`."""
        if self.sessions is None:
            raise EngineError("this engine was closed; open another")
        config, slots = self.sessions.config, self.sessions.slots(most)
        look = partial(_look, config, Sights(self.sessions.see))
        return Rows(partial(self._open, config, slots), partial(_answer, self.sessions, slots), most, look)

    def _open(self, config: GotConfig, slots: Slots, job: Job, images: np.ndarray) -> Opened:
        count = room(job, config)
        ahead = Ahead(drafter(job, self.tokenizer), config.decoder.vocab_size)
        slot = Slot(len(job.prompt.ids) + count)
        row = GotRow(slots, job.prompt.ids, images, slot, ahead)
        terms = Terms(job.prompt.stop_ids, count, page_boxes(job.pixels), over=job.over)
        return Opened(row, TextStream(self.tokenizer), terms)

    def close(self) -> None:
        self.sessions = None


def _look(config: GotConfig, sights: Sights, job: Job, is_over: Callable[[], bool]) -> np.ndarray:
    """The image tokens of a job that fits the model. Raises EngineError, also when it is over between two tiles."""
    room(job, config)
    seen = []
    for tile in job.pixels.values:
        if is_over():
            raise EngineError("nobody waits for this picture any more")
        seen += sights(tile[None], job.over)
    return np.concatenate(seen)


class Sessions:
    """The two graphs, opened, and the embedding. Raises EngineError for whatever fails in there."""

    def __init__(self, config: GotConfig, picture: Any, slots: Callable[[int], Slots], embed: Callable[[Sequence[int]], np.ndarray]):
        self.config, self.slots, self.embed, self.pace = config, slots, embed, Pace(CHECKED)
        self._picture = picture

    def see(self, tiles: np.ndarray) -> np.ndarray:
        """Tiles (N, 3, S, S) -> image tokens (N * K, D), a tile at a time: more at once only cost memory."""
        with telling():
            seen = [self._picture.run(None, {PIXELS: np.ascontiguousarray(tile[None], np.float32)})[0] for tile in tiles]
        return np.concatenate(seen)


class GotRow:
    """One picture that was looked at; a question is the row itself, with `ids` to be read. See `decode.batch.Row`."""

    def __init__(self, slots: Slots, ids: Sequence[int], images: np.ndarray, slot: Slot, ahead: Ahead) -> None:
        self.ids, self.images = ids, images
        self.slot, self.ahead = slot, ahead
        self._slots = slots

    def begin(self) -> GotRow:
        return self

    def push(self, token: int) -> GotRow | Known:
        known = self.ahead.push(token)
        if known is not None:
            return Known(known)
        self._slots.back(self.slot, self.ahead.wrong())
        self.ids = (token,)
        return self

    @property
    def room(self) -> int:
        return self.slot.most - self.slot.length

    def hear(self, answer: np.ndarray) -> Step:
        return Step(answer)

    def close(self) -> None:
        self._slots.free(self.slot)


def _answer(sessions: Sessions, slots: Slots, rows: Sequence[GotRow]) -> list[np.ndarray]:
    """Logits (V,) for each row: one call for all that go on, or one for each with its draft; one for each that begins."""
    going = [row for row in rows if row.slot.at is not None]
    answers = dict(zip(map(id, going), _go_on(sessions, slots, going), strict=True))
    for row in rows:
        if id(row) not in answers:
            vectors = sessions.embed(row.ids)
            vectors[np.asarray(row.ids) == sessions.config.image_id] = row.images
            row.images = None  # they are in the cache now
            answers[id(row)] = slots.begin(row.slot, vectors)
    return [answers[id(row)] for row in rows]


def _go_on(sessions: Sessions, slots: Slots, rows: Sequence[GotRow]) -> list[np.ndarray]:
    pace = sessions.pace
    drafts = [row.ahead.draft(min(pace.most, row.room) - 1) for row in rows]
    widths = pace.widths(drafts, [row.room for row in rows]) if rows else []
    if widths is None:
        vectors = sessions.embed([row.ids[0] for row in rows])
        begun = processor_time()
        answers = slots.follow([row.slot for row in rows], vectors)
        pace.several.took(len(rows), processor_time() - begun)
        return list(answers)
    answers = []
    for row, draft, width in zip(rows, drafts, widths, strict=True):
        ids = draft.ids[: width - 1]
        filling = [row.ids[0]] * (width - 1 - len(ids))
        vectors = sessions.embed([*row.ids, *ids, *filling])
        begun = processor_time()
        first, *others = slots.check(row.slot, vectors)
        pace.one.took(width, processor_time() - begun)
        row.ahead.keep(ids, others)
        answers.append(first)
    return answers


def open_engine(folder: Path, device: str = "cpu", precision: str | None = None) -> GotOnnxEngine:
    """Load the model in `folder`; only `device="cpu"`. `precision` is one of `PRECISIONS`. See `engine.OpenEngine`."""
    onnxruntime = runtime(device)
    precision = choose_precision(precision)
    folder = Path(folder)
    tokenizer = Tokenizer.from_folder(folder if folder.is_dir() else folder.parent)
    stored, form = Stored(folder), TEXT_FORMS[precision]
    if stored.config.decoder.head_size % HEAD_STEP:
        raise WeightsError(f"onnxruntime attends with heads of {HEAD_STEP}, 2 x {HEAD_STEP}, ... numbers only; read with --engine torch")
    open_graph = partial(_open_graph, onnxruntime, stored)
    seen = FORMS["int8" if form.block and sums_bytes() else "float32"]
    picture = open_graph(picture_graph(stored.config, stored.kinds, seen), stored.packed_picture(seen), spins=False)
    text = open_graph(text_graph(stored.config.decoder, stored.kinds, form), stored.packed(form), spins=True)
    slots = partial(Slots, onnxruntime, text, stored.config.decoder)
    return GotOnnxEngine(Sessions(stored.config, picture, slots, stored.embed), tokenizer)


def _open_graph(onnxruntime: Any, stored: Stored, graph: Graph, more: Mapping[str, np.ndarray], spins: bool) -> Any:
    options = settings(onnxruntime, spins)
    options.enable_mem_pattern = options.enable_cpu_mem_arena = False  # as fast, and a gigabyte less for a picture
    value = onnxruntime.OrtValue.ortvalue_from_numpy_with_onnx_type
    try:
        values = {name: value(data, kind) for name, data, kind in stored.values(graph, more)}
        options.add_external_initializers(list(values), list(values.values()))
        return onnxruntime.InferenceSession(graph.to_bytes(), options, providers=list(PROVIDERS))
    except Exception as cause:  # onnxruntime's own exceptions share no public parent
        raise WeightsError(f"onnxruntime cannot load this model ({first_line(cause)}); try --engine torch") from cause
