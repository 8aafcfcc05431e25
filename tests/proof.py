"""A small piece of work, done as a reader's browser does it."""

import json
import re
from html import unescape

import altcha


def solved(challenge: dict) -> str:
    """The proof that answers a challenge."""
    made = altcha.Challenge.from_dict(challenge)
    return altcha.Payload(made, altcha.solve_challenge(made)).to_base64()


def challenge_in(page: str) -> dict:
    """The challenge a page asks its reader's browser to answer."""
    found = re.search(r'data-challenge="([^"]+)"', page)
    assert found is not None
    return json.loads(unescape(found[1]))
