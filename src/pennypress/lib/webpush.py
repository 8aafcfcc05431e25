"""Web push without a library of its own: a message only the browser can read (RFC 8291), and proof of who sends it (RFC 8292).

Curves and ciphers are `cryptography`'s; here is only their order. See docs/decisions/0011.
"""

import base64
import json
import os
import time
from urllib.parse import urlsplit

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

# The largest message every push service takes, and so the one record there ever is (RFC 8291, section 4).
RECORD = 4096
MAX_MESSAGE = RECORD - 16 - 1 - 86
# Services refuse a proof that is good for longer than a day.
PROOF_SECONDS = 12 * 3600


class BadKeys(ValueError):
    """What a browser gave as its keys are none."""


def new_key() -> bytes:
    """A fresh private key of the site, as PEM."""
    return ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def public_key(pem: bytes) -> str:
    """What browsers are told to expect messages from: the site's public key, in base64url."""
    return encode(_point(_private(pem).public_key()))


def encrypted(
    message: bytes,
    *,
    browser_key: str,
    secret: str,
    salt: bytes = b"",
    sender: ec.EllipticCurvePrivateKey | None = None,
) -> bytes:
    """The message as the body of a push request, in the coding aes128gcm. Raises BadKeys.

    Salt and sender are made anew for each message; only the test with the standard's own example gives them.
    """
    if len(message) > MAX_MESSAGE:
        raise ValueError("This is longer than a push service takes.")
    salt = salt or os.urandom(16)
    sender = sender or ec.generate_private_key(ec.SECP256R1())
    theirs, ours = browser_point(browser_key), _point(sender.public_key())
    shared = sender.exchange(ec.ECDH(), ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), theirs))
    keys = _derived(shared, browser_secret(secret), b"WebPush: info\0" + theirs + ours, 32)
    content_key = _derived(keys, salt, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derived(keys, salt, b"Content-Encoding: nonce\0", 12)
    # \x02 ends the last record; there is no padding.
    sealed = AESGCM(content_key).encrypt(nonce, message + b"\x02", None)
    return salt + RECORD.to_bytes(4) + bytes([len(ours)]) + ours + sealed


def proof(pem: bytes, *, endpoint: str, contact: str) -> str:
    """The Authorization header that shows a push service whose message this is. `contact` is a mailto: or https: address."""
    service = urlsplit(endpoint)
    claims = {
        "aud": f"{service.scheme}://{service.netloc}",
        "exp": int(time.time()) + PROOF_SECONDS,
        "sub": contact,
    }
    signed = ".".join(encode(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ES256"}, claims))
    r, s = decode_dss_signature(_private(pem).sign(signed.encode(), ec.ECDSA(hashes.SHA256())))
    return f"vapid t={signed}.{encode(r.to_bytes(32) + s.to_bytes(32))}, k={public_key(pem)}"


def browser_point(browser_key: str) -> bytes:
    """A browser's public key as a point of the curve. Raises BadKeys for anything else."""
    try:
        point = decode(browser_key)
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    except (ValueError, UnsupportedAlgorithm):
        raise BadKeys from None
    if len(point) != 65:
        raise BadKeys
    return point


def browser_secret(secret: str) -> bytes:
    """A browser's secret. Raises BadKeys unless it is 16 bytes."""
    try:
        value = decode(secret)
    except ValueError:
        raise BadKeys from None
    if len(value) != 16:
        raise BadKeys
    return value


def encode(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))


def _private(pem: bytes) -> ec.EllipticCurvePrivateKey:
    key = serialization.load_pem_private_key(pem, password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise ValueError("The key for web push is none on the curve P-256.")
    return key


def _point(key: ec.EllipticCurvePublicKey) -> bytes:
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint)


def _derived(material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(material)
