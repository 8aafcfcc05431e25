"""Names that read as the newsroom's own. Whoever takes one speaks with a voice that is not theirs, so they are refused."""

from collections.abc import Iterable
from functools import lru_cache
from uuid import UUID

from django.db.models import QuerySet, UUIDField
from django.utils.translation import gettext as _

from pennypress.discussion.screening.folding import readings, words
from pennypress.lib.ids import NOBODY
from pennypress.lib.prepared import Given, Prepared, Written
from pennypress.newsroom.queries import current_newsroom
from pennypress.readers.models import User

# A newsroom of one to twenty people has no more; it bounds what each comment is compared with.
MAX_STAFF = 500
# Shorter ones are initials that many people have.
LEAST = 2
IN_ENGLISH = "the staff editor editors moderator moderators mod admin administrator newsroom official team".split()


def reads_as_newsrooms(name: str, *, user_id: UUID | None = None) -> bool:
    """Whether readers may take the name for that of the newsroom, or of somebody else who works there.

    Compared as the eye reads it: without case, width, accents, signs and what nobody sees, with letters of other scripts
    and figures as the letters they look like. Words that only say "I am of the newsroom" are left out of both, so that
    neither they alone nor a name with one of them pass. One query.
    """
    ways = readings(name).split("\n")
    read = [list(_without_roles(way)) for way in ways]
    if any(_letters(way) and not left for way, left in zip(ways, read, strict=True)):
        return True
    newsroom = list(_without_roles(words(current_newsroom().name)))
    whole = {"".join(left) for left in read} - {""}
    if (
        any(f" {' '.join(newsroom)} " in f" {' '.join(left)} " for left in read if newsroom)
        or "".join(newsroom) in whole
    ):
        return True
    return bool(whole & _names_of_staff(user_id))


def _names_of_staff(user_id: UUID | None) -> set[str]:
    """The names of who works here: staff, and whoever is in a group or has a permission. Readers are in none and have none."""
    plain = ("".join(_without_roles(words(name))) for name in _staff(but=user_id or NOBODY))
    return {name for name in plain if len(name) >= LEAST}


def _everybody_here() -> QuerySet[User, str]:
    others = User.objects.filter(is_active=True).exclude(pk=Given("but", UUIDField()))
    staff = others.filter(is_staff=Written(True))
    # From the few who are in a group or have a permission, not from the many who have an account.
    groups = others.filter(pk__in=User.groups.through.objects.values_list("user_id"))
    single = others.filter(pk__in=User.user_permissions.through.objects.values_list("user_id"))
    # Who is found twice stands there twice: it costs less than to look for that.
    names = [found.values_list("name", flat=True) for found in (staff, groups, single)]
    return names[0].union(*names[1:], all=True)[:MAX_STAFF]


_staff = Prepared(_everybody_here)


def _without_roles(reading: str) -> Iterable[str]:
    """The words of a reading, letters and figures alone, that say more than that somebody is of the newsroom."""
    roles = _roles()
    return (word for word in map(_letters, reading.split()) if word and word not in roles)


def _letters(word: str) -> str:
    return "".join(letter for letter in word if letter.isalnum())


def _roles() -> frozenset[str]:
    """What people of a newsroom are called, in English and in the page's language."""
    # Translators: words by which somebody would say that they belong to the newsroom, with spaces between them.
    here = _("staff editor editors moderator moderators admin administrator newsroom official team")
    return _with_english(here)


@lru_cache(maxsize=40)
def _with_english(roles: str) -> frozenset[str]:
    """Read once for each language: it is asked with every post."""
    return frozenset((*words(roles).split(), *IN_ENGLISH))
