"""Proof of work (altcha's second protocol), asked for only where a form runs hot: cheap once, dear a thousand times.

The work is done by static/delivery/proof.js in the reader's own browser; nobody else is asked.
"""

import hashlib
import hmac
import secrets
from datetime import timedelta
from typing import Any

import altcha
from django.conf import settings
from django.utils import timezone

from pennypress.delivery.limits import claim_once

# Every attempt is one PBKDF2 of so many rounds, and the right one is among these. Measured in Chromium on a busy machine
# with two cores: 0.1 to 0.5 s for each comment; the server makes and checks one in 2 ms.
ROUNDS = 6_000
FEWEST_ATTEMPTS, MOST_ATTEMPTS = 100, 300
# Long enough for the slowest phone and a lost connection, too short to be hoarded.
LIFE = timedelta(minutes=10)
# What a script says that was asked for work and cannot do it: over plain HTTP browsers offer no PBKDF2.
CANNOT = "cannot"


def new_challenge(what: str, who: str) -> dict[str, Any]:
    """A challenge for one person and one thing they want to do, to be solved within LIFE."""
    attempts = FEWEST_ATTEMPTS + secrets.randbelow(MOST_ATTEMPTS - FEWEST_ATTEMPTS)
    made = altcha.create_challenge(
        algorithm="PBKDF2/SHA-256",
        cost=ROUNDS,
        counter=attempts,
        expires_at=int((timezone.now() + LIFE).timestamp()),
        data={"for": _bound_to(what, who)},
        hmac_secret=_key(),
    )
    return made.to_dict()


def is_proof(payload: str, what: str, who: str) -> bool:
    """Whether this solves a challenge of ours for this person and this thing, and was not used before. Uses it up."""
    if not payload or len(payload) > 4_000:
        return False
    if not altcha.verify_solution(payload, _key()).verified:
        return False
    parameters = altcha.Payload.from_base64(payload).challenge.parameters
    if not hmac.compare_digest(str((parameters.data or {}).get("for", "")), _bound_to(what, who)):
        return False
    return claim_once("delivery.proof", parameters.nonce[:64], until=timezone.now() + LIFE)


def _bound_to(what: str, who: str) -> str:
    return hashlib.blake2b(f"{what}\0{who}".encode(), key=_key().encode()[:64], digest_size=12).hexdigest()


def _key() -> str:
    return hmac.digest(settings.SECRET_KEY.encode(), b"delivery.proof", "sha256").hex()
