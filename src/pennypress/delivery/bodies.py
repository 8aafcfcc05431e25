"""Reading what a request brings with it, so that nobody keeps others out by sending it slowly.

A request waits for a thread only once its body is there. Until then it holds a place of its network's and one of all.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

from django.utils.translation import gettext as _

# The largest picture an editor may send (settings.WAGTAILIMAGES_MAX_UPLOAD_SIZE) and its form around it.
LARGEST_UPLOAD = 16 * 1024 * 1024
UPLOADS = "/admin/"
# What Django reads of a form (settings.DATA_UPLOAD_MAX_MEMORY_SIZE): readers send no files. A larger one would reach it and be
# "not understood", where it is only too large.
LARGEST_FORM = 2_500_000
# A form arrives with its headers, or a moment later; an office sends so many at once only when it tries to.
PER_NETWORK = 16
IN_ALL = 256
# A phone in a tunnel says nothing for so long; a whole picture from it takes no longer than the other.
SILENCE_SECONDS = 20
LONGEST_SECONDS = 300


class NoBody(Exception):
    """The body was not taken; what to answer."""

    def __init__(self, status: int, sentence: str, retry_after: int = 0) -> None:
        super().__init__(sentence)
        self.status, self.sentence = status, sentence
        self.headers = [("retry-after", str(retry_after))] if retry_after else []


class Bodies:
    """The bodies on their way to one web process."""

    def __init__(self) -> None:
        self.of_network: Counter[str] = Counter()

    async def read(self, connection: Any, *, path: str, announced: str, network: str) -> bytes:
        """The whole body. Raises NoBody where it is too large, too slow or cut off, or too many are on their way."""
        largest = LARGEST_UPLOAD if path.startswith(UPLOADS) else LARGEST_FORM
        length = int(announced) if announced.isascii() and announced.isdecimal() else None
        if length is not None and length > largest:
            raise NoBody(413, _("This is larger than the server accepts."))
        if length == 0:
            return b""
        if self.of_network[network] >= PER_NETWORK:
            raise NoBody(429, _("Too many requests at once. Please try again in a few seconds."), 5)
        if self.of_network.total() >= IN_ALL:
            raise NoBody(503, _("The server is busy. Please try again in a few seconds."), 5)
        self.of_network[network] += 1
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                body = await _whole(aiter(connection), largest)
        except TimeoutError:
            raise NoBody(408, _("This took too long to arrive. Please try again.")) from None
        finally:
            self.of_network[network] -= 1
            if not self.of_network[network]:
                del self.of_network[network]
        return body


async def _whole(parts: AsyncIterator[bytes], largest: int) -> bytes:
    """Raises NoBody and TimeoutError."""
    kept: list[bytes] = []
    size = 0
    while True:
        try:
            async with asyncio.timeout(SILENCE_SECONDS):
                part = bytes(await anext(parts))
        except StopAsyncIteration:
            return b"".join(kept)
        except ConnectionError:
            raise NoBody(400, _("This did not arrive whole. Please try again.")) from None
        size += len(part)
        if size > largest:
            raise NoBody(413, _("This is larger than the server accepts."))
        kept.append(part)
