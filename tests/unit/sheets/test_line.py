"""What a page is asked, before anybody reads: regions that a model is told of share one picture, those cut out have their own."""

from __future__ import annotations

import numpy as np

from gotocr.engines.models import Family, Setting
from gotocr.pixels.views import View
from gotocr.schema import Page, Pixels, Prompt, Region, Task
from gotocr.sheets.line import Asked, Sheets

BOXES = [(0, 0, 50, 50), (20, 20, 90, 60), (5, 5, 80, 95)]


def sheets(task: Task, told: bool = True) -> tuple[Sheets, list]:
    """The pages of a source with one, and the tasks for which it was looked at."""
    looked = []

    def view(page, task, setting):
        looked.append((page.image.shape[:2], task.region))
        return [View(Pixels(np.zeros((1, 3, 32, 32), np.float32), page_size=page.image.shape[1::-1]))]

    family = Family("none", view, lambda task, pixels, setting: Prompt((task.region,), 0, ()), told=told)
    page = Page(np.full((100, 120, 3), 255, np.uint8))
    return Sheets(Asked(family, lambda: Setting({}, None, None)), iter([page]), task), looked


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
