"""A converted model to a hub, by huggingface_hub: the files of its manifest, checked, and nothing else."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ..errors import GotocrError, OutputError, UsageError, WeightsError
from .fetch import digest
from .folder import MANIFEST

_REPO = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
_BRANCH = re.compile(r"[A-Za-z0-9_][\w./-]*", re.ASCII)
_LOG_IN = "say who you are: run 'hf auth login', or set HF_TOKEN"


def push(folder: str | Path, repo: str, private: bool = False, revision: str | None = None) -> str:
    """Upload a converted model to the model repository `repo` ("USER/NAME"), made where it is not there; gives its address.

    If `private`, a repository that is there must be so already.

    Every file of the manifest is checked against its sha256 first; others in the folder stay here. The token is where
    huggingface_hub looks for it (HF_TOKEN, or what `hf auth login` kept). Raises UsageError for a name that is none, WeightsError for a
    folder that is not as its manifest says, OutputError where the hub refuses or cannot be reached.
    """
    check(repo, revision)
    folder = Path(folder).expanduser()
    names = [*_checked(folder), MANIFEST]
    from huggingface_hub import CommitOperationAdd, HfApi

    api = HfApi()
    with _telling(repo, revision):
        api.create_repo(repo, private=private or None, exist_ok=True)  # None: as the account has it
        if private and not api.model_info(repo).private:
            raise OutputError(f"{repo} is there and public, so nothing was uploaded; make it private on the hub, or leave out --private")
        if revision is not None:
            api.create_branch(repo, branch=revision, exist_ok=True)
        operations = [CommitOperationAdd(name, str(folder / name)) for name in names]
        done = api.create_commit(repo, operations, commit_message="Upload by gotocr convert", revision=revision)
    return str(done.commit_url)


def check(repo: str, revision: str | None = None) -> None:
    """Whether an upload can be tried. Raises UsageError for names that are none, OutputError where there is no token."""
    if not _REPO.fullmatch(repo) or ".." in repo or "--" in repo:
        raise UsageError(f"{repo:.80} names no repository; give USER/NAME")
    if revision is not None and not _BRANCH.fullmatch(revision):
        raise UsageError(f"{revision:.80} names no branch; give one like main or int8")
    from huggingface_hub import get_token

    if not get_token():
        raise OutputError(f"to upload to {repo}, {_LOG_IN}")


def _checked(folder: Path) -> list[str]:
    """The files of the manifest, all there and as it says."""
    try:
        files: Mapping[str, Any] = json.loads((folder / MANIFEST).read_text("utf-8"))["files"]
        expected = {name: told["sha256"] for name, told in files.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise WeightsError(f"{folder} has no {MANIFEST} that can be read; make the folder with: gotocr convert MODEL -o {folder}") from error
    for name, told in expected.items():
        if Path(name).name != name or not (folder / name).is_file():
            raise WeightsError(f"{folder} lacks {name:.80}, which its {MANIFEST} names; convert again")
        if digest(folder / name, quiet=True) != told:
            raise WeightsError(f"{name} is not as the {MANIFEST} of {folder} says; convert again")
    return sorted(expected)


@contextmanager
def _telling(repo: str, revision: str | None) -> Iterator[None]:
    """Turns what the hub's library raises into an OutputError of one line."""
    from huggingface_hub import errors

    try:
        yield
    except GotocrError:
        raise
    except errors.OfflineModeIsEnabled as error:
        raise OutputError("HF_HUB_OFFLINE is set, so nothing is uploaded; unset it and run again") from error
    except errors.RevisionNotFoundError as error:
        raise OutputError(f"{repo} has no revision {revision!r} to upload to; name a branch") from error
    except errors.HfHubHTTPError as error:
        raise OutputError(_refusal(error, repo)) from error
    except Exception as error:  # what its network libraries raise shares no parent
        first = (str(error).splitlines() or [""])[0]
        raise OutputError(f"the upload to {repo} failed ({type(error).__name__}: {first:.200}); run the same command again") from error


def _refusal(error: Any, repo: str) -> str:
    status = getattr(error.response, "status_code", None)
    said = str(getattr(error, "server_message", None) or "").splitlines()
    said = f" ({said[0]:.200})" if said else ""
    if status == 401:
        return f"the hub does not know this token{said}; {_LOG_IN}"
    if status == 403:
        return f"the hub refuses to write to {repo}{said}; use a token that may write, of somebody who may write there"
    if status == 404:
        return f"there is no {repo} on the hub, or this token may not see it{said}; check the name and the token"
    return f"the hub refused the upload to {repo} with status {status}{said}; run the same command again"
