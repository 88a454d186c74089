"""Which server reads, and how it is asked: what the remote engine opens in place of a folder. No key is held here, only where it is."""

from __future__ import annotations

import os
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

from ..errors import UsageError

SCHEMES = ("http", "https")
LONGEST_KEY = 4096  # letters
_ASKED = "/chat/completions"  # what is pasted along with the address now and then
_KEY = re.compile(r"[\x21-\x7e]+")  # what an HTTP header may hold, without blanks


@dataclass(frozen=True)
class Server:
    """A server that speaks OpenAI's protocol. `url` is its address up to /v1; where it has no path, /v1 is meant.

    The key that opens it is read from the environment variable `key_env` or from the file `key_file` when it is needed; this
    holds none, so that it can be shown, compared, pickled and stored. Raises UsageError for what makes no sense.
    """

    url: str
    model: str | None = None  # its name there; None = the one there is
    key_env: str | None = None
    key_file: str | None = None
    prompt: str | None = None  # what is asked in place of our own words
    at_once: int = 8  # requests under way at a time
    side: int = 2048  # most pixels of a picture's longer side
    silence: float = 120.0  # seconds after which a server that says nothing is given up
    retries: int = 4  # times that a request is made again where the server is busy, or the line broke

    def __post_init__(self) -> None:
        object.__setattr__(self, "url", _address(self.url))
        if self.key_env is not None and self.key_file is not None:
            raise UsageError("the key is in an environment variable or in a file; give one of --key-env and --key-file")
        if self.at_once < 1 or self.side < 1 or self.retries < 0 or not self.silence > 0:
            raise UsageError(f"at_once and side must be at least 1, silence above 0, retries at least 0 (got {self.at_once}, {self.side}, {self.silence}, {self.retries})")

    @property
    def parts(self) -> SplitResult:
        return urlsplit(self.url)

    @property
    def name(self) -> str:
        """What its readings are said to be by."""
        return self.model or self.parts.netloc

    @property
    def identity(self) -> dict[str, object]:
        """What has a say in what it reads."""
        asked = asdict(self)
        return {name: asked[name] for name in ("url", "model", "prompt", "side")}

    def key(self) -> str | None:
        """The key; None where none was named. Raises UsageError, which never shows it."""
        if self.key_env is not None:
            where, said = f"the environment variable {self.key_env}", os.environ.get(self.key_env)
            if said is None:
                raise UsageError(f"{where} is not set; put the key of the server in it")
        elif self.key_file is not None:
            where = f"the file {self.key_file}"
            try:
                said = Path(self.key_file).expanduser().read_text("utf-8-sig")
            except (OSError, ValueError) as error:
                raise UsageError(f"cannot read the key from {where}: {getattr(error, 'strerror', None) or 'no text'}") from None
        else:
            return None
        key = said.strip()
        if not _KEY.fullmatch(key) or len(key) > LONGEST_KEY:
            raise UsageError(f"{where} holds no key: a key is one word of plain letters")
        return key


def is_address(text: str) -> bool:
    """Whether a model's name is a server's address."""
    return text.lower().startswith(tuple(f"{scheme}://" for scheme in SCHEMES))


def _address(url: str) -> str:
    """The address as it is used, without a slash at its end."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise UsageError(f"--url is no address ({error}); give one like http://localhost:8000/v1") from None
    if parts.scheme not in SCHEMES or not parts.hostname or port == 0 or re.search(r"[\s\x00-\x1f\x7f]", url.strip()):
        raise UsageError("--url is no address of a server; give one like http://localhost:8000/v1")
    if "@" in parts.netloc:
        raise UsageError("--url holds a user name or password; keys come from --key-env or --key-file")
    if parts.query or parts.fragment:
        raise UsageError("--url has a ? or # in it; give the address up to /v1, and the key by --key-env or --key-file")
    path = parts.path.rstrip("/").removesuffix(_ASKED).rstrip("/")
    return f"{parts.scheme}://{parts.netloc}{path or '/v1'}"
