"""How a server is set up: one field is one option of `gotocr serve`."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from ..decode.batch import AT_ONCE
from ..errors import UsageError
from ..pixels.limits import Limits

LOCAL = ("localhost", "127.0.0.1", "::1")
SILENCE = 10.0  # seconds a foreign server may stay silent when a picture is fetched from it
DRAWING = 10.0  # seconds a page of a PDF may take to draw, or a picture to decode: requests share the processes that do so
MOST_JOBS = 64  # each has a thread


@dataclass(frozen=True)
class Settings:
    """Sizes in bytes and pixels, times in seconds."""

    host: str = "127.0.0.1"
    port: int = 8000  # 0 = a free one
    rows: int = AT_ONCE  # texts written at once
    queue: int = 64  # requests that may wait beyond those
    keys: tuple[str, ...] = ()  # any of them opens; none = no key is asked for
    without_key: bool = False  # let others than this machine in without a key
    max_bytes: int = 32 << 20  # of a request, its pictures in base64
    max_pixels: int = 50_000_000  # of one page, decoded
    max_pages: int = 10_000  # of one file
    deadline: float = 300.0  # of a request, waiting and all
    allow_urls: bool = False  # fetch pictures from public addresses
    remember: bool = False  # a page that was read before is not read again, whoever asks
    store: Path | None = None  # the file that jobs are kept in; None = one of this port in the user's state folder, for port 0 a passing one
    store_bytes: int = 2 << 30  # that file and what belongs to it
    keep: float = 86_400.0  # how long a job is kept after its end
    jobs: int = 2  # jobs read at once

    def check(self) -> Settings:
        """These settings; raises UsageError where they make no sense together."""
        if not is_loopback(self.host) and not self.keys and not self.without_key:
            raise UsageError(
                f"--host {self.host} lets other machines in; ask for a key with --api-key-file FILE or GOTOCR_API_KEY, "
                "or let everybody in with --without-key"
            )
        if self.jobs > MOST_JOBS:
            raise UsageError(f"--jobs {self.jobs} is too many; {MOST_JOBS} at once is the most, and a few are as fast")
        return self

    @property
    def limits(self) -> Limits:
        return Limits(self.max_pixels, self.max_bytes, min(SILENCE, self.deadline), min(DRAWING, self.deadline), self.max_pages, apart=True)

    @property
    def hosts(self) -> tuple[str, ...]:
        """The names by which it may be called; none = by any.

        Without a key and for this machine alone, other names are refused: a web page whose name was made to point here
        (DNS rebinding) would otherwise be let in by the browser.
        """
        return (*LOCAL, self.host) if not self.keys and is_loopback(self.host) else ()


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach it; a name other than localhost is taken for reachable."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
