"""`docs/performance.md`, made from a stored result of `gotocr bench`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from . import BENCHES
from .rounds import SURE
from .tables import title

STORED = "docs/results/bench.json"

_OPENING = """# How fast it is

<!-- Made from results/bench.json by gotocr.evaluate.speed.page; write there, not here. -->

Every figure on this page comes from one run of `gotocr bench`, unless a note below it says otherwise, and says what that machine did then. Another machine, or the
same one on another day, gives other figures; what carries over is the **ratio** of two rows that were measured side by side
in the same run."""

_METHOD = f"""## How it was measured

- All cases take turns, round after round (A B C A B C ...), so that whatever else the machine does meets all of them alike.
  A figure is the median of the rounds; *least–most* is the range they lie in.
- *ratio* is how many times as much a row has as the first one of its group, round by round, and the median of that.
  *interval* holds the true median with a confidence of {SURE:.0%} or more from six rounds on; five give 94%, three 75%, two 50%.
  It supposes nothing of how times are spread (it lies between two of the paired ratios).
- Warming up does not count: every reader reads a line first, {{warm}} pictures of every kind are drawn first, a server
  answers one question first.
- Every reader has a process of its own, started anew, so that memory and threads are its own. *MB* are 10⁶ bytes.
- Wall time is what a user waits; processor time (*cpu*) adds up all threads, and feels less of what else the machine does."""

_COLUMNS = {
    "batch": """The same pictures by `gotocr read`, by `gotocr batch`, and by `gotocr batch --ray local`: one worker, one thread. Each reads a small and a larger
folder: the difference is what a page takes, the rest is the start. *ratio* compares processor time of a page with that of `read`.""",
    "read": """A *crop* is one line of about 60 characters, the *page* a short letter on A4 at 150 dots an inch, the *pdf* has ten
such pages with less text; they are drawn when the command runs, in a font and from texts that come with the package. `--quick`
puts less on them. A row's *tokens* say how much was written.

| column | meaning |
|---|---|
| load s | from nothing to ready in a new process, imports and all, files in the system's cache |
| loaded MB, peak MB | the most memory the process held when it was ready, and after everything was read; in the second table after the row was read for the first time, what stands above it having been read before: what is more than there, it took |
| device MB | the same of a GPU's memory, as torch counts it |
| s/page, pages/s | from the file to the parsed text, for one page of it |
| cpu s | the same in processor time |
| first s | until the first token is handed out: decoding the file, looking at the picture, reading the prompt |
| tokens/s | tokens after the first one, by the time after it; of several lines, of a pdf, and of a page that is looked at in several parts, looking at the others counts too |
| ratio | s/page against the same model's first engine on the same input; for several lines, against one line |

*Several lines* are read at once by engines that can: so many rows share every call of the network, and a line is looked at
between two tokens of those that are written already. Else they are read in turn; the row says which.
*(random)* is a network of the published size with random weights: as fast and as large, but it reads nothing.""",
    "base": """The published model, *base*, by our engine on ONNX Runtime and by transformers (`GotOcr2ForConditionalGeneration` and
its `generate`, greedy): the same weights, the same page in one tile, the same prompt, as many tokens, the same processors. Each has a process
of its own that stays loaded; they take turns. What is compared is processor time. *int8* and *int4* are kinds of the decoder's
numbers; with int8 drafts every text is known beforehand but for one token in twenty, which is wrong.

| column | meaning |
|---|---|
| peak MB, of the first | the most memory the process held, and how many times what the first one held |
| tokens, the same | how many were written, and how many of them, from the first on, are those of the first one; random weights hardly prefer one token to another, so other kinds of numbers soon write another text |
| GFLOP/s, GB/s | what numpy reaches when it multiplies two matrices of 2048 × 2048, and when it reads 268 MB, in float32 and by processor time: the floor |
| GFLOP, GB | what the picture and the prompt need of sums (two for a product that is added up), and a token of bytes (float32 weights, and keys and values of the text so far) |
| picture | the encoder and the projector |
| picture + prompt | until the first token is there |
| a token | the mean of those after the first |
| of the floor | the least time that was possible in float32 (a token: with its own kind of numbers), as a share of the time taken; smaller numbers can be above 100%, and so can drafts, where one reading serves several tokens |
| faster | how many times as fast as the first one, by processor time |""",
    "make": """Pictures are drawn one after another, and not encoded. The rate counts processor time of the drawing alone, of
this process and of programs it starts; texts and fonts are loaded before. It is about what one core does that
has nothing else to do.

| column | meaning |
|---|---|
| samples/s | samples by processor time, all rounds together; *least–most* of single rounds |
| ms, median; ms, slowest | processor time of one sample |
| megapixels, glyphs | the median of what is on one |""",
    "long": """The same command, `gotocr read FILE -o DIR`, over a PDF of few and one of many small pages with a line of text, from
the file to all formats written; each in a process of its own, once. *ratio of memory* is against the first row: what a page
needs is given back before the next one, so it stays near 1.

| column | meaning |
|---|---|
| s, cpu s | wall and processor time, loading and writing included |
| peak MB | the most memory the process held, and the one in which it draws PDFs |
| file kB, written kB | the PDF, and all that was written of it |""",
    "serve": """So many clients ask, each again as soon as it was answered; every question brings another picture of a line.
Our own server, `gotocr serve`, runs in processes of its own, one that writes several texts at once (*rows*) beside one that
writes them one after another; they take turns.

| column | meaning |
|---|---|
| ready s | from nothing until a first picture was read, files in the system's cache |
| peak MB | the most memory the server's process held |
| requests/s, tokens/s | of all clients together; tokens as the server counts them, else pieces of text |
| first s, answer s | until the first text, and until the end: the middle of all answers, and *p95* where 95 of 100 are below |
| errors | questions without an answer |
| ratio | requests/s against one row and as many clients; of other servers against the first number of clients |""",
}

_TRIED = """## What was tried and did not help

The figures are in [the log](log.md), under "fast".

- *nano*: a pointer that leaves out cells without ink (structures point there); lower bands, which would halve what a token has to read of memory (less is read right); pictures in int8 (a third
  less time to see, one character in twenty another); the pointer in int8 (a seventh of a step, for twenty more nodes); drafts (each token's place goes back into the model, and is any number).
- *base*: one scale for all that is multiplied in int8 (products twice as fast as in blocks, errors half as large again); the bias of attention folded into longer heads; queries times keys in int8 (not to be judged without
  trained weights); bfloat16 (ONNX Runtime has none on these processors; what transformers gains by it stands above); drafts of another width than was measured; attention over several tokens at once (other last bits, so other texts in int8).
- *Both*: threads of the picture networks that spin; denormals as zero; memory arenas for pictures (a gigabyte more, no sooner).

What is left: on processors both writers wait for memory (the share of the floor above says how long), nano's for the cells that its pointer looks at; int8 drafts are bound by the product of a few rows in ONNX Runtime.
On a GPU nothing was measured yet."""

_REPEAT = f"""## To repeat it

```console no-test
$ gotocr bench                    # all of it, some minutes; base is measured where torch is installed
$ gotocr bench --quick            # less text and fewer rounds, under a minute for each subject
$ gotocr bench read --models nano,tesseract --engines onnx,torch --repeats 9
$ gotocr bench base --rivals transformers,int8 --threads 1
$ gotocr bench long --pages 50,5000
$ gotocr bench serve --rows 4 --concurrency 1,4,16
$ gotocr bench serve --url http://localhost:8000/v1 --concurrency 1,4,16
$ gotocr bench --json {STORED}
```

With the last one stored, `GOTOCR_REWRITE_GOLDEN=1 pytest tests/docs/test_performance.py` makes this page anew."""


def performance(result: Mapping[str, Any]) -> str:
    """The page as Markdown."""
    from .make import WARM

    parts = [_OPENING, _machine(result), _METHOD.format(warm=WARM)]
    for name, measured in result["subjects"].items():
        parts += _subject(name, measured)
    return "\n\n".join([*parts, _TRIED, _REPEAT]) + "\n"


def _subject(name: str, measured: Mapping[str, Any]) -> Iterator[str]:
    yield f"## {name.capitalize()}"
    called, _, settings = title(name, measured).partition(": ")
    yield f"`gotocr bench {called}`: {settings}."
    yield _COLUMNS[name]
    yield from (table.markdown() for table in BENCHES[name].tables(measured))
    if measured["notes"]:
        yield "\n".join(f"- {note}" for note in measured["notes"])


def _machine(result: Mapping[str, Any]) -> str:
    machine = result["machine"]
    packages = ", ".join(f"{name} {version}" for name, version in machine["packages"].items())
    threads = ", ".join(f"{name}={value}" for name, value in machine["threads"].items()) or "as the libraries choose"
    load = " ".join(map(str, machine["load"])) if machine["load"] else "unknown"
    rows = {
        "date": machine["date"][:10],
        "command": f"`{result['command']}`",
        "processor": f"{machine['processor']}, {machine['cores']} cores",
        "memory": f"{machine['memory_gb']} GB",
        "system": machine["system"],
        "versions": f"Python {machine['python']}, {packages}",
        "threads": threads,
        "load at the start": f"{load} (processes that wanted to run, over 1, 5 and 15 minutes)",
    }
    return "## The machine\n\n| | |\n|---|---|\n" + "\n".join(f"| {name} | {value} |" for name, value in rows.items())
