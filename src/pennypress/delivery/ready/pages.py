"""A ready page: its bytes in every coding, and how it is sent."""

import gzip
import json
import sys
import time
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import brotli
from django.utils.http import http_date, parse_http_date_safe

from pennypress.delivery.http.head import Headers, lines_of

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# Best first; what a browser accepts is the same few words over and over.
CODINGS = ("br", "zstd", "gzip", "identity")
# At first as fast as keeps the page small, since a reader waits for it; once it has stayed as it is, as small as can be.
QUICK, SMALL = (5, 6, 6), (11, 19, 9)
# How far back brotli looks, as a power of two: a page is no longer, and a larger one costs memory that is not given back.
WINDOW = 18
# Below this a coding saves less than its header costs.
MIN_CODED = 256
# What changes with the hour is at most so old, even where nobody said when it fades.
MAX_AGE_SECONDS = 24 * 3600
# A longer Accept-Encoding is nobody's browser.
MAX_CODINGS = 20
MAGIC = b"pennypress ready page 1\n"


@dataclass(frozen=True, slots=True)
class Form:
    """The page in one coding, with its headers as lines. `later` are those once its second is over and a date can tell it from others."""

    body: bytes
    lines: bytes
    later: bytes


class Page:
    """What was rendered when the clock of changes stood at `number`; it is current until one of its slots changes."""

    __slots__ = (
        "checked",
        "etags",
        "fades_at",
        "forms",
        "headers",
        "made_at",
        "number",
        "size",
        "slots",
        "small",
        "status",
    )

    def __init__(
        self, *, status: int, headers: Headers, bodies: dict[str, bytes], digest: str, number: int,
        slots: Iterable[int], made_at: float, fades_at: float, small: bool = False,
    ) -> None:  # fmt: skip
        self.status, self.headers, self.number, self.small = status, headers, number, small
        self.slots = tuple(slots)
        self.made_at, self.fades_at = made_at, fades_at
        self.checked = number
        self.size = sum(len(body) for body in bodies.values())
        self.etags = {coding: f'"{digest}-{coding}"' for coding in CODINGS}
        self.forms = {coding: self._form(coding, body) for coding, body in bodies.items()}

    def _form(self, coding: str, body: bytes) -> Form:
        headers = [*self.headers, ("etag", self.etags[coding]), ("vary", "accept-encoding")]
        if coding != "identity":
            headers.append(("content-encoding", coding))
        return Form(body, lines_of(headers), lines_of([*headers, ("last-modified", http_date(self.made_at))]))

    @classmethod
    def of(
        cls, *, status: int, headers: Headers, body: bytes, number: int, slots: Iterable[int],
        fades_at: float | None, before: "Page | None",
    ) -> "Page":  # fmt: skip
        """A page just rendered. Where it has come out as it was `before`, it stays as old and as small as that one."""
        now = time.time()
        digest = blake2b(json.dumps([status, headers]).encode() + body, digest_size=12).hexdigest()
        same = before if before is not None and before.digest == digest else None
        return cls(
            status=status, headers=headers, digest=digest, number=number, slots=slots,
            bodies=same.bodies if same else coded(body, QUICK),
            made_at=same.made_at if same else now,
            fades_at=min(now + MAX_AGE_SECONDS, fades_at or now + MAX_AGE_SECONDS),
            small=bool(same and same.small),
        )  # fmt: skip

    def is_current(self, words: Any, number: int, now: float) -> bool:
        """Whether rendering it now would show the same; `words` are the clock's, `number` is what it shows."""
        if self.checked != number:
            since = self.number
            for slot in self.slots:
                if words[slot] > since:
                    return False
            self.checked = number
        return now < self.fades_at

    def form_for(self, accepted: str) -> Form:
        forms = self.forms
        for coding in codings_in(accepted):
            if coding in forms:
                return forms[coding]
        return forms["identity"]

    def is_known(self, if_none_match: str) -> bool:
        """Whether the reader's copy is this page, in whichever coding they hold it."""
        known = self.etags.values()
        # As browsers ask; all else is a list.
        if if_none_match in known or if_none_match.strip() == "*":
            return True
        return any(tag.strip().removeprefix("W/") in known for tag in if_none_match.split(","))

    def smaller(self) -> "Page":
        """The same page with its codings at their best."""
        return Page(
            status=self.status, headers=self.headers, bodies=coded(self.bodies["identity"], SMALL), digest=self.digest,
            number=self.number, slots=self.slots, made_at=self.made_at, fades_at=self.fades_at, small=True,
        )  # fmt: skip

    def is_older_than(self, if_modified_since: str) -> bool:
        """Whether the page is as it was at that date; a date that is none says nothing."""
        asked = parse_http_date_safe(if_modified_since)
        return asked is not None and int(self.made_at) <= asked

    @property
    def bodies(self) -> dict[str, bytes]:
        return {coding: form.body for coding, form in self.forms.items()}

    @property
    def digest(self) -> str:
        return self.etags["identity"].strip('"').removesuffix("-identity")

    def as_bytes(self, epoch: int) -> bytes:
        bodies = self.bodies
        head = {
            "epoch": epoch, "status": self.status, "headers": self.headers, "digest": self.digest,
            "number": self.number, "slots": self.slots, "made_at": self.made_at, "fades_at": self.fades_at,
            "small": self.small, "lengths": {coding: len(body) for coding, body in bodies.items()},
        }  # fmt: skip
        return b"".join([MAGIC, json.dumps(head).encode(), b"\n", *bodies.values()])

    @classmethod
    def from_bytes(cls, data: bytes, epoch: int) -> "Page | None":
        """The page as it was kept, or None for one of another epoch or a torn one."""
        line, _, rest = data.removeprefix(MAGIC).partition(b"\n")
        try:
            head = json.loads(line) if data.startswith(MAGIC) else {"epoch": None, "lengths": {}}
        except ValueError:
            return None
        lengths = head.pop("lengths")
        if head.pop("epoch") != epoch or sum(lengths.values()) != len(rest):
            return None
        bodies, start = {}, 0
        for coding, length in lengths.items():
            bodies[coding], start = rest[start : start + length], start + length
        headers = [(name, value) for name, value in head.pop("headers")]
        return cls(headers=headers, bodies=bodies, **head)


def coded(body: bytes, levels: tuple[int, int, int]) -> dict[str, bytes]:
    """The bytes in every coding that makes them smaller."""
    bodies = {"identity": body}
    if len(body) < MIN_CODED:
        return bodies
    br, zst, gz = levels
    bodies["br"] = brotli.compress(body, quality=br, mode=brotli.MODE_TEXT, lgwin=WINDOW)
    bodies["zstd"] = zstd.compress(body, zst)
    bodies["gzip"] = gzip.compress(body, gz, mtime=0)
    return {coding: coded_body for coding, coded_body in bodies.items() if len(coded_body) <= len(body)}


_codings: dict[str, tuple[str, ...]] = {}


def codings_in(accepted: str) -> tuple[str, ...]:
    """The codings an Accept-Encoding header allows, in our order of preference (RFC 9110, 12.5.3)."""
    known = _codings.get(accepted)
    if known is None:
        known = _parse_accepted(accepted)
        if len(_codings) < 1000 and len(accepted) < 200:
            _codings[accepted] = known
    return known


def _parse_accepted(accepted: str) -> tuple[str, ...]:
    weights: dict[str, float] = {}
    for part in accepted.lower().split(",")[:MAX_CODINGS]:
        name, *parameters = (word.strip() for word in part.split(";"))
        weights[name] = next((_weight(word[2:]) for word in parameters if word.startswith("q=")), 1.0)
    rest = weights.get("*", 0.0)
    allowed = [(weights.get("x-gzip" if c == "gzip" and c not in weights else c, rest), c) for c in CODINGS[:-1]]
    # Among those the reader allows ours is the choice; a weight of zero forbids.
    return tuple(coding for weight, coding in allowed if weight > 0)


def _weight(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
