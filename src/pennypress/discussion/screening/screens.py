"""The screens that read the words themselves and how they came. See holding.py for what a screen is."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

import nh3
from django.db import connection
from django.db.models import BigIntegerField, CharField, DateTimeField, IntegerField
from django.utils import timezone
from django.utils.translation import gettext as _

from pennypress.delivery import proof
from pennypress.delivery.limits import Limit, is_hot
from pennypress.discussion.drafts import Draft, Reason
from pennypress.discussion.models import HoldReason, Said, WordCount, WordLists
from pennypress.discussion.rules import Refused
from pennypress.discussion.screening.classifier import Counts, features_of, opinion_of
from pennypress.discussion.screening.repetition import enough
from pennypress.discussion.screening.words import WordList, parsed
from pennypress.lib.prepared import Given, Prepared
from pennypress.newsroom.queries import current_newsroom

# So many comments of strangers a minute under one article are more than a moderator can read, and than an article of a
# small newsroom draws of itself.
HEAT = Limit("discussion.heat", count=12, seconds=60)
# Nobody opens a page, reads, and writes within this many seconds.
FASTEST_SECONDS = 3
# Who says the same again within these days is advertising, or has forgotten; later it may be worth saying again.
SAID_KEPT = timedelta(days=7)
# Of every piece only the latest are compared: enough to know a flood by, and no more work for each wave of it.
COMPARED = 20
# With fewer rows of all pieces together they are looked at as they come.
FEW = 100
# A comment is asked about in steps of so many words, so that there are few statements.
WORDS_ASKED = 20
# Somebody known may put one answer under two articles, and may quote what two others have said.
REPEATS_OF_KNOWN = 2


class ProofNeeded(Exception):
    """The thread runs hot, and this browser can be asked for some work first; `challenge` says which."""

    def __init__(self, challenge: dict[str, object]) -> None:
        super().__init__("proof of work needed")
        self.challenge = challenge


def listed_words(draft: Draft) -> Iterable[Reason]:
    """What stands on the newsroom's lists holds or refuses, in the words and in the name."""
    hold, reject = lists()
    said = f"{draft.name}\n{draft.text}"
    if found := reject.found_in(said):
        raise Refused(
            _("This newsroom does not publish “%(word)s”. Please say it in other words; yours are still here.")
            % {"word": found[0]}
        )
    return [Reason(HoldReason.WORD, word) for word in hold.found_in(said)]


def programs_work(draft: Draft) -> Iterable[Reason]:
    """Signs of a program: none of them proves it, so that one alone holds, and only two refuse."""
    if not draft.is_strangers or draft.comment_id:
        return
    clues = draft.clues
    fast = clues.seconds is not None and clues.seconds < FASTEST_SECONDS
    if clues.filled_hidden and (fast or clues.seconds is None):
        raise Refused(_("This looks like a program's work, so it was not posted. If it is yours, please press again."))
    if clues.filled_hidden:
        yield Reason(HoldReason.HIDDEN)
    if fast:
        yield Reason(HoldReason.FAST)


def busy_thread(draft: Draft) -> Iterable[Reason]:
    """Where strangers write faster than anybody can read, a script has to work for its reader; a plain form waits.

    Raises ProofNeeded.
    """
    if not draft.is_strangers or draft.comment_id or not is_hot(HEAT, f"page:{draft.page_id}"):
        return
    clues = draft.clues
    what = f"page:{draft.page_id}"
    if proof.is_proof(clues.proof, what, draft.author_key):
        return
    if clues.by_script and clues.proof != proof.CANNOT:
        raise ProofNeeded(proof.new_challenge(what, draft.author_key))
    yield Reason(HoldReason.BUSY)


def links(draft: Draft) -> Iterable[Reason]:
    """A stranger's link is looked at first."""
    if draft.is_strangers and draft.has_link:
        yield Reason(HoldReason.LINK, _first_site(draft.html))


def said_before(draft: Draft) -> Iterable[Reason]:
    """The same text, or one with small changes, was posted in the last days, by the same person or by others."""
    pieces = draft.sketch
    if not pieces:
        return
    if _alike(pieces, draft.comment_id) >= (1 if draft.is_strangers else REPEATS_OF_KNOWN):
        yield Reason(HoldReason.REPEATED)


def like_what_was_removed(draft: Draft) -> Iterable[Reason]:
    """The classifier finds it like what the desk has removed, and names the words that say so."""
    features = features_of(draft.text)
    counts = {word: Counts(good, bad) for word, good, bad in _counted(["", *features])}
    opinion = opinion_of(features, counts, counts.pop("", Counts()))
    if opinion.holds:
        yield Reason(HoldReason.SPAM, ", ".join(word.removeprefix("site:") for word in opinion.words))


def _counted(words: list[str]) -> list[tuple[str, int, int]]:
    """(word, good, bad) of those of the words that were counted; asked for a round number of words, of which there are few."""
    places = len(words) + -len(words) % WORDS_ASKED
    given = dict.fromkeys((f"word{n}" for n in range(places)), "")
    return _counts_of(places)(**given | {f"word{n}": word for n, word in enumerate(words)})


@cache
def _counts_of(places: int) -> Prepared[WordCount, tuple[str, int, int]]:
    words: list[Any] = [Given(f"word{n}", CharField()) for n in range(places)]
    return Prepared(lambda: WordCount.objects.filter(word__in=words).values_list("word", "good", "bad"))


type Lists = tuple[WordList, WordList]
_lists_changed = Prepared(
    lambda: WordLists.objects.filter(site_id=Given("site", IntegerField())).values_list("pk", "changed_at")
)
_kept: tuple[tuple[int, datetime] | None, Lists] | None = None


def lists() -> Lists:
    """The lists that hold and that reject, kept in this process and made anew when an editor has changed them."""
    global _kept
    site = current_newsroom().site_id
    stamp = _lists_changed.first(site=site)
    if _kept is None or _kept[0] != stamp:
        row = WordLists.objects.filter(site_id=site)
        hold, reject = row.values_list("hold", "reject").first() or ("", "")
        _kept = stamp, (WordList(parsed(hold)[0]), WordList(parsed(reject)[0]))
    return _kept[1]


def _alike(pieces: tuple[int, ...], besides: object) -> int:
    """How many comments said enough of these pieces lately, of each piece the latest COMPARED."""
    since = timezone.now() - SAID_KEPT
    said = _said(len(pieces))(since=since, **{f"piece{n}": piece for n, piece in enumerate(pieces)})
    if len(said) == FEW:
        # Said by very many: of one piece there may be more than of all others together.
        of_each = [
            value for piece in pieces for value in (piece, connection.ops.adapt_datetimefield_value(since), COMPARED)
        ]
        with connection.cursor() as cursor:
            cursor.execute(_latest_of_each(len(pieces)), of_each)
            said = [UUID(str(comment)) for (comment,) in cursor.fetchall()]
    shared = Counter(comment for comment in said if comment != besides)
    return sum(number >= enough(pieces) for number in shared.values())


@cache
def _said(number: int) -> Prepared[Said, UUID]:
    pieces: list[Any] = [Given(f"piece{n}", BigIntegerField()) for n in range(number)]
    lately = Said.objects.filter(piece__in=pieces, created_at__gt=Given("since", DateTimeField()))
    return Prepared(lambda: lately.values_list("comment_id", flat=True)[:FEW])


@cache
def _latest_of_each(number: int) -> str:
    """The same in SQLite's and PostgreSQL's SQL, which Django cannot say: so many lists, each with an end of its own."""
    latest = (
        "SELECT comment_id FROM discussion_said WHERE piece = %s AND created_at > %s ORDER BY created_at DESC LIMIT %s"
    )
    return " UNION ALL ".join([f"SELECT comment_id FROM ({latest}) AS latest"] * number)  # noqa: S608 - no words of others


def _first_site(html: str) -> str:
    """Where the first link leads."""
    found: list[str] = []

    def note(_tag: str, attribute: str, value: str) -> str:
        if attribute == "href":
            found.append(urlsplit(value).netloc or value)
        return value

    nh3.clean(html, tags={"a"}, attributes={"a": {"href"}}, link_rel=None, attribute_filter=note)
    return found[0][:100] if found else ""
