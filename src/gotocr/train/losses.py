"""nano's losses: the next token, where its ink stands, its box, and the dense glyph head.

Shapes: B samples, T tokens, M cells, V vocabulary, G single characters.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional as F

from ..model.nano import Nano, Sight, Text
from .recipe import LossWeights
from .targets import IGNORE

ROUNDS = 2  # times that places are found anew from those found before


def box_loss(found: Tensor, true: Tensor) -> Tensor:
    """Smooth L1 over boxes (n, 4) in units of the true box's height plus two pixels; a mean over n."""
    height = (true[:, 3] - true[:, 1]).clamp(min=2) + 2
    return F.smooth_l1_loss(found / height[:, None], true / height[:, None], beta=0.1) if len(true) else found.sum() * 0


def see(model: Nano, batch: Mapping[str, Tensor]) -> Sight:
    """What the network sees in the pictures of a batch, `pixels` (B, H, W, 3) in 0..255."""
    pixels = batch["pixels"].permute(0, 3, 1, 2).float() / 127.5 - 1  # (B, 3, H, W)
    return model.see(pixels.contiguous(memory_format=torch.channels_last))


def dense_losses(model: Nano, sight: Sight, batch: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Ink (BCE), the character (CE) and its box (L1) at every cell a glyph owns, of pictures whose glyphs are known."""
    owned = batch["cells"].flatten(1) >= 0  # (B, M)
    known_ink = batch["located"][:, None].float().expand_as(owned)
    misses = F.binary_cross_entropy_with_logits(
        sight.ink, owned.float(), known_ink, pos_weight=sight.ink.new_tensor(2.0), reduction="sum"
    )
    classes = batch["classes"].flatten(1)[owned] - model.config.glyph_first  # (n,)
    known = (classes >= 0) & (classes < model.config.glyph_count)
    logits = model.name_glyphs(sight.cells[owned][known]).float()  # (n, G)
    glyph = F.cross_entropy(logits, classes[known], reduction="sum") / known.sum().clamp(min=1)
    boxes = box_loss(sight.boxes[owned], batch["glyph_boxes"].flatten(1, 2)[owned])
    right = (logits.argmax(-1) == classes[known]).float().sum() / known.sum().clamp(min=1)
    return {"ink": misses / known_ink.sum().clamp(min=1), "glyph": glyph, "glyph_box": boxes, "glyph_right": right}


def _of(sight: Sight, rows: Tensor) -> Sight:
    """What is seen of some of the pictures."""
    layers = (tuple(layer[rows] for layer in part) for part in (sight.image_keys, sight.image_values))
    return Sight(*layers, *(part[rows] for part in (sight.point_keys, sight.cells, sight.ink, sight.boxes)))


@torch.no_grad()
def own_places(model: Nano, sight: Sight, batch: Mapping[str, Tensor]) -> Tensor:
    """Places (B, T, 4) that the reader finds by itself while it is told what to write: for pictures whose glyphs are unknown."""
    rows = torch.nonzero(~batch["located"]).squeeze(1)
    if not len(rows):
        return batch["places"]
    some = _of(sight, rows)
    ids, positions, places = batch["ids"][rows], batch["positions"][rows], batch["places"][rows].clone()
    past = model.empty_past(len(rows))
    was_training = model.training
    model.eval()  # one glyph's box, never a mean of two places: as it reads
    for at in range(ids.shape[1] - 1):
        now = slice(at, at + 1)
        written, new = model.write(some, Text(ids[:, now], places[:, now], positions[:, now]), past)
        past = past.grown(new)
        places[:, at + 1] = written.boxes[:, 0].to(places.dtype)
    model.train(was_training)
    return batch["places"].index_copy(0, rows, places)


@torch.no_grad()
def led(model: Nano, sight: Sight, batch: Mapping[str, Tensor], places: Tensor, share: float) -> Tensor:
    """`places` (B, T, 4), for a `share` of the samples those that the model itself finds instead.

    A reader goes on from where it believes to stand; who only ever learnt from true places is lost after the first wrong one
    (scheduled sampling, arXiv 1506.03099, with all steps at once as in arXiv 1906.07651; the words stay the true ones).
    """
    rows = torch.nonzero(torch.rand(len(places), device=places.device) < share)[:, 0]
    if not len(rows):
        return places
    some = _of(sight, rows)
    ids, positions, own = batch["ids"][rows], batch["positions"][rows], places[rows].clone()
    follows = (batch["labels"][rows, :-1] != IGNORE)[..., None]  # elsewhere the next token going in is none it would write
    was_training = model.training
    model.eval()
    for _ in range(ROUNDS):
        written, _ = model.write(some, Text(ids, own, positions), model.empty_past(len(rows)))
        own[:, 1:] = torch.where(follows, written.boxes[:, :-1].to(own.dtype), own[:, 1:])
    model.train(was_training)
    return places.index_copy(0, rows, own)


def sequence_losses(model: Nano, sight: Sight, batch: Mapping[str, Tensor], own: float = 0.0) -> dict[str, Tensor]:
    """Next token (CE), pointer (its mass on the glyph's cells) and box (L1), teacher forced; and the first by sample.

    A share `own` of the texts is told without their places, see `led`.
    """
    places = led(model, sight, batch, own_places(model, sight, batch), own)
    text = Text(batch["ids"], places, batch["positions"])
    written, _ = model.write(sight, text, model.empty_past(len(batch["ids"])))
    labels, inked = batch["labels"], batch["first"] >= 0  # (B, T)
    spoken = labels != IGNORE
    each = F.cross_entropy(written.logits.flatten(0, 1).float(), labels.flatten(), reduction="none").view_as(spoken)
    on_ink = batch["cells"].flatten(1)[:, None] == batch["first"][..., None]  # (B, T, M)
    on_ink = on_ink.scatter(2, batch["centre"][..., None], True)[inked]  # (n, M)
    scores = written.scores[inked]
    mass = scores.masked_fill(~on_ink, float("-inf")).logsumexp(-1) - scores.logsumexp(-1)
    parts = {
        "token": each.sum() / spoken.sum().clamp(min=1),
        "point": -mass.sum() / max(len(mass), 1),  # none at all in a batch of empty pictures
        "box": box_loss(written.boxes[inked], batch["boxes"][inked]),
    }
    with torch.no_grad():
        counts = spoken.sum(1)  # 0 gives nan below: no token, nothing to tell
        right = (written.logits.argmax(-1) == labels) & spoken
        parts["token_right"] = right.sum() / spoken.sum().clamp(min=1)
        parts["point_right"] = on_ink.gather(1, scores.argmax(-1, keepdim=True)).float().sum() / max(len(scores), 1)
        parts["per_sample"], parts["per_sample_right"] = each.sum(1) / counts, right.sum(1) / counts
    return parts


def losses(
    model: Nano, batch: Mapping[str, Tensor], weights: LossWeights, dense_only: bool, own: float = 0.0
) -> tuple[Tensor, dict[str, Any]]:
    """The weighted sum, and every part without gradient, for one batch of tensors on the model's device."""
    sight = see(model, batch)
    parts = dense_losses(model, sight, batch) if weights.ink or weights.glyph else {}
    if not dense_only:
        parts |= sequence_losses(model, sight, batch, own)
    total = sum(getattr(weights, name) * part for name, part in parts.items() if getattr(weights, name, 0.0))
    return total, {name: part.detach() for name, part in parts.items()}
