"""Every truth written for a picture is read by KaTeX in display mode."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from gotocr.draw.corpus import BUNDLED
from gotocr.kinds.formula import normalise
from gotocr.kinds.formula.grammar import Writer

MODULES = Path(os.environ.get("GOTOCR_NODE_MODULES", "node_modules")).resolve()
SCRIPT = """
const katex = require(process.argv[1] + "/katex");
const refused = [];
for (const source of JSON.parse(require("fs").readFileSync(0, "utf8"))) {
  try { katex.renderToString(source, {displayMode: true, throwOnError: true, strict: false}); }
  catch (error) { refused.push([source, error.message]); }
}
console.log(JSON.stringify(refused));
"""
COUNT = 200 * int(os.environ.get("GOTOCR_SEEDS", "1"))


def test_katex_reads_what_we_write():
    if not shutil.which("node") or not (MODULES / "katex").is_dir():
        pytest.skip("no KaTeX here; set GOTOCR_NODE_MODULES")
    sources = [normalise(line) for line in (BUNDLED / "latex_formulas.txt").read_text("utf-8").splitlines()]
    sources += [normalise(Writer(np.random.default_rng(seed)).formula()) for seed in range(COUNT)]
    command = ["node", "-e", SCRIPT, str(MODULES)]
    done = subprocess.run(command, input=json.dumps(sources), capture_output=True, text=True, check=True, timeout=300)
    assert json.loads(done.stdout) == []
