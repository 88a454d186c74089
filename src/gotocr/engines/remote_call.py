"""A request to a server from its first try to its end: tried again where that may help, adapted to what the server takes, cut at once."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Mapping
from email.utils import parsedate_to_datetime
from threading import Event, Lock
from typing import Any

from ..decode.watch import LETTERS, PAGE
from ..errors import EngineError, GotocrError, ServerError
from ..schema import Job
from .remote_chat import CUT, LONGEST, Ended, Refused, Said, Ways, adapted, body, heard, names, refused, shown
from .remote_events import Events
from .remote_picture import data_uri
from .remote_prompts import is_got
from .remote_server import Server
from .remote_wire import PATIENCE, Answer, CutError, LineError, Request, Wire

Letter = Said | Ended | GotocrError

BUSY = (408, 425, 429, 500, 502, 503, 504, 529)
FIRST_WAIT, LONGEST_WAIT = 0.5, 120.0  # seconds before a request is made again: the first time, doubled each time; what a server may ask for
GREETED = 1  # times that a server is greeted again
ROUNDS = 3  # requests in a row, one begun after the other had failed, after which a server is given up
REST = 60.0  # seconds after which one that was given up is asked again: whoever serves with it outlives its restart
TOLD = 8  # letters: what is cut off in the middle of our key shows no more of it
LISTED = 20  # models that are named in a message
SHORT = 1 << 20  # bytes of an answer that is not read for its text
TOKEN = 4096  # bytes that a token may take on the line, with all that is told of it


class _BusyError(Exception):
    """It may work another time, in so many seconds where the server says so."""

    def __init__(self, why: str, wait: float | None = None, often: bool = True) -> None:
        super().__init__(why)
        self.wait, self.often = wait, often


class _RefusedError(Exception):
    """The server does not take the request."""

    def __init__(self, refused: Refused) -> None:
        super().__init__(refused.words)
        self.refused = refused


class Desk:
    """What is known of a server, for all requests: its key, its model, how it is asked, whether it is of use."""

    def __init__(self, server: Server) -> None:
        self.server, self._key = server, server.key()
        self.model, self.owner = server.model or "", ""
        self.models: dict[str, str] = {}
        self.ways = Ways()
        self.rounds = 0
        self._trouble, self._until = "", 0.0
        self._lock = Lock()

    @property
    def is_got(self) -> bool:
        """Whether its model takes no other orders than the published prompts, and does nothing but read."""
        return is_got(self.model, self.owner)

    def headers(self) -> dict[str, str]:
        known = {"Content-Type": "application/json", "Accept": "text/event-stream, application/json"}
        return known if self._key is None else {**known, "Authorization": f"Bearer {self._key}"}

    def clean(self, text: str) -> str:
        """What a server said, without our key, which some say back."""
        if self._key is None:
            return text
        text = text.replace(self._key, "[key]")
        for count in range(min(len(self._key), LONGEST), TOLD, -1):
            text = text.replace(f"{self._key[:count]}{CUT}", f"[key]{CUT}")
        return text

    def greet(self) -> None:
        """Find out whether the server is there and lets us in, and which model it has. Raises ServerError."""
        url, wire = self.server.url, Wire(self.server.silence)
        for attempt in range(GREETED + 1):
            try:
                answer = wire.ask(Request("GET", f"{url}/models", self.headers()))
                said = answer.body(SHORT) if answer.status == 200 else b""
                break
            except EngineError as error:
                if attempt == GREETED or getattr(error, "lasting", False):
                    raise ServerError(f"cannot reach {url}: {error}") from None
                time.sleep(FIRST_WAIT)
            finally:
                wire.close()
        if answer.status in (401, 403):
            raise self.locked(answer.status)
        try:
            self.models = names(json.loads(said))
        except (ValueError, RecursionError):
            self.models = {}
        self._choose(answer)

    def _choose(self, answer: Answer) -> None:
        if not self.server.model:
            if len(self.models) != 1:
                what = "has a web page there" if answer.kind == "text/html" else "has no model loaded" if answer.status == 200 else "does not say which models it has"
                why = f"has several models: {self._listed()}" if self.models else f"{what}; is the address right, up to /v1?"
                raise ServerError(f"{self.server.url} {why}; choose one with --model NAME")
            self.model = next(iter(self.models))
        self.owner = self.models.get(self.model, "")

    def _listed(self) -> str:
        found = [shown(name) for name in list(self.models)[:LISTED]]
        return self.clean(", ".join(found) + (f" and {len(self.models) - LISTED} more" if len(self.models) > LISTED else ""))

    def locked(self, status: int) -> ServerError:
        where = self.server.key_env or self.server.key_file
        if where is None:
            return ServerError(f"{self.server.url} asks for a key ({status}); name the environment variable that holds it with --key-env, or a file with --key-file")
        return ServerError(f"{self.server.url} refuses the key of {where} ({status}); is it the right one, and may it use {self.model or 'this server'}?")

    def missing(self, said: Refused) -> ServerError:
        """For a 404: of the model, or of the path."""
        if self.models and self.model not in self.models:
            return ServerError(f"there is no model {self.model!r} at {self.server.url}; it has: {self._listed()}")
        if "model" in said.words.lower():
            return ServerError(f"{self.server.url} has no model {self.model!r}: {self.clean(said.words)}")
        return ServerError(f"there is no {self.server.url}/chat/completions (404); is the address right, up to /v1?")

    def check(self) -> None:
        """Raise why the server is not asked any more, where it is not."""
        with self._lock:
            if self._trouble and time.monotonic() >= self._until:
                self._trouble, self.rounds = "", ROUNDS - 1  # one more is enough
            if self._trouble:
                raise ServerError(self._trouble)

    def give_up(self, why: str) -> None:
        if not self._trouble:
            self._trouble, self._until = why, time.monotonic() + REST

    def learn(self, before: Ways, ways: Ways) -> None:
        with self._lock:
            if self.ways == before:
                self.ways = ways

    def worked(self) -> None:
        self.rounds = 0

    def failed(self, begun: int, why: str) -> None:
        """A request that began in a round had no answer in all its tries."""
        with self._lock:
            if begun == self.rounds:
                self.rounds += 1
        if self.rounds >= ROUNDS:
            self.give_up(f"{self.server.url} is given up, for {ROUNDS} requests in a row had no answer: {self.clean(why)}; what was read is kept, --resume goes on")


class Call:
    """One picture at a server: `live` is a thread's work and tells all that happens by `tell`, at last an `Ended` or an error."""

    def __init__(self, desk: Desk, job: Job, tell: Callable[[Letter], object]) -> None:
        self.told: list[str] = []  # what the page is to say about it
        self._desk, self._job, self._tell = desk, job, tell
        self._wire, self._gone = Wire(desk.server.silence), Event()
        self._parts: list[str] = []  # what was handed out
        self._again, self._at, self._letters = "", 0, 0
        self._most = max(PAGE, LETTERS * job.max_tokens) + PAGE

    def hang_up(self) -> None:
        """Nobody listens any more: the connection is closed at once. For any thread."""
        self._gone.set()
        self._wire.cut()

    def live(self) -> None:
        try:
            self._tell(self._read())
        except CutError:
            pass
        except GotocrError as error:
            self._tell(_bare(error))
        except Exception as error:  # nobody may be left waiting
            self._tell(EngineError(f"the request failed in an unexpected way ({type(error).__name__})"))
        finally:
            self._wire.close()

    def _read(self) -> Ended:
        desk, tries, begun = self._desk, 0, self._desk.rounds
        while True:
            ways = desk.ways
            try:
                ended = self._once(ways)
                desk.worked()
                return ended
            except _RefusedError as error:
                new = adapted(ways, error.refused)
                if new == ways:
                    raise self._judged(error.refused) from None
                desk.learn(ways, new)
            except (_BusyError, LineError) as error:
                tries += 1 if getattr(error, "often", True) else max(desk.server.retries, 1)
                wait = getattr(error, "wait", None)
                if tries > desk.server.retries or getattr(error, "lasting", False) or (wait or 0.0) > LONGEST_WAIT:
                    desk.failed(begun, str(error))
                    raise EngineError(f"{desk.server.url}: {desk.clean(str(error))}") from None
                backoff = FIRST_WAIT * 2 ** (tries - 1) * random.uniform(0.75, 1.25)  # so that not all come back at once
                if self._gone.wait(min(max(wait or 0.0, backoff), LONGEST_WAIT)):
                    raise CutError from None

    def _once(self, ways: Ways) -> Ended:
        """Ask once. Raises _RefusedError and _BusyError, besides what is final."""
        desk, job = self._desk, self._job
        self._again, self._at = "".join(self._parts), 0
        picture = data_uri(job.pixels.values, ways.shrunk)
        if ways.shrunk and not self.told and picture != data_uri(job.pixels.values):
            self.told.append("the picture was sent smaller than it is, for the server found it too large")
        sent = body(ways, desk.model, job.prompt.text, picture, job.max_tokens)
        answer = self._wire.ask(Request("POST", f"{desk.server.url}/chat/completions", desk.headers(), sent))
        if answer.status != 200:
            self._refuse(answer)
        if answer.kind == "text/html":
            raise ServerError(f"{desk.server.url} answers with a web page, not as OpenAI's servers do; is the address right, up to /v1?")
        ended = self._stream(answer) if answer.kind == "text/event-stream" else self._whole(answer)
        if self._at < len(self._again):
            raise _otherwise()
        return ended

    def _stream(self, answer: Answer) -> Ended:
        events, ended = Events(), None
        since = time.monotonic()
        patience = PATIENCE * self._desk.server.silence
        for part in answer.parts(SHORT + TOKEN * self._job.max_tokens):
            for event in events.push(part):
                since = time.monotonic()
                ended = self._event(event) or ended
            if ended or events.is_done:
                break
            if time.monotonic() - since > patience:
                raise LineError(f"it kept the line open and wrote nothing for {patience:g} s")
        else:
            for event in events.close():
                ended = self._event(event) or ended
        if ended is None and events.is_done and self._at:
            return Ended("stop")
        if ended is None:
            raise LineError("the line broke in the middle of an answer")
        return ended

    def _whole(self, answer: Answer) -> Ended:
        said = answer.body(SHORT + TOKEN * self._job.max_tokens)
        try:
            event = json.loads(said)
        except (ValueError, RecursionError):
            event = None
        if not isinstance(event, dict):
            raise EngineError(f"{self._desk.server.url} answers with something that is no JSON ({shown(answer.kind) or 'of no kind'}); is the address right, up to /v1?")
        return self._event(event) or Ended("stop")

    def _event(self, event: Mapping[str, Any]) -> Ended | None:
        ended = None
        try:
            for one in heard(event):
                if isinstance(one, Said):
                    self._hand_out(one)
                elif isinstance(one, Refused):
                    self._break_off(one)
                else:
                    ended = one
        except (ValueError, TypeError, AttributeError):
            raise EngineError(f"{self._desk.server.url} does not answer in the form of OpenAI's chat completions") from None
        return ended

    def _hand_out(self, said: Said) -> None:
        """Tell a bit of text, unless it was told already, before the line broke."""
        if self._gone.is_set():
            raise CutError
        known = self._again[self._at : self._at + len(said.text)]
        if not said.text.startswith(known):
            raise _otherwise()
        self._at += len(said.text)
        if rest := said.text[len(known) :]:
            self._letters += len(rest)
            if self._letters > self._most:
                raise EngineError(f"the server's answer has no end: it is longer than {self._most:,} letters")
            self._parts.append(rest)
            self._tell(said._replace(text=rest, alternatives=said.alternatives if not known else ()))

    def _break_off(self, error: Refused) -> None:
        """The server says, in a stream, that something went wrong."""
        if error.code in BUSY:
            raise _BusyError(f"the server is busy, or failed ({error.code}): {error.words}")
        if not self._at:
            raise _RefusedError(error)
        raise EngineError(f"{self._desk.server.url} broke off: {self._desk.clean(error.words)}")

    def _refuse(self, answer: Answer) -> None:
        """Raise what an answer with an error's status means."""
        try:
            said = answer.body(SHORT)
            found = json.loads(said)
            error = refused(found if isinstance(found, dict) else {"error": str(found)}, answer.status)
        except (ValueError, RecursionError, EngineError):
            error = Refused(answer.status, "")
        error = error._replace(code=answer.status)
        if answer.status in (401, 403):
            final = self._desk.locked(answer.status)
        elif answer.status == 404:
            final = self._desk.missing(error)
        elif answer.status == 429 and "quota" in error.words.lower():
            final = ServerError(f"{self._desk.server.url}: {self._desk.clean(error.words)}")
        elif answer.status in BUSY:
            raise _BusyError(f"the server is busy, or failed ({answer.status}){error.words and ': '}{error.words}", _wait(answer), answer.status != 500)
        else:
            raise _RefusedError(error)
        self._desk.give_up(str(final))
        raise final

    def _judged(self, error: Refused) -> GotocrError:
        """What a refusal means, where nothing can be left out of the request."""
        where, words = self._desk.server.url, self._desk.clean(error.words)
        if error.code in (401, 403):
            return self._desk.locked(error.code)
        if error.code == 413:
            return EngineError(f"{where} finds the picture too large; make it smaller with --max-side N, or cut the page with --tiles auto")
        if any(word in error.words.lower() for word in ("context length", "context size", "too many tokens", "max_model_len")):
            return EngineError(f"the picture does not fit the model ({words}); make it smaller with --max-side N, or start the server with more room")
        return EngineError(f"{where} refuses the request ({error.code or 'no code'}): {words or 'it does not say why'}; does {self._desk.model!r} see pictures?")


def _otherwise() -> EngineError:
    return EngineError("the line broke, and asked again the server wrote something else; what had been written is kept")


def _wait(answer: Answer) -> float | None:
    """How long a server asks to wait, in seconds; see RFC 9110, section 10.2.3 "Retry-After"."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return float(said)
    try:
        return max(parsedate_to_datetime(said).timestamp() - time.time(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return None


def _bare(error: GotocrError) -> GotocrError:
    """An error that holds nothing of where it was raised: a picture hangs on that."""
    error.__traceback__ = error.__context__ = error.__cause__ = None
    return error
