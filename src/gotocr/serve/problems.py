"""What goes wrong, in the form OpenAI's clients know: {"error": {"message", "type", "param", "code"}} and a status."""

from __future__ import annotations

import re
from typing import Any

from ..errors import GotocrError, OutputError, UsageError

NO_RETRY = {"x-should-retry": "false"}  # OpenAI's clients ask again after 408, 409, 429 and 5xx, unless told not to
_TYPES = {
    400: "invalid_request_error",
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}


class RequestError(UsageError):
    """A request that cannot be understood or is not supported; `param` says where."""

    def __init__(self, message: str, param: str | None = None, code: str | None = None, status: int = 400) -> None:
        super().__init__(message)
        self.param, self.code, self.http_status = param, code, status


class BusyError(GotocrError):
    """The queue is full; `after` says in how many seconds it is worth trying again."""

    http_status = 429

    def __init__(self, waiting: int, after: int) -> None:
        super().__init__(f"{waiting} requests are waiting already; try again in {after} s")
        self.after = after


def no_room(what: str, error: OSError) -> OutputError:
    """Something for which the disk has no room, or that it cannot hold."""
    return OutputError(f"{what} ({error.strerror or error}); the server's TMPDIR needs room")


def form(message: str, status: int, param: str | None = None, code: str | None = None) -> dict[str, Any]:
    """The body of an answer that is an error."""
    kind = _TYPES.get(status, "invalid_request_error" if status < 500 else "server_error")
    return {"error": {"message": message, "type": kind, "param": param, "code": code}}


def told(error: BaseException) -> tuple[int, dict[str, Any], dict[str, str]]:
    """Status, body and headers for an error; what nobody expected gives no more away than that it happened."""
    if not isinstance(error, GotocrError):
        return 500, form("something unexpected went wrong; the server's log says what", 500, code="unexpected_error"), NO_RETRY
    status = error.http_status
    code = getattr(error, "code", None) or _code(error)
    headers: dict[str, str] = {}
    if isinstance(error, BusyError):
        headers = {"Retry-After": str(error.after)}
    elif status >= 500:
        headers = NO_RETRY  # it would fail again, or take as long again
    return status, form(str(error), status, getattr(error, "param", None), code), headers


def _code(error: GotocrError) -> str:
    """TooLargeError -> too_large_error."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", type(error).__name__).lower()
