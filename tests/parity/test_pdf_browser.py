"""A real browser shows a searchable PDF: all of it is selected and copied, and what is pasted are the words of the page, line by line."""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import time
from typing import Any

import pytest

pytest.importorskip("pikepdf")

from gotocr.formats import FORMATS  # noqa: E402
from gotocr.formats.format import Original  # noqa: E402
from tests.unit.formats.pdf.drawn import LINES, saved  # noqa: E402
from tests.unit.formats.pdf.test_overlay import LEAF, SHAPES  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = [
    "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-dev-shm-usage",
    "--remote-debugging-pipe", "--window-size=900,800",
]  # fmt: skip
PATIENCE = 240.0  # seconds
CONTROL = 2  # the key, among the modifiers of another
pytestmark = [
    pytest.mark.skipif(not CHROMIUM, reason="needs Chromium"),
    pytest.mark.skipif(os.name != "posix", reason="pipes by number"),
]


class Browser:
    """Chromium, told what to do by the DevTools protocol over two pipes: it reads from 3 and writes to 4."""

    def __init__(self, folder) -> None:
        theirs, self._to = os.pipe()
        self._from, answers = os.pipe()

        def begin() -> None:
            pipes = os.dup(theirs), os.dup(answers)  # as 3 and 4 they must outlive the exec, wherever they are now
            os.dup2(pipes[0], 3)
            os.dup2(pipes[1], 4)

        command = [CHROMIUM, *FLAGS, f"--user-data-dir={folder}", "about:blank"]
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self._process = subprocess.Popen(command, close_fds=False, preexec_fn=begin, **quiet)
        os.close(theirs)
        os.close(answers)
        self._number, self._heard, self._end = 0, b"", time.monotonic() + PATIENCE

    def ask(self, method: str, session: str | None = None, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        said = {"id": self._number, "method": method, "params": parameters} | ({"sessionId": session} if session else {})
        os.write(self._to, json.dumps(said).encode() + b"\0")
        while True:
            while b"\0" in self._heard:
                one, _, self._heard = self._heard.partition(b"\0")
                if (answer := json.loads(one)).get("id") == self._number:
                    return answer.get("result", {})
            if not select.select([self._from], [], [], max(0.0, self._end - time.monotonic()))[0]:
                pytest.skip("Chromium does not answer on this machine")
            self._heard += os.read(self._from, 1 << 20)

    def open(self, address: str) -> str:
        target = self.ask("Target.createTarget", url=address)["targetId"]
        return self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def press(self, session: str, key: str, command: str) -> None:
        about = {"key": key, "code": f"Key{key.upper()}", "windowsVirtualKeyCode": ord(key.upper()), "modifiers": CONTROL}
        self.ask("Input.dispatchKeyEvent", session, type="keyDown", commands=[command], **about)
        self.ask("Input.dispatchKeyEvent", session, type="keyUp", **about)

    def shows_pdf(self) -> bool:
        found = self.ask("Target.getTargets")["targetInfos"]
        return any(one["type"] in ("iframe", "webview") and one["url"].endswith(".pdf") for one in found)

    @property
    def has_time(self) -> bool:
        return time.monotonic() < self._end

    def close(self) -> None:
        self._process.terminate()
        self._process.wait()
        os.close(self._to)
        os.close(self._from)


@pytest.fixture
def browser(tmp_path):
    opened = Browser(tmp_path / "profile")
    yield opened
    opened.close()


@pytest.mark.parametrize("shape", ["cropped and turned"])
def test_what_is_copied_in_a_browser(browser, tmp_path, shape):
    (tmp_path / "in.pdf").write_bytes(saved(SHAPES[shape]()))
    path, paper = tmp_path / "out.pdf", tmp_path / "paper.html"
    path.write_bytes(b"".join(FORMATS["pdf"].over([LEAF], Original(tmp_path / "in.pdf"), "nano")))
    paper.write_text("<textarea id=paper autofocus></textarea>")
    viewer = browser.open(path.as_uri())
    while not browser.shows_pdf():
        if not browser.has_time:
            pytest.skip("this Chromium shows no PDFs without a screen")
        time.sleep(0.3)
    pasted = ""
    while not pasted and browser.has_time:  # until the page is there
        time.sleep(1)
        for kind in ("mousePressed", "mouseReleased"):
            browser.ask("Input.dispatchMouseEvent", viewer, type=kind, x=600, y=250, button="left", clickCount=1)
        browser.press(viewer, "a", "selectAll")
        time.sleep(0.5)
        browser.press(viewer, "c", "copy")
        time.sleep(0.5)
        sheet = browser.open(paper.as_uri())
        time.sleep(0.5)
        browser.ask("Runtime.evaluate", sheet, expression="document.getElementById('paper').focus()")
        browser.press(sheet, "v", "paste")
        time.sleep(0.5)
        found = browser.ask("Runtime.evaluate", sheet, expression="document.getElementById('paper').value")
        pasted = found.get("result", {}).get("value") or ""
    assert pasted.strip().split("\n") == list(LINES)
