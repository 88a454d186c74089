"""Which look is the best, when there is no gain any more, and that looking changes nothing."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("skia")
pytest.importorskip("cv2")

from gotocr.errors import OutputError  # noqa: E402
from gotocr.train.finetune.check import check, save  # noqa: E402
from gotocr.train.finetune.course import Course  # noqa: E402
from gotocr.train.finetune.recipes import recipe_of  # noqa: E402
from gotocr.train.finetune.watch import Look, Watch  # noqa: E402
from gotocr.train.loop import Run  # noqa: E402
from gotocr.train.parallel import Team  # noqa: E402


def test_fewer_errors_are_better_and_as_many_with_a_clearly_lower_loss():
    look = Look(20, 0.1, 1.0)
    assert look.beats(None) and Look(40, 0.09, 9.0).beats(look) and not Look(40, 0.11, 0.1).beats(look)
    assert Look(40, 0.1, 0.97).beats(look) and not Look(40, 0.1, 0.99).beats(look)


def test_it_ends_after_so_many_looks_without_gain():
    watch = Watch(Course(patience=3), print)
    for step, error in enumerate((0.5, 0.4, 0.45, 0.4), 1):
        watch.looks.append(Look(20 * step, error, 1.0))
    assert watch.best.step == 40 and not watch._is_over() and not watch.ended
    watch.looks.append(Look(100, 0.6, 1.0))
    assert watch._is_over() and watch.ended == "ended early: 3 looks without gain"


@pytest.fixture
def run(displays, small_nano, tmp_path):
    course = Course(data=str(displays), out=str(tmp_path), model=str(small_nano), check_every=2, judged=4)
    found = check(course)
    save(found.lessons, course.training / "lessons.jsonl")
    save(found.held, course.training / "held-out.jsonl")
    return course, Run.start(recipe_of(course, found.sum), Team())


def test_a_look_leaves_weights_and_chance_as_they_were(run):
    course, made = run
    with torch.no_grad():
        for value in made.learner.average.own.values():
            value.add_(0.01)
    before = {name: value.clone() for name, value in made.learner.network.state_dict().items()}
    chance, watch = torch.get_rng_state(), Watch(course, lambda line: None)
    assert not watch(made, False) and [look.step for look in watch.looks] == [0]
    assert all(torch.equal(value, before[name]) for name, value in made.learner.network.state_dict().items())
    assert torch.equal(chance, torch.get_rng_state()) and made.learner.network.training
    again = watch.look(made)
    assert again == watch.looks[0] and again != Look(0, 0, 0)
    assert (course.training / "best" / "nano.safetensors").is_file()
    assert not watch(made, False) and len(watch.looks) == 1, "a step is looked at once"
    made.place.step = 1
    assert not watch(made, False) and len(watch.looks) == 1, "and only every so many steps"
    assert not watch(made, True) and [look.step for look in watch.looks] == [0, 1], "and what it is over with"


def test_a_course_that_goes_on_forgets_looks_behind_its_checkpoint(run):
    course, made = run
    (course.training / "held-out-looks.jsonl").write_text('{"step": 0, "error": 1.0, "loss": 3.0}\n{"step": 4, "error": 0.5, "loss": 2.0}\n')
    going_on = SimpleNamespace(pupil=made.pupil, recipe=SimpleNamespace(resume=True), place=SimpleNamespace(step=2))
    watch = Watch(course, lambda line: None)
    watch._begin(going_on)
    assert [look.step for look in watch.looks] == [0]
    (course.training / "held-out-looks.jsonl").write_text("torn")
    with pytest.raises(OutputError, match="begin anew without --resume"):
        Watch(course, lambda line: None)._begin(going_on)
