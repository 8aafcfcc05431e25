"""Films and sound from elsewhere: a fixed list of providers, recognised by address, never asked before a click."""

import re
from dataclasses import dataclass

PATTERNS = (
    (
        "YouTube",
        r"https?://(?:www\.|m\.)?youtube\.com/watch\?(?:.*&)?v=([\w-]{11})",
        "https://www.youtube-nocookie.com/embed/{}",
    ),
    ("YouTube", r"https?://youtu\.be/([\w-]{11})", "https://www.youtube-nocookie.com/embed/{}"),
    ("Vimeo", r"https?://(?:www\.)?vimeo\.com/(\d{4,12})", "https://player.vimeo.com/video/{}?dnt=1"),
    ("SoundCloud", r"(https?://soundcloud\.com/[\w-]+/[\w-]+)", "https://w.soundcloud.com/player/?url={}"),
)
FRAME_HOSTS = ["https://www.youtube-nocookie.com", "https://player.vimeo.com", "https://w.soundcloud.com"]


@dataclass(frozen=True)
class Embed:
    provider: str
    url: str
    frame_url: str


def recognise(url: str) -> Embed | None:
    """What the address shows, or None for a provider that is not on the list."""
    for provider, pattern, frame in PATTERNS:
        match = re.match(pattern, url.strip())
        if match:
            return Embed(provider, url.strip(), frame.format(match.group(1)))
    return None
