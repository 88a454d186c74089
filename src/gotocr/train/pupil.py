"""What the loop asks of a thing that learns, so that one loop trains every model; no torch, so that anyone may look.

A pupil is opened with a recipe: `PUPILS[recipe.pupil](recipe) -> Pupil`. Opening raises all that would go wrong later:
UsageError for a recipe that cannot be run, WeightsError and InputError for what it names. What a family alone needs to be
told stands in the recipe's table `study`; the pupil turns it into a dataclass of its own with `recipe.fill`, which refuses
unknown keys.

A batch is any object whose `vars()` are numpy columns (a dataclass); the loop moves them to the device by name. Two of
them the loop knows, where they are there: `kinds` (S,) int, of which kind each sample of the batch is, an index into
`Pupil.kinds`. With it, `parts` of the loss may hold `per_sample` (S,) and `per_sample_right` (S,), the mean loss and the
share of right tokens of each sample (nan: it has no token), and the log tells both for each kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ..registry import Registry

if TYPE_CHECKING:
    import numpy as np
    from torch import Generator, Tensor, nn


class Count(NamedTuple):
    """How much a batch holds."""

    samples: int
    tokens: int  # that carry loss


class Reading(NamedTuple):
    """A picture, what stands in it, and what the network reads, teacher forced."""

    picture: np.ndarray  # (H, W, 3) uint8
    truth: str
    read: str


class Pupil(Protocol):
    """A network and how it learns."""

    network: nn.Module  # float32 on the recipe's device; what does not learn has requires_grad False (`freeze`)
    blocks: Sequence[nn.Module]  # its layers, called by `forward`: what is recomputed, sharded and compiled one by one
    kinds: Sequence[str]  # names of the kinds of samples in its batches; () = it does not tell them apart

    def batches(self) -> Callable[[], Callable[[int], Any]]:
        """A picklable maker of the function from a number to a batch; run in other processes, without torch."""

    def loss(self, network: nn.Module, batch: Mapping[str, Tensor], progress: float) -> tuple[Tensor, dict[str, Any]]:
        """The loss of a batch on the device, under autocast, and its parts: scalars without gradient, tensors or floats.

        `network` is `self.network`, maybe sharded; `progress` runs from 0 to 1 over the run. Nothing in it should wait for
        a GPU (no `float(tensor)`, no `if tensor`).
        """

    def again(self, columns: Mapping[str, Tensor], generator: Generator) -> Mapping[str, Tensor]:
        """The columns of a batch on the device for another use of it: as they were drawn -> as they are learnt from now.

        Chance comes from `generator`, which lies there, too. The given columns must stay as they are; what it gives has
        the same names, and what is counted of a batch as it was drawn still holds. Called where a recipe's `reuse` is
        above 1, in a thread and without autocast. A pupil that cannot keep its pictures legible gives them back unchanged.
        """

    def flops(self, batch: Any) -> float:
        """Floating-point operations of forward and backward on a batch as it was drawn, without recomputation."""

    def count(self, batch: Any) -> Count:
        """Samples and tokens of a batch as it was drawn."""

    def read(self, network: nn.Module, batch: Mapping[str, Tensor], most: int) -> list[Reading]:
        """What `network` reads in the first `most` samples of a batch on the device; called without gradient."""

    def save(self, state: Mapping[str, Tensor], folder: Path) -> Path:
        """Write a whole model folder, by which people read and from which runs start; a cut run leaves whole files.

        `state` has the names of `network.state_dict()`, float32 on the CPU. Raises OutputError.
        """


# Each opens as `open_pupil(recipe) -> Pupil`.
PUPILS = Registry(
    "pupils",
    {
        "nano": "gotocr.train.nano:NanoPupil",
        "base": "gotocr.train.got:open_pupil",
        "nano-taught": "gotocr.train.finetune.pupils:TaughtNano",
        "base-taught": "gotocr.train.finetune.pupils:TaughtBase",
    },
)


def freeze(network: nn.Module, frozen: Sequence[str]) -> None:
    """Weights whose names begin with one of `frozen` do not learn. Raises UsageError for a beginning no weight has."""
    from ..errors import UsageError

    names = dict(network.named_parameters())
    for start in frozen:
        chosen = [name for name in names if f"{name}.".startswith(f"{start}.")]
        if not chosen:
            heads = ", ".join(sorted({name.split(".")[0] for name in names}))
            raise UsageError(f"frozen: no weights are named {start}...; the network's parts are {heads}")
        for name in chosen:
            names[name].requires_grad_(False)
