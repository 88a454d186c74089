"""The bridge of the published model: two strided convolutions halve the feature map twice, a linear layer ends in tokens."""

from __future__ import annotations

from torch import Tensor, nn

from .config import GotConfig


class Projector(nn.Module):
    """Feature map (B, O, H, W) -> image tokens (B, K, D), row by row; K = `config.tokens_per_tile`."""

    def __init__(self, config: GotConfig) -> None:
        super().__init__()
        channels, hidden = config.vision.out_channels, config.decoder.hidden
        self.conv1 = nn.Conv2d(channels, 2 * channels, 3, stride=2, padding=1, bias=False)
        self.conv2 = nn.Conv2d(2 * channels, hidden, 3, stride=2, padding=1, bias=False)
        self.linear = nn.Linear(hidden, hidden)

    def forward(self, features: Tensor) -> Tensor:
        tokens = self.conv2(self.conv1(features))  # (B, D, H/4, W/4)
        return self.linear(tokens.flatten(2).transpose(1, 2))  # (B, K, D)
