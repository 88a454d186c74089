"""The page of `gotocr serve` in a real browser, as people use it: by mouse, finger and keys; skipped where there is no Chromium."""

from __future__ import annotations

import base64
import io
import json
import random
import re
import shutil
import time
import zipfile
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image

pytest.importorskip("fastapi")
pytest.importorskip("uvicorn")
sync_api = pytest.importorskip("playwright.sync_api")

import gotocr  # noqa: E402
from tests.unit.serve.jobs_server import maker, pages, serving  # noqa: E402

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium")

EXAMPLES = Path(__file__).parents[2] / "examples"
NOTE = EXAMPLES / "note.png"
SIZES = {"phone": (360, 740), "tablet": (768, 1024), "laptop": (1280, 800), "desk": (1920, 1080)}
READ = "#reading .block"
# What the browser says of an answer that is an error, which the page tells in words of its own.
ANSWERED = re.compile(r"Failed to load resource: (the server responded with a status of (40[149]|413|422|429)|net::ERR_)")
WATCH = """
window.violations = [];
document.addEventListener("securitypolicyviolation", event => violations.push(`${event.violatedDirective} ${event.blockedURI} ${event.sample}`));
"""


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as driver:
        found = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield found
        found.close()


@pytest.fixture(scope="module")
def nano():
    with gotocr.load(quiet=True) as reader, serving(reader, rows=4) as server:
        server.desk.warm_up()
        yield server


@pytest.fixture
def make(scripted, model_folder, tmp_path):
    scripted.texts = ["# Hello\n\nwide world", "Second *page*"]
    return maker(model_folder, tmp_path)


@pytest.fixture
def tab(browser):
    """Opens the page of a server in a tab of its own; at the end nothing may have gone wrong in any of them."""
    opened = []

    def open_tab(server, way="", size="laptop", **more):
        width, height = SIZES[size]
        context = browser.new_context(
            viewport={"width": width, "height": height}, permissions=["clipboard-read", "clipboard-write"], reduced_motion="reduce", **more
        )
        context.set_default_timeout(60_000)
        context.add_init_script(WATCH)
        page = context.new_page()
        page.home = f"http://localhost:{server.port}/"
        page.told, page.asked, page.expected = [], [], []
        page.on("console", lambda message: page.told.append(message.text) if message.type in ("error", "warning") else None)
        page.on("pageerror", lambda error: page.told.append(str(error)))
        page.on("request", lambda request: page.asked.append(request.url))
        opened.append(page)
        page.goto(page.home + way)
        return page

    yield open_tab
    for page in opened:
        violations = page.evaluate("window.violations")
        page.context.close()
        told = [text for text in page.told if not ANSWERED.match(text) and not any(part in text for part in page.expected)]
        assert told == []
        assert page.expected or violations == []
        assert [url for url in page.asked if not url.startswith((page.home, "blob:", "data:"))] == [], "nothing comes from elsewhere"


@contextmanager
def read(tab, server, file=NOTE, **more):
    page = tab(server, **more)
    page.set_input_files("#files", file)
    page.wait_for_selector(READ)
    page.wait_for_selector("#view svg.boxes")
    yield page


def until(condition, seconds=60.0):
    end = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.02)
    return found


def locked(text="nothing"):
    pikepdf = pytest.importorskip("pikepdf")
    plain, out = io.BytesIO(), io.BytesIO()
    Image.open(NOTE).convert("RGB").save(plain, "PDF", resolution=72)
    with pikepdf.open(plain) as document:
        document.save(out, encryption=pikepdf.Encryption(owner="o", user="open sesame"))
    return {"name": "locked.pdf", "mimeType": "application/pdf", "buffer": out.getvalue()}


CARRY = """([name, kind, data, event]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([Uint8Array.from(atob(data), letter => letter.charCodeAt(0))], name, { type: kind }));
  const target = document.querySelector("#stage");
  if (event === "paste") return target.dispatchEvent(new ClipboardEvent("paste", { clipboardData: carried, bubbles: true, cancelable: true }));
  for (const one of ["dragenter", "dragover", "drop"]) target.dispatchEvent(new DragEvent(one, { dataTransfer: carried, bubbles: true, cancelable: true }));
}"""


@pytest.mark.parametrize("event", ["drop", "paste"])
def test_a_picture_is_dropped_or_pasted_and_read(tab, nano, event):
    page = tab(nano)
    page.evaluate(CARRY, ["image.png", "image/png", base64.b64encode(NOTE.read_bytes()).decode(), event])
    page.wait_for_selector(READ)
    assert "harbour books" in page.inner_text("#reading")
    name = page.inner_text("#doc-name")
    assert name == "image.png" if event == "drop" else re.fullmatch(r"pasted \d\d\.\d\d\.\d\d\.png", name)


def test_what_is_on_the_clipboard_is_read_by_the_keys_for_paste(tab, nano):
    page = tab(nano)
    page.evaluate(
        """async data => navigator.clipboard.write([new ClipboardItem({ "image/png":
        new Blob([Uint8Array.from(atob(data), letter => letter.charCodeAt(0))], { type: "image/png" }) })])""",
        base64.b64encode(NOTE.read_bytes()).decode(),
    )
    page.keyboard.press("Control+V")
    page.wait_for_selector(READ)
    assert "harbour books" in page.inner_text("#reading")


def test_the_text_is_watched_while_it_is_written(tab, nano):
    page = tab(nano)
    page.evaluate(
        """() => { window.grown = []; new MutationObserver(() => { const text = document.querySelector("#reading .live")?.textContent; if (text) grown.push(text); })
        .observe(document.querySelector("#reading"), { childList: true, subtree: true, characterData: true }); }"""
    )
    page.set_input_files("#files", NOTE)
    page.wait_for_selector(READ)
    grown = page.evaluate("window.grown")
    assert len(set(grown)) > 5 and all(after.startswith(before) for before, after in zip(grown, grown[1:]))
    assert grown[-1].startswith("The harbour")


def test_a_page_that_was_followed_to_its_end_is_looked_at_from_its_beginning(tab, make, scripted):
    words = ("".join(random.Random(number).choices("abcdefghijklmnopqrst", k=6)) for number in range(120))  # no circle
    scripted.texts = ["\n\n".join(words)]
    with make(pause=0.003) as server:
        page = tab(server)
        page.set_input_files("#files", NOTE)
        scrolled = "document.querySelector('#scroll').scrollTop"
        until(lambda: page.evaluate(f"document.querySelector('#reading .live') && {scrolled} > 200"))
        page.wait_for_selector(READ)
        until(lambda: page.evaluate(scrolled) == 0)


def test_what_is_looked_at_survives_a_reload_and_can_be_gone_back_from(tab, make):
    with make() as server:
        page = tab(server)
        page.set_input_files("#files", {"name": "two.tif", "mimeType": "image/tiff", "buffer": pages(2)})
        page.wait_for_selector("#doc-state >> text=/^2 pages$/")
        assert page.locator("#rail button").count() == 2
        page.locator("#rail button").nth(0).click()
        page.wait_for_selector("#reading h2 >> text=Hello")
        page.keyboard.press(".")
        page.wait_for_selector("#reading em >> text=page")
        assert page.url.endswith("/2") and page.locator("#after").is_disabled()
        page.reload()
        page.wait_for_selector("#reading em >> text=page")
        assert page.title() == "two.tif – gotocr"
        page.click(".brand")
        page.click("a.entry >> text=two.tif")
        page.wait_for_selector(READ)
        page.go_back()
        page.wait_for_selector("#home:visible")


def test_several_files_are_listed_stopped_and_removed(tab, make):
    with make(pause=0.2, jobs=1) as server:
        page = tab(server)
        files = [{"name": f"{name}.tif", "mimeType": "image/tiff", "buffer": pages(1)} for name in ("one", "two", "three")]
        page.set_input_files("#files", files)
        page.wait_for_selector("#jobs li:nth-child(1) a >> text=three.tif")
        assert page.locator("#jobs .called").all_inner_texts() == ["three.tif", "two.tif", "one.tif"]
        page.click("a.entry >> text=three.tif")
        page.click("#stop")
        page.wait_for_selector("#doc-state >> text=Stopped after 0")
        assert "stopped" in page.inner_text("#reading")
        page.click("#remove")
        page.click("#sure-dialog >> text=Keep it")
        page.click("#remove")
        page.click("#sure-dialog >> text=Remove >> nth=-1")
        page.wait_for_selector("#home")
        until(lambda: page.locator("#jobs .called").all_inner_texts() == ["two.tif", "one.tif"])
        assert len(server.client.get("/v1/jobs").json["data"]) == 2


def test_options_go_with_the_file(tab, make):
    with make() as server:
        page = tab(server)
        page.click("#choices summary")
        page.check("[name=mode][value=plain]")
        page.fill("[name=pages]", "2")
        page.check("[name=verify]")
        assert page.inner_text("#chosen") == "lines as printed, pages 2, checked"
        page.set_input_files("#files", {"name": "two.tif", "mimeType": "image/tiff", "buffer": pages(2)})
        page.wait_for_selector(READ)
        (job,) = server.client.get("/v1/jobs").json["data"]
        assert job["options"]["mode"] == "plain" and job["options"]["pages"] == "2" and job["options"]["verify"]
        assert page.input_value("#number") == "2" and page.url.endswith("/2") or page.locator("#rail").is_hidden()


def test_words_and_places_are_tied_both_ways(tab, nano):
    with read(tab, nano) as page:
        word = page.locator("#reading [data-word]", has_text="archivist").first
        word.hover()
        lit = page.wait_for_selector("#view .here rect")
        left, top, right, bottom = map(float, word.get_attribute("data-box").split())
        assert float(lit.get_attribute("x")) == left - 2 and float(lit.get_attribute("width")) == right - left + 4
        assert "archivist" in page.inner_text("#tip") and "% sure" in page.inner_text("#tip").replace("\u202f", " ")
        page.mouse.move(5, 5)
        until(lambda: page.locator("#view .here rect").count() == 0)
        layer = page.locator("svg.boxes").bounding_box()
        width = float(page.get_attribute("#view img", "width"))
        scale = layer["width"] / width
        page.mouse.move(layer["x"] + (left + right) / 2 * scale, layer["y"] + (top + bottom) / 2 * scale)
        until(lambda: page.locator("#reading [data-word].on").all_inner_texts() == ["archivist"])
        page.mouse.click(layer["x"] + (left + right) / 2 * scale, layer["y"] + (top + bottom) / 2 * scale)
        assert page.evaluate("document.activeElement.textContent") == "archivist"
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.activeElement.textContent") == "turned"
        assert page.locator("#view .here rect").count() == 1


def test_doubtful_words_are_marked_by_the_threshold_and_gone_through(tab, nano):
    with read(tab, nano) as page:
        sure = [int(value) for value in page.eval_on_selector_all("#reading [data-word][data-sure]", "all => all.map(one => one.dataset.sure)")]
        page.click("#marks")
        for least in (0, 60, 100):
            page.locator("#threshold").fill(str(least))
            expected = sum(value < least for value in sure)
            assert page.locator("#reading [data-word].low:not(.odd)").count() == expected == page.locator("#view .doubts rect").count()
        page.keyboard.press("Escape")
        assert page.evaluate("document.activeElement.id") == "marks"
        page.keyboard.press("n")
        assert page.inner_text("#count") == f"1 of {len(sure)}"
        page.keyboard.press("p")
        assert page.inner_text("#count") == f"{len(sure)} of {len(sure)}"


def test_a_part_is_read_by_mouse_and_found_again(tab, nano):
    with read(tab, nano) as page:
        page.click("#part")
        layer = page.locator("svg.boxes").bounding_box()
        page.mouse.move(layer["x"] + 0.03 * layer["width"], layer["y"] + 0.03 * layer["height"])
        page.mouse.down()
        page.mouse.move(layer["x"] + 0.5 * layer["width"], layer["y"] + 0.1 * layer["height"])
        page.mouse.move(layer["x"] + 0.7 * layer["width"], layer["y"] + 0.22 * layer["height"])
        page.mouse.up()
        page.wait_for_selector(".card .block")
        said = page.inner_text(".card .said")
        assert "harbour books" in said and "ledger" not in said, "the part, and no more"
        page.click(".card >> text=Copy")
        page.wait_for_selector("#toast:not([hidden])")
        assert "harbour books" in page.evaluate("navigator.clipboard.readText()")
        before = len(nano.client.get("/v1/jobs").json["data"])
        page.reload()
        page.wait_for_selector(".card .block")
        page.click(".card [aria-label='Close the part']")
        until(lambda: len(nano.client.get("/v1/jobs").json["data"]) == before - 1)


def test_a_part_is_read_by_touch(tab, nano):
    with read(tab, nano, size="phone", has_touch=True, is_mobile=True) as page:
        page.tap("#part")
        layer = page.locator("svg.boxes").bounding_box()
        finger = page.context.new_cdp_session(page)
        for kind, across, down in (("touchStart", 0.03, 0.03), ("touchMove", 0.3, 0.1), ("touchMove", 0.7, 0.22), ("touchEnd", 0, 0)):
            points = [{"x": layer["x"] + across * layer["width"], "y": layer["y"] + down * layer["height"]}] if kind != "touchEnd" else []
            finger.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
        page.wait_for_selector(".card .block")
        assert "harbour books" in page.inner_text(".card .said")


def test_a_block_is_edited_and_taken_away(tab, make):
    with make() as server:
        page = tab(server)
        page.set_input_files("#files", {"name": "one.tif", "mimeType": "image/tiff", "buffer": pages(1)})
        page.wait_for_selector(READ)
        page.locator(READ).nth(1).dblclick()
        assert page.input_value("form.edit textarea") == "wide world"
        page.fill("form.edit textarea", "a **narrow** one, <script>hit = 1</script> $x^2$")
        page.click("form.edit >> text=Save")
        page.wait_for_selector("#reading .edited strong >> text=narrow")
        assert "<script>hit = 1</script>" in page.inner_text("#reading") and page.locator("#reading math").count() == 1
        (job,) = server.client.get("/v1/jobs").json["data"]
        assert "a **narrow** one" in server.client.get(f"/v1/jobs/{job['id']}/result", to="markdown").body.decode()
        page.locator(READ).nth(0).hover()
        page.locator(".pen").nth(0).click()
        page.keyboard.press("Control+A")
        page.keyboard.press("Delete")
        page.keyboard.press("Control+Enter")
        until(lambda: page.locator(READ).count() == 1)


def test_a_doubtful_word_is_mended_by_what_it_may_be_as_well(tab, nano):
    with read(tab, nano) as page:
        word = page.locator("#reading [data-word][data-others]").first
        said, other = word.inner_text().strip(), json.loads(word.get_attribute("data-others"))[0][0]
        before = page.inner_text("#reading").count(said)
        word.click()
        page.keyboard.press("e")
        chosen = page.evaluate("(({ value, selectionStart, selectionEnd }) => [value.slice(selectionStart, selectionEnd), selectionStart])(document.activeElement)")
        assert chosen == [said, page.evaluate("document.activeElement.value").index(f"{said} lamp")], "the second of its kind"
        page.click(f".mends button >> text={other} >> nth=0")
        page.keyboard.press("Control+Enter")
        page.wait_for_selector("#reading .edited")
        assert page.inner_text("#reading").count(said) == before - 1 + other.count(said) and other in page.inner_text("#reading")


def test_everything_is_copied_and_downloaded(tab, make, scripted):
    scripted.texts = ["# Hello\n\nwide **world**\n\n| a | b |\n|---|---|\n| 1 | 2 |"]
    with make() as server:
        page = tab(server)
        page.set_input_files("#files", {"name": "häng.tif", "mimeType": "image/tiff", "buffer": pages(1)})
        page.wait_for_selector(READ)
        for choice, told, kind, expected in (
            ("Markdown", "copied as Markdown", "text/plain", "# Hello\n\nwide **world**"),
            ("Plain text", "copied as plain text", "text/plain", "Hello"),
            ("Formatted", "copied with its look", "text/html", "<strong>world</strong>"),
        ):
            page.click("#copy")
            page.click(f"#copy-menu >> text={choice}")
            page.wait_for_selector(f"#toast:not([hidden]) >> text={told}")
            found = page.evaluate(
                "async kind => { const [item] = await navigator.clipboard.read(); return (await item.getType(kind)).text(); }", kind
            )
            assert expected in found and "data-word" not in found
        for choice, name, check in (
            ("Markdown", "häng.md", lambda body: b"wide **world**" in body),
            ("Word", "häng.docx", lambda body: "word/document.xml" in zipfile.ZipFile(io.BytesIO(body)).namelist()),
            ("PDF, searchable", "häng.pdf", lambda body: body.startswith(b"%PDF")),
            ("Report to look through", None, lambda body: b"<!doctype html>" in body),
        ):
            page.click("#down")
            with page.expect_download() as coming:
                page.click(f"#down-menu >> text={choice}")
            assert coming.value.suggested_filename == name or (name is None and "häng" in coming.value.suggested_filename)
            assert check(Path(coming.value.path()).read_bytes())


def test_one_page_of_several_is_copied_by_itself(tab, make, scripted):
    scripted.texts = ["# Hello\n\n- wide\n- world\n\n$$x^2$$", "Second *page*"]
    with make() as server:
        page = tab(server)
        page.set_input_files("#files", {"name": "two.tif", "mimeType": "image/tiff", "buffer": pages(2)})
        page.wait_for_selector("#doc-state >> text=/^2 pages$/")
        page.locator("#rail button").nth(0).click()
        page.wait_for_selector("#reading h2")
        for number, told, expected in (
            (0, "The page was copied as Markdown", scripted.texts[0]),
            (1, "The page was copied as plain text", "Hello\n\n- wide\n- world\n\nx^2"),
            (3, "All pages were copied as Markdown", "Second *page*"),
        ):
            page.click("#copy")
            page.locator("#copy-menu [role=menuitem]").nth(number).click()
            page.wait_for_selector(f"#toast:not([hidden]) >> text={told}")
            found = page.evaluate("navigator.clipboard.readText()")
            assert found.strip() == expected if number < 3 else expected in found


def test_a_key_is_asked_for_where_one_is_needed(tab, make):
    with make(keys=("the right one",)) as server:
        page = tab(server)
        page.wait_for_selector("#key-dialog[open]")
        page.keyboard.press("Escape")
        assert page.locator("#key-dialog").is_visible()
        page.fill("#key", "a wrong one")
        page.keyboard.press("Enter")
        page.wait_for_selector("#key-wrong:not([hidden])")
        page.fill("#key", "the right one")
        page.click("#key-dialog >> text=Go on")
        page.wait_for_selector("#key-dialog", state="hidden")
        page.set_input_files("#files", {"name": "two.tif", "mimeType": "image/tiff", "buffer": pages(2)})
        page.wait_for_selector("#view svg.boxes")
        page.wait_for_selector("#rail img")
        page.reload()
        page.wait_for_selector(READ)
        assert page.locator("#key-dialog").is_hidden(), "it is kept as long as the tab"
        assert not [url for url in page.asked if "right" in url]
        other = tab(server)
        other.wait_for_selector("#key-dialog[open]")


def test_a_locked_pdf_asks_for_its_password(tab, nano):
    page = tab(nano)
    page.set_input_files("#files", locked())
    page.wait_for_selector("#unlock")
    assert page.inner_text("#doc-state") == "Locked: it needs its password"
    page.fill("#unlock", "wrong")
    page.keyboard.press("Enter")
    page.wait_for_selector("#unlock-wrong")
    page.fill("#unlock", "open sesame")
    page.click("text=Open and read")
    page.wait_for_selector(READ)
    assert "harbour" in page.inner_text("#reading")
    jobs = [job for job in nano.client.get("/v1/jobs").json["data"] if job["name"] == "locked.pdf"]
    assert [job["status"] for job in jobs] == ["done"], "the tries that failed are gone"


def test_errors_are_told_in_words(tab, make):
    with make(max_bytes=20_000) as server:
        page = tab(server)
        page.set_input_files("#files", {"name": "large.png", "mimeType": "image/png", "buffer": b"x" * 30_000})
        page.wait_for_selector("#jobs .bad >> text=This file is too large: the server takes 20 kB at most.")
        page.click("#jobs button")
        until(lambda: page.locator("#jobs li").count() == 0)
        page.set_input_files("#files", {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no picture at all"})
        page.wait_for_selector("text=This could not be read")
        assert "notes.txt is not a picture or a PDF" in page.inner_text("#reading") and "--" not in page.inner_text("#reading")
        page.goto(page.home + "#/nonesuch")
        page.wait_for_selector("text=There is nothing here")
        page.click("text=To all readings")
        page.wait_for_selector("a.entry >> text=notes.txt")


def test_it_waits_where_the_queue_is_full(tab, make):
    with make() as server:
        page = tab(server)
        busy = json.dumps({"error": {"message": "8 requests are waiting already", "type": "rate_limit_error", "param": None, "code": "busy_error"}})
        turns = []

        def answer(route):
            if route.request.method != "POST" or turns:
                route.continue_()
            else:
                turns.append(route.request.url)
                route.fulfill(status=429, headers={"Retry-After": "2"}, content_type="application/json", body=busy)

        page.route("**/v1/jobs", answer)
        page.set_input_files("#files", {"name": "one.tif", "mimeType": "image/tiff", "buffer": pages(1)})
        page.wait_for_selector("#jobs >> text=The server has its hands full; trying again in 2 s")
        page.wait_for_selector(READ)


def test_it_goes_on_when_the_server_was_gone(tab, make):
    with make(pause=0.05) as server:
        page = tab(server)
        page.route("**/events", lambda route: route.abort())
        page.set_input_files("#files", {"name": "one.tif", "mimeType": "image/tiff", "buffer": pages(1)})
        page.wait_for_selector("#banner:not([hidden]) >> text=The connection to the server is lost")
        page.unroute("**/events")
        page.wait_for_selector(READ)
        until(lambda: page.locator("#banner").is_hidden())


HOSTILE = (
    "<script>window.hit = 1</script> <img src=x onerror=\"window.hit = 2\"> [link](javascript:window.hit=3) <svg onload='window.hit=4'>\n\n"
    "<table><tr><td onclick=\"window.hit=5\"><a href=\"javascript:window.hit=6\">cell</a><style>body{display:none}</style></td></tr></table>\n\n"
    "<iframe srcdoc=\"<script>parent.hit=7</script>\"></iframe> \\(\\href{javascript:window.hit=8}{x}\\) </textarea><base href=//elsewhere.example/>"
)


def test_hostile_text_stays_text(tab, make, scripted):
    scripted.texts = [HOSTILE]
    with make() as server:
        page = tab(server)
        page.set_input_files("#files", {"name": "&lt;b&gt;<img src=x onerror=hit=9>.tif", "mimeType": "image/tiff", "buffer": pages(1)})
        page.wait_for_selector(READ)
        assert "<script>window.hit = 1</script>" in page.inner_text("#reading")
        (job,) = server.client.get("/v1/jobs").json["data"]
        assert page.inner_text("#doc-name") == job["name"] and job["name"].startswith("&lt;b&gt;")
        assert page.locator("#reading :is(script, img, iframe, style, base, a, form)").count() == 0
        for element in page.locator("#reading *").all()[:80]:
            element.dispatch_event("click")
        assert page.evaluate("window.hit") is None


def test_html_that_is_not_safe_is_not_taken_over(tab, make):
    """As if the server's escaping had a hole."""
    html = (
        '<div class="block kind-text" data-block="0" onclick="hit=1" style="position:fixed"><p xmlns="x" a\'b<="1" xml:lang="de">kept <b>too</b></p><script>hit=2</script>'
        '<img src="x" onerror="hit=3"><svg viewBox="0 0 1 1"><script>hit=4</script><use href="https://elsewhere.example/x#y"></use>'
        '<animate onbegin="hit=5"/><foreignObject><iframe src="javascript:hit=6"></iframe></foreignObject><path id="p" d="M0 0"/></svg>'
        '<math><maction actiontype="statusline" href="javascript:hit=7"><mi>x</mi></maction><annotation-xml encoding="text/html"><img src=x onerror="hit=8">'
        '</annotation-xml></math><form action="https://elsewhere.example"><button formaction="javascript:hit=9">b</button></form><a href="javascript:hit=10">a</a>'
        '<template><img src=x onerror="hit=11"></template><p id="reading" title="&quot;><script>hit=12</script>">named</p><link rel=stylesheet href="//elsewhere.example">'
        '<meta http-equiv=refresh content="0;url=//elsewhere.example"><object data="javascript:hit=13"></object><noscript><p title="</noscript><img src=x onerror=hit=14>"></noscript>'
        '</div>'
    )  # fmt: skip
    with make() as server:
        page = tab(server)
        page.expected = ["inline style", "inline event handler"]  # the browser says so of the document that only parses

        def hole(route):
            answer = route.fetch()
            route.fulfill(response=answer, json={**answer.json(), "html": html})

        page.route("**/pages/1", hole)
        page.set_input_files("#files", {"name": "one.tif", "mimeType": "image/tiff", "buffer": pages(1)})
        page.wait_for_selector("#reading b")
        page.locator("#reading p").first.click()
        page.wait_for_timeout(300)
        assert page.evaluate("window.hit") is None
        assert page.locator("#reading :is(script, img, iframe, style, link, meta, object, form, a[href], template, [onclick], [style], use[href*=elsewhere], [id=reading])").count() == 0
        assert page.locator("#reading path#p").count() == 1 and "kept too" in page.inner_text("#reading")
        assert page.locator("#reading").get_attribute("aria-label") == "Reading"


def test_by_keys_alone(tab, nano):
    page = tab(nano)
    page.on("filechooser", lambda chooser: None)  # from now on the browser opens no window for it
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "choose":
            break
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(NOTE)
    page.wait_for_selector("#view svg.boxes")
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.className || document.activeElement.tagName"))
        assert page.evaluate("document.activeElement.matches(':focus-visible')"), "where the focus is can be seen"
        if page.evaluate("Boolean(document.activeElement.word)"):
            break
    else:
        raise AssertionError(reached)
    assert {"copy", "down", "remove", "part", "view", "marks"} <= set(reached)
    page.keyboard.press("ArrowRight")
    assert page.locator("#tip").is_visible()
    page.keyboard.press("e")
    assert page.evaluate("document.activeElement.tagName") == "TEXTAREA"
    page.keyboard.press("End")
    page.keyboard.type("!")
    page.keyboard.press("Escape")
    assert page.locator("form.edit").count() == 0 and page.locator(".edited").count() == 0
    page.keyboard.press("r")
    before = page.get_attribute(".frame", "aria-label")
    for key in ("ArrowUp", "ArrowLeft", "Shift+ArrowLeft", "Shift+ArrowUp"):
        page.keyboard.press(key)
    assert page.get_attribute(".frame", "aria-label") != before and "% wide" in before
    page.keyboard.press("Enter")
    page.wait_for_selector(".card .block")
    page.focus("#copy")
    page.keyboard.press("Enter")
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.textContent") == "Plain text"
    page.keyboard.press("Escape")
    assert page.evaluate("document.activeElement.id") == "copy"
    page.keyboard.press("?")
    assert page.locator("#help-dialog").is_visible()
    page.keyboard.press("Escape")


CONTROLS = {"button", "link", "textbox", "checkbox", "radio", "slider", "menuitem", "dialog", "navigation", "img", "region", "spinbutton", "application"}


def names(page):
    """(role, name) of everything a screen reader may come to."""
    tree = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    return [(node["role"]["value"], node.get("name", {}).get("value", "")) for node in tree if not node["ignored"] and "role" in node]


@pytest.mark.parametrize("size", ["laptop", "phone"])
def test_everything_has_a_name_for_those_who_listen(tab, make, size):
    with make() as server:
        page = tab(server, size=size)
        page.click("#choices summary")
        named = names(page)
        page.set_input_files("#files", {"name": "two.tif", "mimeType": "image/tiff", "buffer": pages(2)})
        page.wait_for_selector("#doc-state >> text=/^2 pages$/")
        page.wait_for_selector("#view svg.boxes")
        page.click("#marks")
        named += names(page)
        page.keyboard.press("Escape")
        page.click("#down")
        page.wait_for_selector("#down-menu [role=menuitem]")
        named += names(page)
        page.keyboard.press("Escape")
        page.keyboard.press("r")
        page.wait_for_selector(".frame")
        named += names(page)
        page.keyboard.press("Escape")
        page.click("#remove")
        named += names(page)
        page.keyboard.press("Escape")
    assert [(role, name) for role, name in named if role in CONTROLS and not name.strip()] == []
    found = set(named)
    for expected in (
        ("button", "Choose files"),
        ("textbox", "Pages"),
        ("navigation", "Pages"),
        ("button", "Page 2, read, 99% likely right"),
        ("textbox", "Page number"),
        ("button", "Read a part"),
        ("button", "Copy"),
        ("heading", "Drop pictures or PDFs here"),
        ("menuitem", "Word .docx"),
        ("dialog", "Remove this reading?"),
        ("heading", "two.tif"),
    ):
        assert any(role == expected[0] and name.startswith(expected[1].split(", 99")[0]) for role, name in found), (expected, sorted(found))


def test_what_happens_is_said(tab, make):
    with make(pause=0.02) as server:
        page = tab(server)
        page.evaluate(
            "() => { window.said = []; new MutationObserver(() => said.push(document.querySelector('#says').textContent)).observe(document.querySelector('#says'), "
            "{ childList: true, characterData: true, subtree: true }); }"
        )
        page.set_input_files("#files", {"name": "one.tif", "mimeType": "image/tiff", "buffer": pages(1)})
        page.wait_for_selector(READ)
        until(lambda: "one.tif: 1 page" in page.evaluate("window.said"))
        assert page.get_attribute("#says", "aria-live") == "polite"


def test_thousands_of_pages_do_not_weigh(tab, make):
    with make() as server:
        code = server.client.ask(pages(1), "long.tif").json["id"]
        job = server.client.wait(code)
        page = tab(server)
        whole = {**job, "pages_total": 5000, "pages_done": 5000}
        events = [("job", whole), *(("leaf", {"index": index, "error": None, "confidence": 0.9, "blocks": 1}) for index in range(5000)), ("end", whole)]
        body = "".join(f"event: {name}\ndata: {json.dumps(data)}\n\n" for name, data in events)
        page.route("**/events", lambda route: route.fulfill(content_type="text/event-stream", body=body))
        first = server.client.get(f"/v1/jobs/{code}/pages/1").json
        page.route(re.compile(r"/pages/\d+$"), lambda route: route.fulfill(json={**first, "index": int(route.request.url.split("/")[-1]) - 1}))
        picture = server.client.get(f"/v1/jobs/{code}/pages/1/picture").body
        page.route(re.compile(r"/picture(\?.*)?$"), lambda route: route.fulfill(body=picture, content_type="image/webp"))
        page.goto(page.home + f"#/{code}")
        page.wait_for_selector(READ)
        assert page.inner_text("#of") == "of 5,000"
        assert page.locator("#rail button").count() < 40
        page.fill("#number", "4321")
        page.keyboard.press("Enter")
        page.wait_for_selector("#rail button.current >> text=4321")
        page.keyboard.press("Tab")
        page.focus("#rail button.current")
        page.keyboard.press("End")
        page.wait_for_selector("#rail button.current >> text=5000")
        assert page.evaluate("document.activeElement.getAttribute('aria-label')").startswith("Page 5000, read")
        page.evaluate("document.querySelector('#rail').scrollTo(0, 0)")
        page.wait_for_selector("#rail button >> text=/^3$/")
        assert page.locator("#rail button").count() < 40 and page.evaluate("document.querySelectorAll('*').length") < 900
        assert len([url for url in page.asked if "width=160" in url]) < 80, "only what is looked at is fetched"


@pytest.mark.parametrize("size", SIZES)
def test_it_fits_screens_of_all_sizes(tab, make, scripted, size):
    scripted.texts = ["# Hello\n\nwide world " * 9 + "\n\n$$" + "x+" * 90 + "y$$\n\n| " + "wide cell | " * 14 + "\n|" + "---|" * 14 + "\n| " + "1 | " * 14]
    with make() as server:
        page = tab(server, size=size, color_scheme="light")
        wide = "document.scrollingElement.scrollWidth <= innerWidth"
        page.click("#choices summary")
        assert page.evaluate(wide)
        page.set_input_files("#files", {"name": "a rather long name of a file that goes on and on and on.tif", "mimeType": "image/tiff", "buffer": pages(2, (400, 300))})
        page.wait_for_selector("#doc-state >> text=/^2 pages$/")
        page.wait_for_selector("#view svg.boxes")
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert_it_fits(page, size, wide)


def assert_it_fits(page, size, wide):
    assert page.evaluate(wide)
    outside = """() => [...document.querySelectorAll("button")].filter(one => one.offsetParent && !one.closest("#rail")).filter(one => {
      const { left, right } = one.getBoundingClientRect(); return left < 0 || right > innerWidth + 0.5; }).map(one => one.outerHTML)"""
    assert page.evaluate(outside) == []
    for menu in ("copy", "down", "marks"):
        page.click(f"#{menu}")
        page.wait_for_selector(f"#{menu}-menu button, #{menu}-panel input")
        box = page.locator(f"#{menu}-menu, #{menu}-panel").bounding_box()
        assert box["x"] >= 0 and box["x"] + box["width"] <= SIZES[size][0], menu
        page.keyboard.press("Escape")
