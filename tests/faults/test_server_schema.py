"""What Schemathesis makes of the server's own description: no request breaks it, and every answer is one that was described."""

from __future__ import annotations

import io
import json
import random
import warnings
from collections import Counter

import pytest

pytest.importorskip("fastapi")
schemathesis = pytest.importorskip("schemathesis")

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis.errors import HypothesisWarning, Unsatisfiable
from schemathesis.core.failures import FailureGroup

from tests.conftest import marked
from tests.unit.serve.conftest import data_uri, question, wait_for
from tests.unit.serve.jobs_server import maker, pages

CASES = 25  # of each kind for each operation
# A picture, and what is asked of it, may be refused though they are of the right form: `pages` that are not there, for one.
PASSED_OVER = {"positive_data_acceptance", "negative_data_rejection", "use_after_free", "ensure_resource_availability"}


def picture() -> bytes:
    out = io.BytesIO()
    marked((80, 32)).save(out, "PNG")
    return out.getvalue()


@pytest.fixture
def server(scripted, model_folder, tmp_path):
    scripted.texts = ["# Words\n\nand $x^2$ more of them.\n", "| a | b |\n|---|---|\n| 1 | 2 |\n"]
    with maker(model_folder, tmp_path)(deadline=20.0) as found:
        found.desk.warm_up()
        wait_for(lambda: found.desk.ready)
        found.schema = schemathesis.openapi.from_url(f"http://127.0.0.1:{found.port}/openapi.json")
        yield found


def test_every_path_is_described(server):
    described = json.loads(server.client.get("/openapi.json").body)["paths"]
    assert {"/health", "/v1/models", "/v1/chat/completions", "/v1/convert", "/v1/ocr", "/v1/jobs", "/v1/jobs/{job_id}/result"} <= set(described)
    for path, methods in described.items():
        for method, about in methods.items():
            assert any(status[0] == "2" for status in about["responses"]), (path, method)
            assert {"4XX", "5XX"} <= set(about["responses"]), (path, method)


def operations(schema):
    return {found.ok().label: found.ok() for found in schema.get_all_operations()}


@pytest.mark.parametrize("real", [False, True], ids=["made up", "with a real picture or job"])
def test_every_answer_is_one_that_was_described(server, real):
    """All operations in one test: they are not known before the server runs."""
    dice, wrong, seen = random.Random(1), [], Counter()
    done = server.client.ask(pages(2), to="markdown").json["id"]
    server.client.wait(done)
    for label, operation in operations(server.schema).items():
        for mode in schemathesis.GenerationMode:
            try:
                strategy = operation.as_strategy(generation_mode=mode)

                @seed(1)
                @settings(max_examples=CASES, database=None, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.generate])
                @given(case=strategy)
                def look(case):
                    if real:
                        make_real(case, server.client, done, dice)
                    answer = case.call(timeout=30)
                    seen[label, answer.status_code] += 1
                    try:
                        case.validate_response(answer, excluded_checks=excluded)
                    except (FailureGroup, Exception) as error:
                        wrong.append(f"{label}: {getattr(error, 'exceptions', [error])}")

                with warnings.catch_warnings():
                    warnings.simplefilter("ignore", HypothesisWarning)
                    look()
            except (Unsatisfiable, ValueError) as error:  # nothing can be wrong with such a request, or Schemathesis cannot make it
                assert mode is schemathesis.GenerationMode.NEGATIVE, (label, error)
    assert not wrong, "\n\n".join(wrong[:5])
    assert not [found for found in seen if found[1] >= 500], seen
    labels = {label for label, status in seen if status < 300}
    if real:
        missing = set(operations(server.schema)) - labels
        assert not missing, (missing, seen)


def _excluded():
    from schemathesis.checks import CHECKS, load_all_checks

    load_all_checks()
    return [check for check in CHECKS.get_all() if check.__name__ in PASSED_OVER]


excluded = _excluded()


def make_real(case, client, done, dice):
    """Some of the made-up parts of a request give way to what there really is, so that what lies behind is reached."""
    path = case.path_parameters or {}
    if "job_id" in path:
        fresh = case.method == "DELETE" or case.path.endswith("/cancel")
        path["job_id"] = client.ask(pages(1)).json["id"] if fresh else done
    if "model_id" in path:
        path["model_id"] = "scripted"
    if "number" in path and dice.random() < 0.7:
        path["number"] = dice.choice([1, 2])
    if "block" in path and dice.random() < 0.7:
        path["block"] = 0
        if dice.random() < 0.5:
            case.body = {"text": "Other words"}
    if case.path == "/v1/jobs/{job_id}/result" and dice.random() < 0.5:
        case.query = {name: value for name, value in (case.query or {}).items() if name == "to"}
    if dice.random() < 0.3 and isinstance(case.body, dict):
        case.body = {}
    if not isinstance(case.body, dict):
        return
    uri = data_uri(picture())
    if case.path == "/v1/chat/completions":
        case.body |= {"messages": question(uri)["messages"], "model": "scripted"}
    elif case.path == "/v1/ocr":
        case.body |= {"document": {"type": "image_url", "image_url": uri}, "model": "scripted"}
    elif case.path in ("/v1/convert", "/v1/jobs"):
        case.body.pop("source", None)
        case.body["file"] = picture()
