"""What of a network learns: all of it, its last layers, or low-rank matrices beside its own (LoRA, arXiv 2106.09685, by peft).

LoRA's matrices are added to the weights when a model is saved, so that what is saved is a model like any other.
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import Tensor, nn

from ...errors import MissingExtraError, UsageError

# The layers of each family from its pictures to its text, as beginnings of names; what comes behind the last always learns.
LAYERS = {"nano": ("stem.blocks", "context", "layers"), "got": ("vision.blocks", "decoder.layers")}
ENDS = {"nano": ("norm", "where"), "got": ("decoder.norm",)}
# Where LoRA lies: all that is linear in nano, whose eyes are small; in base's writer, as ms-swift does it.
LORA = {"nano": ("stem", "context", "layers", "spread", "glyph", "point_key", "point_query"), "got": ("decoder.layers",)}
ADAPTER, STRENGTH = "taught", 2  # alpha is so many times the rank, so that rates suit any rank
BASE, DOWN, UP = ".base_layer.", f".lora_A.{ADAPTER}.weight", f".lora_B.{ADAPTER}.weight"


def layers_of(network: nn.Module, family: str) -> list[str]:
    """The names of a network's layers, the first one first."""
    return [f"{part}.{number}" for part in LAYERS[family] for number in range(len(network.get_submodule(part)))]


def limit(network: nn.Module, family: str, learn: str, rank: int) -> None:
    """Have only that much of a network learn: "full", "last-N" or "lora". Raises UsageError for more layers than there are.

    MissingExtraError where LoRA is wanted and peft not to be had.
    """
    if learn == "full":
        return
    if learn == "lora":
        _add_lora(network, family, rank)
        return
    count, layers = int(learn.partition("-")[2]), layers_of(network, family)
    if count > len(layers):
        raise UsageError(f"learn is {learn}, and the model has {len(layers)} layers; give last-{len(layers)} or full")
    chosen = (*layers[-count:], *ENDS[family])
    for name, weight in network.named_parameters():
        weight.requires_grad_(any(name.startswith(f"{start}.") for start in chosen))


def _add_lora(network: nn.Module, family: str, rank: int) -> None:
    try:
        from peft import LoraConfig, inject_adapter_in_model
    except ImportError as cause:
        raise MissingExtraError("finetune", "learning by lora", cause) from cause
    linear = [name for name, module in network.named_modules() if isinstance(module, nn.Linear)]
    chosen = [name for name in linear if name.startswith(LORA[family])]
    config = LoraConfig(r=rank, lora_alpha=STRENGTH * rank, lora_dropout=0.0, target_modules=chosen)
    inject_adapter_in_model(config, network, adapter_name=ADAPTER)


def merged(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The weights of a network without LoRA that does the same: W + alpha / r * B A (alpha / r is STRENGTH), float32; others as they are."""
    found = {}
    for name, value in state.items():
        if ".lora_" in name:
            continue
        plain = name.replace(BASE, ".")
        if plain != name and plain.endswith(".weight"):
            module = name.partition(BASE)[0]
            value = value.float() + STRENGTH * (state[module + UP].float() @ state[module + DOWN].float())
        found[plain] = value
    return found
