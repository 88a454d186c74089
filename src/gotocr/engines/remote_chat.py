"""OpenAI's chat protocol as a client speaks it: what is sent for a picture, and what comes back as bits of text; no line is held here.

The form is that of OpenAI's API reference, "Chat Completions", with what other servers make of it: fields that one of them does not
know are left out from then on (`adapted`).
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

from ..decode.alternatives import DOUBTED, LEAST, MOST

LONGEST = 200  # letters of what a server says, in a message
CUT = "..."  # behind what was cut off
CAPS = ("max_tokens", "max_completion_tokens")  # the field that caps an answer, as most servers call it and as newer ones do


class Said(NamedTuple):
    """A bit of text as the server wrote it. `probability` is nan where it does not say; `is_token` where it is one token."""

    text: str
    probability: float = math.nan
    alternatives: tuple[tuple[str, float], ...] = ()
    is_token: bool = False


class Ended(NamedTuple):
    """The server says why it stopped: "stop", "length", or whatever its reason is called."""

    reason: str


class Refused(NamedTuple):
    """What a server says went wrong: its code, if it is a number (HTTP's), and its words with the field it names."""

    code: int
    words: str


@dataclass(frozen=True)
class Ways:
    """How a server is asked, as far as it is known what it understands."""

    stream: bool = True
    sureness: bool = True  # it is asked how sure it is
    temperature: bool = True
    cap: str | None = CAPS[0]
    shrunk: int = 0  # how often pictures were found too large


def body(ways: Ways, model: str, asked: str, picture: str, most: int) -> bytes:
    """The JSON of a request to read a `picture`, a data URI."""
    content = [{"type": "image_url", "image_url": {"url": picture}}, {"type": "text", "text": asked}]
    made: dict[str, Any] = {"model": model, "messages": [{"role": "user", "content": content}], "stream": ways.stream}
    if ways.temperature:
        made["temperature"] = 0
    if ways.cap:
        made[ways.cap] = most
    if ways.sureness:
        made |= {"logprobs": True, "top_logprobs": MOST}
    return json.dumps(made).encode()


def adapted(ways: Ways, refused: Refused) -> Ways:
    """How to ask instead, by what a server says it does not take; the same where it names nothing that can be left out."""
    said = refused.words.lower()
    if refused.code == 413:
        return replace(ways, shrunk=ways.shrunk + 1) if ways.shrunk < 2 else ways
    if "logprob" in said and ways.sureness:
        return replace(ways, sureness=False)
    if "temperature" in said and ways.temperature:
        return replace(ways, temperature=False)
    if CAPS[1] in said and ways.cap == CAPS[0] and "large" not in said:
        return replace(ways, cap=CAPS[1])
    if ways.cap and any(name in said for name in (*CAPS, "context length", "context size", "max_model_len")):
        return replace(ways, cap=None)
    if re.search(r"\bstream", said) and ways.stream:  # no "upstream"
        return replace(ways, stream=False)
    return ways


def heard(event: Mapping[str, Any]) -> Iterator[Said | Ended | Refused]:
    """What an event of a stream, or a whole answer, says. Raises ValueError for what is of neither form."""
    if event.get("error") or event.get("object") == "error":
        yield refused(event)
        return
    choices = event.get("choices")
    if not isinstance(choices, list):
        if "usage" in event or not event:
            return
        raise ValueError("it has no choices")
    for choice in choices[:1]:
        if not isinstance(choice, dict):
            raise ValueError("a choice is no object")
        said = choice.get("delta") or choice.get("message") or {}
        text = _text(said.get("content") if isinstance(said, dict) else None) or _text(choice.get("text"))
        if text:
            yield from _tokens(text, choice.get("logprobs"))
        reason = choice.get("finish_reason")
        if isinstance(reason, str) and reason:
            yield Ended(reason)


def refused(event: Mapping[str, Any], status: int = 0) -> Refused:
    """What an error says, in whatever form: {"error": {"message", "code", "param"}}, {"error": "..."}, {"detail": ...}, {"message"}."""
    error = event.get("error", event)
    if not isinstance(error, dict):
        return Refused(status, shown(str(error)))
    words = error.get("message") or error.get("detail") or event.get("detail") or event.get("message") or ""
    code = next((code for code in (error.get("code"), error.get("status"), event.get("code")) if isinstance(code, int)), 0)
    field = error.get("param")
    text = shown(words if isinstance(words, str) else json.dumps(words))
    return Refused(status or code, f"{text} ({shown(field)})" if isinstance(field, str) and field not in text else text)


def shown(text: str) -> str:
    """What a server said, for a message: one line, no control characters, not endless."""
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text[: 4 * LONGEST]).split())
    return line if len(line) <= LONGEST and len(text) <= 4 * LONGEST else f"{line[:LONGEST]}{CUT}"


def names(listed: Any) -> dict[str, str]:
    """The models in an answer to GET /v1/models, each with who owns it."""
    data = listed.get("data") if isinstance(listed, dict) else None
    found = [one for one in data if isinstance(one, dict) and isinstance(one.get("id"), str)] if isinstance(data, list) else []
    return {one["id"]: str(one.get("owned_by", "")) for one in found}


def _text(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):  # parts, as some servers send them
        return "".join(part["text"] for part in content if isinstance(part, dict) and isinstance(part.get("text"), str))
    return ""


def _tokens(text: str, logprobs: Any) -> Iterator[Said]:
    """A text as its tokens, where these are told and make it up; else as one."""
    told = logprobs.get("content") if isinstance(logprobs, dict) else None
    tokens = [one for one in told if isinstance(one, dict) and isinstance(one.get("token"), str)] if isinstance(told, list) else []
    if not tokens:
        yield Said(text)
        return
    chances = [_chance(one.get("logprob")) for one in tokens]
    if "".join(one["token"] for one in tokens) != text:  # halves of letters, or spelled in another way
        yield Said(text, math.prod(chances))
        return
    for one, chance in zip(tokens, chances, strict=True):
        if one["token"]:
            yield Said(one["token"], chance, _others(one.get("top_logprobs"), one["token"], chance), is_token=True)


def _others(told: Any, chosen: str, chance: float) -> tuple[tuple[str, float], ...]:
    if not isinstance(told, list) or not chance < DOUBTED:
        return ()
    found = {one["token"]: _chance(one.get("logprob")) for one in told if isinstance(one, dict) and isinstance(one.get("token"), str)}
    likely = [(text, chance) for text, chance in found.items() if text not in ("", chosen) and "\ufffd" not in text and chance >= LEAST]
    return tuple(sorted(likely, key=lambda pair: -pair[1])[:MOST])


def _chance(logprob: Any) -> float:
    if isinstance(logprob, bool) or not isinstance(logprob, (int, float)) or not logprob <= 0.01:
        return math.nan
    return math.exp(max(min(logprob, 0.0), _NEVER))


_NEVER = -1000  # a logarithm whose number is 0; JSON has whole numbers that no float holds
_WORD = re.compile(r"\s{0,16}\w{1,32}|\s{0,16}[^\w\s]{1,4}|\s{1,16}")


class Words:
    """Text in any parts becomes pieces that are the same however it was parted: words, with the white before them.

    Tokens, whose probabilities are known, stay as they are. Halves of a letter (surrogates) that come apart are joined.
    """

    def __init__(self) -> None:
        self._rest, self._half = "", ""

    def push(self, said: Said) -> list[Said]:
        text = self._half + said.text
        self._half = text[-1] if text and "\ud800" <= text[-1] <= "\udbff" else ""
        text = text[: len(text) - len(self._half)]
        if text and any("\ud800" <= letter <= "\udfff" for letter in text):
            text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        if said.is_token or not math.isnan(said.probability):
            return [*self.close(), said._replace(text=text)]
        self._rest += text
        return self._cut(False)

    def close(self) -> list[Said]:
        """What is left at the end."""
        return self._cut(True)

    def _cut(self, whole: bool) -> list[Said]:
        found, at = [], 0
        for match in _WORD.finditer(self._rest):
            if match.end() == len(self._rest) and not whole:  # more of it may come
                break
            found.append(Said(match[0]))
            at = match.end()
        self._rest = self._rest[at:]
        return found


def warned(chances: Sequence[float]) -> str:
    """What a page says about how sure its writer was."""
    if any(not math.isnan(chance) for chance in chances):
        return "how sure the writer was is what the server says; it was not calibrated"
    return "how sure the writer was is not known: the server does not say"
