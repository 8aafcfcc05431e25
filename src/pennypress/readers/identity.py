"""Who is at the other end: a signed-in reader, or a guest known by a random number in a signed cookie."""

from dataclasses import dataclass
from uuid import UUID, uuid4

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest, HttpResponse

GUEST_COOKIE = "pp_guest"
# Readable by scripts, without content: says that personal marks exist and are worth asking for.
MARKS_COOKIE = "pp_marks"
# Long enough that a reader finds their votes again after a summer, short enough to be forgotten.
COOKIE_SECONDS = 180 * 24 * 3600


@dataclass(frozen=True)
class Identity:
    """`key` is "user:<uuid>" or "guest:<uuid>"; it stands beside what this person did."""

    key: str
    user_id: UUID | None
    name: str
    is_staff: bool


def identity_of(request: HttpRequest) -> Identity | None:
    """The person of this request, or None for one who has never done anything here."""
    user = request.user
    if user.is_authenticated:
        return Identity(f"user:{user.pk}", user.pk, getattr(user, "name", ""), bool(getattr(user, "is_staff", False)))
    guest = getattr(request, "_new_guest", None) or read_guest(request)
    return Identity(f"guest:{guest}", None, "", False) if guest else None


def member_name(request: HttpRequest) -> str:
    """The name of the account that is signed in; empty for guests, and for accounts without one."""
    return getattr(request.user, "name", "") if request.user.is_authenticated else ""


def ensure_identity(request: HttpRequest) -> Identity:
    """The person of this request; a new guest gets a number, which the middleware puts into a cookie."""
    known = identity_of(request)
    if known is not None:
        return known
    request._new_guest = uuid4()  # type: ignore[attr-defined]
    identity = identity_of(request)
    assert identity is not None
    return identity


def read_guest(request: HttpRequest) -> UUID | None:
    """The guest's number from the cookie; None when there is none or it was not signed by us."""
    try:
        return UUID(_signer().unsign(request.COOKIES.get(GUEST_COOKIE, "")))
    except (BadSignature, ValueError):
        return None


def signed_guest(guest: UUID) -> str:
    """What stands in this guest's cookie."""
    return _signer().sign(str(guest))


def write_guest(request: HttpRequest, response: HttpResponse, guest: UUID) -> None:
    secure = request.is_secure()
    response.set_cookie(
        GUEST_COOKIE, signed_guest(guest), max_age=COOKIE_SECONDS, httponly=True, samesite="Lax", secure=secure
    )
    response.set_cookie(MARKS_COOKIE, "1", max_age=COOKIE_SECONDS, samesite="Lax", secure=secure)


def forget_guest(response: HttpResponse) -> None:
    """Take the guest's number out of the browser."""
    response.delete_cookie(GUEST_COOKIE, samesite="Lax")
    response.delete_cookie(MARKS_COOKIE, samesite="Lax")


def _signer() -> Signer:
    return Signer(salt="readers.guest")
