"""nano and base as pupils that are taught a user's pictures: their own networks, less of which may learn, and other batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from torch import Tensor

from ...errors import UsageError
from ...model.nano import Nano
from ..got import Base
from ..losses import losses
from ..nano import NanoPupil
from ..plan import freedom
from ..recipe import Recipe
from .adapters import limit, merged
from .lessons import GotLessons, NanoLessons
from .recipes import base_study, taught


class TaughtNano(NanoPupil):
    """nano. Raises what `NanoPupil` and `adapters.limit` raise."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__(replace(recipe, study={}))
        self.recipe, told = recipe, taught(recipe)
        limit(self.network, "nano", told.learn, told.rank)
        self.kinds = self.batches()().kinds

    def batches(self) -> Callable[[], NanoLessons]:
        return partial(NanoLessons, self.recipe)

    def loss(self, network: Nano, batch: Mapping[str, Tensor], progress: float) -> tuple[Tensor, dict[str, Any]]:
        own = self.recipe.window.own_places if network.training else 0.0  # what is held out is looked at without chance
        return losses(network, batch, self.recipe.weights, False, own)

    def save(self, state: Mapping[str, Tensor], folder: Path) -> Path:
        return super().save(merged(state), folder)


class TaughtBase(Base):
    """base. Raises what `Base` and `adapters.limit` raise."""

    def __init__(self, recipe: Recipe) -> None:
        super().__init__(replace(recipe, pupil="base", study=base_study(recipe)))
        self.recipe, told = recipe, taught(recipe)
        limit(self.network, "got", told.learn, told.rank)
        self.learns = freedom(self.network)
        self.kinds = self.batches()().kinds
        if not any(self.learns.values()):
            raise UsageError("nothing of the network is left that could learn")

    def batches(self) -> Callable[[], GotLessons]:
        return partial(GotLessons, self.recipe, self.config, self.vocabulary)

    def save(self, state: Mapping[str, Tensor], folder: Path) -> Path:
        return super().save(merged(state), folder)
