"""What a page is asked, before anybody reads: regions that a model is told of share one picture, those cut out have their own."""

from __future__ import annotations

import numpy as np

from gotocr.engines.models import Family, Setting
from gotocr.pixels.views import View
from gotocr.errors import MissingExtraError
from gotocr.schema import Leaf, Page, Pixels, Prompt, Region, Task
from gotocr.sheets.line import Asked, Sheets
from gotocr.sheets.sources import Sources

BOXES = [(0, 0, 50, 50), (20, 20, 90, 60), (5, 5, 80, 95)]


def sheets(task: Task, told: bool = True) -> tuple[Sheets, list]:
    """The pages of a source with one, and the tasks for which it was looked at."""
    looked = []

    def view(page, task, setting):
        looked.append((page.image.shape[:2], task.region))
        return [View(Pixels(np.zeros((1, 3, 32, 32), np.float32), page_size=page.image.shape[1::-1]))]

    family = Family("none", view, lambda task, pixels, setting: Prompt((task.region,), 0, ()), told=told)
    page = Page(np.full((100, 120, 3), 255, np.uint8))
    return Sheets(Asked(family, lambda: Setting({}, None, None)), Sources([page], lambda one: iter([one])), task), looked


def asked(task: Task, told: bool = True):
    made, looked = sheets(task, told)
    assert made.open()
    (sheet,) = made.waiting
    jobs = []
    for job in made.jobs():
        if job is None:
            break
        jobs.append(job)
        made.waiting.clear()
    return sheet, jobs, looked


def test_regions_that_are_told_share_a_picture():
    sheet, jobs, looked = asked(Task(regions=tuple(Region(box) for box in BOXES)))
    assert len(looked) == 1 and len({id(job.pixels) for job in jobs}) == 1 and looked[0][0] == (100, 120)
    assert [job.prompt.ids[0].box for job in jobs] == BOXES, "every one has its own question"
    assert sheet.size == sheet.page.image.nbytes + jobs[0].pixels.values.nbytes and len(sheet.views) == 3


def test_what_is_cut_out_is_a_picture_of_its_own():
    regions = (Region(BOXES[0]), Region(BOXES[1], crop=True), Region(BOXES[2]), Region(BOXES[1], crop=True))
    _, jobs, looked = asked(Task(regions=regions))
    assert [size for size, _ in looked] == [(100, 120), (40, 70), (40, 70)] and looked[1][1] is None
    assert jobs[0].pixels is jobs[2].pixels is not jobs[1].pixels
    _, jobs, looked = asked(Task(regions=regions), told=False)
    assert len(looked) == len(jobs) == 4 and all(region is None for _, region in looked)


def drafted(task: Task, landmarks=None, drafts: bool = True) -> list:
    """The drafts of the jobs of a page of a PDF that says something itself."""
    family = Family("none", lambda *_: [View(Pixels(np.zeros((1, 3, 8, 8), np.float32)))], lambda *_: Prompt((1,), 0, ()), drafts=drafts)
    page = Page(np.full((100, 120, 3), 255, np.uint8), text="says the file")
    made = Sheets(Asked(family, lambda: Setting({}, None, None), landmarks), Sources([page], lambda one: iter([one])), task)
    assert made.open()
    return [made._jobs[0].drafts, made]


def test_drafts_are_what_is_told_what_the_file_says_and_another_reading_made_once():
    asked = []

    def other(page):
        asked.append(page)
        return Leaf(0, 1, 1, "reads another")

    found, made = drafted(Task(drafts=("told",)), other)
    assert found == ("told", "says the file", "reads another") and len(asked) == 1
    assert made._other(made.waiting[0], made.waiting[0].views[0].part).text == "reads another" and len(asked) == 1
    assert drafted(Task(), None)[0] == ("says the file",)
    assert drafted(Task(drafts=None), other)[0] is None and len(asked) == 1
    drafted(Task(), other, drafts=False)
    assert len(asked) == 1, "nobody is asked for a model that makes no use of it"


def test_a_page_is_read_without_a_draft_where_the_other_reader_fails():
    def fails(page):
        raise MissingExtraError("other", "another reading")

    assert drafted(Task(), fails)[0] == ("says the file",)


def test_what_is_looked_at_again_is_as_new():
    """A part of a page may lie where another one lay: what was read of that is not its own."""
    made = drafted(Task(), lambda page: Leaf(0, 1, 1, "reads another"))[1]
    made.open(), made.waiting.rotate(1)  # the end of a source that is turned away from, and the page as one behind it
    (size,) = {sheet.size for sheet in made.waiting if sheet.size}
    made.skip()
    (sheet,) = made.waiting
    assert not sheet.begun and not sheet.others and not sheet.views and sheet.size < size
    made._begin(sheet)
    assert sheet.size == size
