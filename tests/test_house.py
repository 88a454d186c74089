"""The law of the house: floors, sizes, names, the public surface, and doors that open fast without torch."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
HOUSE = ROOT / "src" / "gotocr"
FLOORS = {
    **dict.fromkeys(["schema", "registry", "errors", "child"], 0),
    **dict.fromkeys(["pixels", "prompt", "model", "draw", "metrics", "scale"], 1),
    **dict.fromkeys(["weights", "kinds", "decode"], 2),
    **dict.fromkeys(["engines", "formats", "synth", "trust"], 3),
    **dict.fromkeys(["reader", "sheets"], 4),
    **dict.fromkeys(["train", "evaluate", "serve", "mcp", "batch", "ocrmypdf"], 5),
    "cli": 6,
}
BESIDE = {("registry", "errors"), ("child", "errors"), ("reader", "sheets"), ("mcp", "serve")}  # rooms of one floor of which one may use the other
MOST_FILE, MOST_FUNCTION, MOST_PARAMETERS = 400, 60, 6
FORBIDDEN = re.compile(r"utils?|common|helpers?|misc|manager|base_\w*|new_\w*|\w*v\d+")
TARGET = re.compile(r"gotocr((?:\.\w+)+):\w+")  # a registry's "module:attribute"
HEAVY = "torch transformers onnxruntime numpy PIL tokenizers pypdfium2 huggingface_hub skia cv2 tqdm mcp".split()

SOURCES = sorted(HOUSE.rglob("*.py"))
every_file = pytest.mark.parametrize("path", SOURCES, ids=[str(path.relative_to(HOUSE)) for path in SOURCES])


def parsed(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"), str(path))


def imports(tree: ast.Module, path: Path) -> set[str]:
    """Every module of the package that a file imports, anywhere in it, or names as a registry's target."""
    package = ["gotocr", *path.relative_to(HOUSE).parts[:-1]]
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) + 1 - node.level] if node.level else []
            module = ".".join([*base, *filter(None, [node.module])])
            found |= {f"{module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and (match := TARGET.fullmatch(node.value)):
            found.add("gotocr" + match[1])
    return {module for module in found if module.split(".")[0] == "gotocr"}


def broken_floors(tree: ast.Module, path: Path) -> list[str]:
    room = path.relative_to(HOUSE).parts[0].removesuffix(".py")
    if room in ("__init__", "__main__"):  # the front door points at rooms, and imports none
        return []
    broken = []
    for module in sorted(imports(tree, path)):
        other = (module + ".").split(".")[1]
        lower = FLOORS.get(other, 99) < FLOORS[room] or (room, other) in BESIDE
        if other != room and not lower:
            broken.append(f"{room} imports {module}")
    return broken


def functions(tree: ast.Module) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    return [node for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))]


def parameters(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    given = function.args
    names = [arg.arg for arg in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    return names[1:] if names[:1] in (["self"], ["cls"]) else names


def too_large(tree: ast.Module) -> list[str]:
    found = []
    for function in functions(tree):
        lines = function.end_lineno - function.lineno + 1
        if lines > MOST_FUNCTION:
            found.append(f"{function.name}: {lines} lines")
        if len(parameters(function)) > MOST_PARAMETERS:
            found.append(f"{function.name}: {len(parameters(function))} parameters; make a frozen dataclass of them")
    return found


def in_python(code: str) -> str:
    """Standard output of `code` in a fresh interpreter."""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_checks_can_fail():
    source = "from ..engines import onnx\ndef f(a, b, c, d, e, f, g):\n    import gotocr.cli.read\nT = 'gotocr.reader:load'\nfrom . import guard\n"
    tree, path = ast.parse(source), HOUSE / "decode" / "loop.py"
    assert imports(tree, path) == {"gotocr.engines.onnx", "gotocr.cli.read", "gotocr.reader", "gotocr.decode.guard"}
    assert len(broken_floors(tree, path)) == 3 and len(too_large(tree)) == 1
    assert broken_floors(ast.parse("import gotocr\nfrom gotocr import load"), path), "nobody imports from the front door"
    assert len(SOURCES) > 20


def test_every_room_stands_on_a_floor():
    rooms = {path.stem for path in HOUSE.iterdir() if path.suffix == ".py" or (path / "__init__.py").is_file()}
    assert rooms - {"__init__", "__main__"} == set(FLOORS)


@every_file
def test_a_room_uses_only_itself_and_lower_floors(path):
    assert not broken_floors(parsed(path), path)


@every_file
def test_files_functions_and_parameters_stay_small(path):
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= MOST_FILE, f"{lines} lines"
    assert not too_large(parsed(path))


@every_file
def test_a_file_opens_by_saying_what_it_is(path):
    says = ast.get_docstring(parsed(path))
    assert says or (path.name == "__init__.py" and not path.read_text("utf-8").strip())


def test_names_are_plain_nouns():
    names = [part for path in SOURCES for part in path.relative_to(HOUSE).with_suffix("").parts]
    assert [name for name in names if FORBIDDEN.fullmatch(name)] == []


def test_nothing_names_a_place_on_one_machine():
    texts = [*SOURCES, *(ROOT / "tests").rglob("*.py"), *ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), ROOT / "Makefile"]
    place = "/work" + "/"
    assert [str(path) for path in texts if path.is_file() and place in path.read_text("utf-8")] == []


def test_the_public_surface_is_pinned():
    listed = in_python("import gotocr; print(*sorted(gotocr.__all__)); [getattr(gotocr, name) for name in gotocr.__all__]")
    assert listed.split() == "Document GotocrError Reader Region Task __version__ load read".split()


def tree_of(text: str) -> list[str]:
    """The paths of the README's captioned tree: the fenced block that starts with `src/gotocr/`."""
    block = re.search(r"^```\w*\nsrc/gotocr/.*?\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    return re.findall(r"^[\s│├└─]*(\w+(?:/|\.py))", block[1], re.MULTILINE) if block else []


def test_the_tree_in_the_readme_is_the_real_one():
    readme = ROOT / "README.md"
    shown = tree_of(readme.read_text("utf-8")) if readme.is_file() else []
    if not shown:
        pytest.skip("the README shows no tree yet")
    real = [f"{path.name}/" for path in HOUSE.iterdir() if (path / "__init__.py").is_file()]
    real += [path.name for path in HOUSE.glob("*.py") if not path.name.startswith("__")]
    assert sorted(shown) == sorted(real)


def test_the_tree_is_found_in_a_readme():
    text = "x\n```\nsrc/gotocr/\n├── cli/     doors\n├── reader.py   arrows\n└── kinds/\n```\n"
    assert tree_of(text) == ["cli/", "reader.py", "kinds/"]


DOORS = {
    "help": (["--help"], 0),
    "help of a verb": (["read", "--help"], 0),
    "version": (["version"], 0),
    "list": (["list"], 0),
    "no such verb": (["raed"], 2),
    "no such option": (["read", "x.png", "--colur", "red"], 2),
    "no such format": (["read", "x.png", "--to", "doc"], 2),
    "no such task": (["read", "x.png", "--task", "poem"], 2),
    "no such model": (["read", "x.png", "--model", "nonesuch"], 2),
}


@pytest.mark.parametrize("name", DOORS)
def test_doors_open_without_anything_heavy(name):
    argv, expected = DOORS[name]
    code = (
        f"import sys; from gotocr.cli import main; code = main({argv!r});"
        f"print('\\n', code, *(name for name in {HEAVY!r} if name in sys.modules))"
    )
    assert in_python(code).splitlines()[-1].split() == [str(expected)]


@pytest.mark.parametrize("argv", [["missing.png"], ["missing.png", "--engine", "torch"], [__file__]], ids=str)
def test_errors_of_reading_come_without_torch(argv):
    code = (
        f"import sys; from gotocr.cli import main; code = main({['read', *argv]!r});"
        "print('\\n', code, 'torch' in sys.modules, 'onnxruntime' in sys.modules)"
    )
    assert in_python(code).splitlines()[-1].split() == ["3", "False", "False"]


def test_help_comes_at_once():
    """A tenth of a second of processor time; several times that is allowed, for slow and busy machines."""
    resource, took = pytest.importorskip("resource"), []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "gotocr", "--help"], capture_output=True, check=True, timeout=180)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        took.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(took) < 0.9
