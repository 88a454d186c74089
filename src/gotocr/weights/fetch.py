"""Where the weights of a model come from: a local path as it is, or a pinned, digest-checked download on first use."""

from __future__ import annotations

import errno
import hashlib
import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import getproxies

from tqdm import tqdm

from ..errors import OfflineError, WeightsError

_BLOCK = 1 << 22  # bytes hashed at a time
_PATIENCE = 10.0  # seconds to wait for the hub's first answer


@dataclass(frozen=True)
class Source:
    """A repository of the Hugging Face hub at one revision, and the sha256 of each file that is needed."""

    repo: str
    revision: str
    files: Mapping[str, str]
    gigabytes: float


SOURCES: Mapping[str, Source] = {
    "base": Source(
        repo="stepfun-ai/GOT-OCR-2.0-hf",
        revision="d3017ef2c2c1395888c8d635c5e0508bcb0ac78d",
        files={
            "config.json": "cbe8aacd6cd84a2d58eafcd0045c6ac40e02e3a448f24b8cee51cc81d8bdccf2",
            "tokenizer.json": "36b382a3c48c9a143c30139dac6c8230ddfb0b46a3dc43082af6052abe99d9de",
            "model.safetensors": "6175ac7868a4e75735f5d59f78c465081ad3427eb4f312d072a0f1d16b333ba4",
        },
        gigabytes=1.1,
    )
}


def find(model: str, quiet: bool = False) -> Path:
    """The folder (or .safetensors file) with the weights of `model`: a name of `SOURCES`, or a path.

    A name is downloaded on first use into the hub's own cache (HF_HOME); a path wins only when it is not such a name
    (write ./base for a folder called base). Raises WeightsError when there is nothing, OfflineError when a download is
    needed and cannot be had.
    """
    if model in SOURCES:
        return download(model, SOURCES[model], quiet)
    path = Path(model).expanduser()
    if not path.exists():
        raise WeightsError(f"no model named {model!r} and no such folder or file; downloadable are: {', '.join(SOURCES)}")
    return path


def download(name: str, source: Source, quiet: bool = False) -> Path:
    """The folder with all files of `source`, fetched where they are not at hand yet, each digest checked once.

    Raises OfflineError when the network is needed and not there, WeightsError when a digest differs.
    """
    with _bars(quiet):
        paths = [_fetch(name, source, file) for file in source.files]
    for path in paths:
        verify(path, source.files[path.name], quiet)
    return paths[0].parent


def at_hand(model: str) -> bool:
    """Whether all files of a name of `SOURCES` lie on this machine already (unchecked); never goes to the network."""
    from huggingface_hub import try_to_load_from_cache

    source = SOURCES[model]
    return all(isinstance(try_to_load_from_cache(source.repo, file, revision=source.revision), str) for file in source.files)


def _fetch(name: str, source: Source, file: str) -> Path:
    from huggingface_hub import hf_hub_download
    from huggingface_hub.constants import ENDPOINT, HF_HUB_OFFLINE
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        return Path(hf_hub_download(source.repo, file, revision=source.revision, local_files_only=True))
    except LocalEntryNotFoundError:
        pass
    if HF_HUB_OFFLINE or not _reachable(ENDPOINT):
        raise OfflineError(_offline_message(name, source))
    try:
        return Path(hf_hub_download(source.repo, file, revision=source.revision))
    except Exception as error:  # whatever the hub's network library raises
        cause = error.__cause__ or error
        if getattr(cause, "errno", None) == errno.ENOSPC:
            raise WeightsError(f"the disk is full; {name} needs {source.gigabytes} GB (HF_HOME says where)") from error
        first = (str(cause).splitlines() or [""])[0]
        raise OfflineError(
            f"the download of {file} from {source.repo} failed ({type(cause).__name__}: {first:.200}); "
            "run the same command again, or use --model nano, which needs no download"
        ) from error


def _reachable(endpoint: str) -> bool:
    """Whether the hub answers at all; the hub's own library would try again for half a minute without a word."""
    where = urlsplit(endpoint)
    if where.scheme in getproxies():
        return True  # the proxy will tell
    try:
        port = where.port or (443 if where.scheme == "https" else 80)
        socket.create_connection((where.hostname or "", port), _PATIENCE).close()
    except OSError:
        return False
    return True


def verify(path: Path, expected: str, quiet: bool = False) -> None:
    """Check a file's sha256; what was checked once and has not changed since is not read again.

    Raises WeightsError when it differs.
    """
    stamps = _Stamps()
    if stamps.known(path) == expected:
        return
    found = digest(path, quiet)
    if found != expected:
        raise WeightsError(
            f"{path} is damaged or was replaced (sha256 {found[:12]}..., expected {expected[:12]}...); "
            f"delete {path.resolve()} and run again"
        )
    stamps.add(path, found)


def digest(path: Path, quiet: bool = False) -> str:
    """sha256 of a file in hex, with a progress bar on a terminal."""
    state = hashlib.sha256()
    size = path.stat().st_size
    bar = tqdm(total=size, unit="B", unit_scale=True, desc=f"checking {path.name}", leave=False, disable=quiet or None)
    with bar, open(path, "rb") as file:
        while block := file.read(_BLOCK):
            state.update(block)
            bar.update(len(block))
    return state.hexdigest()


class _Stamps:
    """Which files were checked: size, time and digest by path, kept beside the hub's cache; losing them is harmless."""

    def __init__(self) -> None:
        from huggingface_hub.constants import HF_HOME

        self.path = Path(HF_HOME) / "gotocr" / "verified.json"
        try:
            known = json.loads(self.path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            known = {}
        self.all = known if isinstance(known, dict) else {}

    def known(self, path: Path) -> str | None:
        stamp = self.all.get(str(path.resolve()))
        return stamp[-1] if isinstance(stamp, list) and stamp[:-1] == self._state(path) else None

    def add(self, path: Path, found: str) -> None:
        self.all[str(path.resolve())] = [*self._state(path), found]
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(json.dumps(self.all, indent=1), encoding="utf-8")
        except OSError:
            pass  # a read-only cache: the file is checked again next time

    @staticmethod
    def _state(path: Path) -> list[int]:
        state = path.stat()
        return [state.st_size, state.st_mtime_ns]


@contextmanager
def _bars(quiet: bool) -> Iterator[None]:
    """Silence the hub's progress bars for a while."""
    from huggingface_hub.utils import are_progress_bars_disabled, disable_progress_bars, enable_progress_bars

    silence = quiet and not are_progress_bars_disabled()
    if silence:
        disable_progress_bars()
    try:
        yield
    finally:
        if silence:
            enable_progress_bars()


def _offline_message(name: str, source: Source) -> str:
    from huggingface_hub.constants import HF_HUB_CACHE, HF_HUB_OFFLINE

    reason = "HF_HUB_OFFLINE is set" if HF_HUB_OFFLINE else "the Hugging Face hub cannot be reached"
    mend = "unset it" if HF_HUB_OFFLINE else "connect"
    folder = source.repo.rpartition("/")[2]
    return (
        f"the weights of {name!r} are not in {HF_HUB_CACHE} and {reason}: {mend} and run again ({source.gigabytes} GB, once); "
        f"or run 'hf download {source.repo} --revision {source.revision} --local-dir {folder}' on a connected machine, "
        f"copy the folder here and use --model ./{folder}; or use --model nano, which needs no download"
    )
