"""A folder's family comes from its config.json."""

from __future__ import annotations

import pytest

from gotocr.engines.family import family_of
from gotocr.errors import WeightsError


@pytest.mark.parametrize(
    ("config", "family"),
    [('{"family": "nano"}', "nano"), ('{"model_type": "got_ocr2"}', "got"), ('{"model_type": "GOT"}', "got"), (None, "got")],
)
def test_known_families(tmp_path, config, family):
    if config:
        (tmp_path / "config.json").write_text(config)
    (tmp_path / "model.safetensors").write_bytes(b"")
    assert family_of(tmp_path) == family
    assert family_of(tmp_path / "model.safetensors") == family


@pytest.mark.parametrize("config", ["{", "[]", "[" * 100_000, '{"model_type": "llama"}', "\xff"])
def test_what_is_no_model_says_so(tmp_path, config):
    (tmp_path / "config.json").write_text(config, "latin-1")
    with pytest.raises(WeightsError):
        family_of(tmp_path)


def test_a_missing_folder_says_so(tmp_path):
    with pytest.raises(WeightsError, match="no model at"):
        family_of(tmp_path / "nowhere")
