"""How a comment looks in its thread, with what answers it below.

In Python and not in a template, since a thread's page is mostly this, sixty times over: a template takes half a
millisecond for each, this a thirtieth of it (docs/performance.md). What a reader wrote goes through `escape`, but for
`html`, which the sanitiser has made.
"""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from html import escape
from uuid import UUID

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.dateformat import format as format_date
from django.utils.formats import get_format
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pennypress.discussion.faces import face_of
from pennypress.discussion.models import Comment, Rule, State
from pennypress.discussion.queries import Node
from pennypress.discussion.rules import QUOTE_SHOWN
from pennypress.lib.text import shortened

NOBODY = UUID(int=0)


def badges() -> list[tuple[str, str]]:
    """What may stand beside a name: the comment's field, and what it says."""
    return [
        ("by_author", _("Author")),
        ("by_staff", _("Staff")),
        ("by_supporter", _("Supporter")),
        ("by_newcomer", _("New here")),
        ("is_pick", _("Newsroom's pick")),
    ]


class Words:
    """The words of the language at hand, ready to be written between what readers wrote; and where comments are."""

    def __init__(self) -> None:
        self.place = reverse("discussion:comment", args=[NOBODY]).removesuffix(f"{NOBODY}/")
        self.format = str(get_format("DATETIME_FORMAT"))
        self.removed = escape(_("This comment was removed."))
        self.erased = escape(_("Its author has taken this comment back."))
        self.removed_under = _("This comment was removed: %(rule)s.")
        self.rules = {value: str(label) for value, label in Rule.choices}
        self.held = escape(_("This comment is waiting for approval."))
        self.closed = f'<p class="meta branch-closed">{escape(_("This branch is closed."))}</p>'
        self.pinned = f'<p class="kicker pinned">{escape(_("Pinned"))}</p>'
        self.report, self.report_of = escape(_("Report")), escape(_("%(name)s's comment"))
        self.badges = [(name, f' <span class="pill badge-{name}">{escape(label)}</span>') for name, label in badges()]
        self.in_reply_to = escape(_("in reply to"))
        self.in_reply_to_one = escape(_("in reply to a comment"))
        self.edited = escape(_("edited"))
        self.deleted = escape(_("This comment was deleted by its author."))
        self.reply = escape(_("Reply"))
        self.quote = escape(_("Quote"))
        self.vote_up = escape(_("Vote up %(name)s's comment"))
        self.vote_down = escape(_("Vote down %(name)s's comment"))
        self.to_name = escape(_("to %(name)s"))
        self.earlier = escape(_("about an earlier version of the article"))


@lru_cache(maxsize=8)
def words_of(language: str) -> Words:
    """The words of this language, which is the one at hand."""
    return Words()


class Drawing:
    """Comments drawn with the words of the language at hand."""

    def __init__(self, *, first: bool = False) -> None:
        # A skip link leads to the first vote of a page, so one button has a name of its own.
        self.mark = ' id="first-vote"' if first else ""
        self.language, self.zone = translation.get_language() or "", timezone.get_current_timezone()
        self.words = words_of(self.language)

    def nodes(self, nodes: Iterable[Node]) -> str:
        return "".join(map(self.node, nodes))

    def node(self, node: Node) -> str:
        c = node.comment
        body = self.body(node) if c.is_published else self.gap(c)
        return (
            f'<li class="comment level-{node.level}" id="comment-{c.id}" data-id="{c.id}">'
            f'<article class="comment-body" aria-labelledby="author-{c.id}">{body}</article>'
            f'<ol class="comments replies">{self.nodes(node.replies)}</ol>{self.more(node)}'
            f"{self.words.closed if node.closes else ''}</li>\n"
        )

    def gap(self, c: Comment) -> str:
        """What stands where a comment is not to be seen: that it waits, or the rule it was removed under."""
        said = self.words.held if c.is_held else self.words.removed
        if c.erased_at:
            said = self.words.erased
        elif c.state == State.DELETED:
            said = self.words.deleted
        elif c.is_removed and c.removed_under:
            said = escape(self.words.removed_under % {"rule": self.words.rules[c.removed_under]})
        return f'<p class="meta removed" id="author-{c.id}">{said}</p>'

    def body(self, node: Node) -> str:
        c, name = node.comment, escape(node.comment.name)
        address = f"{self.words.place}{c.id}/"
        local = c.created_at.astimezone(self.zone)
        above = self.above(c) if node.answers_above else ""
        reply = (
            ""
            if c.branch_is_closed
            else f'<a class="reply" href="{address}#comment-form">{self.words.reply}'
            f'<span class="visually-hidden"> {self.words.to_name % {"name": name}}</span></a>'
            f'<a class="quote" href="{address}?quote=1#comment-form">{self.words.quote}'
            f'<span class="visually-hidden"> {name}</span></a>'
        )
        return (
            f"{self.words.pinned if node.is_pinned else ''}"
            f'<p class="comment-head meta">{face_of(c.author_key)}<bdi class="comment-name" id="author-{c.id}">{name}</bdi>'
            f"{self.pills(c)}{self.corrected(c) if c.correction_uuid else ''}{above} · "
            f'<a class="permalink" href="{address}"><time datetime="{local.isoformat()}">{shown(local, self.words.format, self.language)}'
            f"</time></a>{self.edits(address) if c.edited_at else ''}</p>"
            f"{self.about(c) if c.passage_id else ''}"
            f'<div class="comment-text" dir="auto">{c.html}</div><div class="comment-tools cluster">'
            f'<div class="votes">{self.button("up", self.words.vote_up, "▲", c.up, name, address)}'
            f"{self.button('down', self.words.vote_down, '▼', c.down, name, address)}</div>"
            f'{reply}<a class="report" href="{address}report/" rel="nofollow">{self.words.report}'
            f'<span class="visually-hidden"> {self.words.report_of % {"name": name}}</span></a>'
            f'<span class="own-tools"></span></div>'
        )

    def pills(self, c: Comment) -> str:
        return "".join(pill for name, pill in self.words.badges if getattr(c, name))

    def about(self, c: Comment) -> str:
        """The words of the article that the comment is about, leading back to them while they stand there."""
        quote = escape(shortened(c.passage.quote, QUOTE_SHOWN))  # type: ignore[union-attr]
        if c.passage.is_orphaned:  # type: ignore[union-attr]
            return f'<blockquote class="about about-earlier" dir="auto">{quote}<p class="meta">{self.words.earlier}</p></blockquote>'
        address = reverse("discussion:passage_text", args=[c.passage_id])
        return (
            f'<blockquote class="about" dir="auto"><a class="to-passage" data-passage="{c.passage_id}" href="{address}">'
            f"{quote}</a></blockquote>"
        )

    def corrected(self, c: Comment) -> str:
        # The address is publishing's, which is another room: `correction` is its name in the newspaper's addresses.
        address = reverse("correction", args=[c.correction_uuid])
        return f' <a class="pill" href="{address}">{escape(_("Led to a correction"))}</a>'

    def button(self, value: str, label: str, sign: str, count: int, name: str, address: str) -> str:
        """Of the page's one form for votes: browsers look into each form of a page for passwords, and lay it out for that."""
        mark, self.mark = self.mark, ""
        return (
            f'<button class="button-plain vote"{mark} form="votes" formaction="{address}vote/" name="vote" value="{value}">'
            f'<span class="visually-hidden">'
            f'{label % {"name": name}}</span><span aria-hidden="true">{sign}</span> '
            f'<span class="{value}">{count}</span></button>'
        )

    def edits(self, address: str) -> str:
        return f' · <a class="edited" rel="nofollow" href="{address}history/">{self.words.edited}</a>'

    def above(self, c: Comment) -> str:
        name = escape(c.parent_name)  # type: ignore[attr-defined]
        said = f"{self.words.in_reply_to} <bdi>{name}</bdi>" if name else self.words.in_reply_to_one
        return f' <a href="{self.words.place}{c.parent_id}/">{said}</a>'

    def more(self, node: Node) -> str:
        if node.more <= 0:
            return ""
        label = escape(ngettext("%(n)s more reply", "%(n)s more replies", node.more) % {"n": node.more})
        address = f"{self.words.place}{node.comment.id}/"
        return f'<p class="more"><a class="more-replies" href="{address}">{label}</a></p>'


def draw(nodes: Iterable[Node], *, first: bool = False) -> SafeString:
    """The nodes as list items, with their replies below them; `first` when they begin a page's thread."""
    return mark_safe(Drawing(first=first).nodes(nodes))  # noqa: S308 - escaped where it is drawn


def draw_badges(comment: Comment) -> SafeString:
    """The badges of one comment."""
    return mark_safe(Drawing().pills(comment))  # noqa: S308 - escaped where it is drawn


def shown(moment: datetime, form: str, language: str) -> str:
    """The moment as the language writes it, which is the one at hand, to the minute."""
    return _shown(moment.replace(second=0, microsecond=0), form, language)


@lru_cache(maxsize=10_000)
def _shown(minute: datetime, form: str, language: str) -> str:
    return escape(format_date(minute, form))
