"""What every engine of the published model asks of a job before it takes it."""

from __future__ import annotations

from ..errors import EngineError
from ..model.config import GotConfig
from ..schema import Job


def room(job: Job, config: GotConfig) -> int:
    """How many tokens may be written. Raises EngineError when the job does not fit the model."""
    ids = job.prompt.ids
    if job.prompt.image_id != config.image_id:
        raise EngineError(f"the prompt marks the picture by token {job.prompt.image_id}, the model by {config.image_id}")
    if not ids or min(ids) < 0 or max(ids) >= config.decoder.vocab_size:
        raise EngineError(f"the prompt is empty or has tokens beyond the model's {config.decoder.vocab_size}")
    places, tokens = ids.count(config.image_id), len(job.pixels.values) * config.tokens_per_tile
    if places != tokens:
        raise EngineError(f"the prompt has {places} image places, the picture has {tokens} image tokens")
    left = min(job.max_tokens, config.decoder.max_positions - len(ids))
    if left < 1:
        raise EngineError(f"a prompt of {len(ids)} tokens leaves no room to write; ask for fewer tiles")
    return left
