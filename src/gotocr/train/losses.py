"""nano's losses: the next token, where its ink stands, its box, and the dense glyph head.

Shapes: B samples, T tokens, M cells, V vocabulary, G single characters.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from ..model.nano import Nano, Sight, Text
from .recipe import LossWeights


def box_loss(found: Tensor, true: Tensor) -> Tensor:
    """Smooth L1 over boxes (n, 4) in units of the true box's height plus two pixels; a mean over n."""
    height = (true[:, 3] - true[:, 1]).clamp(min=2) + 2
    return F.smooth_l1_loss(found / height[:, None], true / height[:, None], beta=0.1) if len(true) else found.sum() * 0


def dense_losses(model: Nano, sight: Sight, batch: dict[str, Tensor]) -> dict[str, Tensor]:
    """Ink (BCE), the character (CE) and its box (L1) at every cell a glyph owns."""
    owned = batch["cells"].flatten(1) >= 0  # (B, M)
    ink = F.binary_cross_entropy_with_logits(sight.ink, owned.float(), pos_weight=sight.ink.new_tensor(2.0))
    classes = batch["classes"].flatten(1)[owned] - model.config.glyph_first  # (n,)
    known = (classes >= 0) & (classes < model.config.glyph_count)
    logits = model.name_glyphs(sight.glyphs[owned][known]).float()  # (n, G)
    glyph = F.cross_entropy(logits, classes[known]) if known.any() else logits.sum()
    boxes = box_loss(sight.boxes[owned], batch["glyph_boxes"].flatten(1, 2)[owned])
    right = (logits.argmax(-1) == classes[known]).float().mean() if known.any() else ink.detach() * 0
    return {"ink": ink, "glyph": glyph, "glyph_box": boxes, "glyph_right": right.detach()}


def sequence_losses(model: Nano, sight: Sight, batch: dict[str, Tensor]) -> dict[str, Tensor]:
    """Next token (CE), pointer (its mass on the glyph's cells) and box (L1), teacher forced."""
    text = Text(batch["ids"], batch["places"], batch["positions"])
    written, _, _ = model.write(sight, text, *model.empty_past(len(batch["ids"])))
    labels, inked = batch["labels"], batch["first"] >= 0  # (B, T)
    token = F.cross_entropy(written.logits.flatten(0, 1).float(), labels.flatten())
    on_ink = batch["cells"].flatten(1)[:, None] == batch["first"][..., None]  # (B, T, M)
    on_ink = on_ink.scatter(2, batch["centre"][..., None], True)[inked]  # (n, M)
    scores = written.scores[inked]
    mass = scores.masked_fill(~on_ink, float("-inf")).logsumexp(-1) - scores.logsumexp(-1)
    box = box_loss(written.boxes[inked], batch["boxes"][inked])
    spoken = labels >= 0
    with torch.no_grad():
        right = (written.logits.argmax(-1) == labels)[spoken].float().mean()
        pointed = on_ink.gather(1, scores.argmax(-1, keepdim=True)).float().mean()
    return {"token": token, "point": -mass.mean(), "box": box, "token_right": right, "point_right": pointed}


def losses(model: Nano, batch: dict[str, Tensor], weights: LossWeights, dense_only: bool) -> tuple[Tensor, dict[str, float]]:
    """The weighted sum and every part as a number, for one batch of tensors on the model's device."""
    pixels = batch["pixels"].permute(0, 3, 1, 2).float() / 127.5 - 1  # (B, 3, H, W)
    sight = model.see(pixels.contiguous(memory_format=torch.channels_last))
    parts = dense_losses(model, sight, batch) if weights.ink or weights.glyph else {}
    if not dense_only:
        parts |= sequence_losses(model, sight, batch)
    total = sum(getattr(weights, name) * part for name, part in parts.items() if getattr(weights, name, 0.0))
    return total, {name: float(part.detach()) for name, part in parts.items()}
