"""What a moderator presses, beside a comment and at the desk. Every deed is a POST and leads back to where it was pressed."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from urllib.parse import parse_qsl, urlencode
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from pennypress.discussion import actions, rules
from pennypress.discussion.desk import PER_PAGE
from pennypress.discussion.forms import RemovalForm, SanctionForm
from pennypress.discussion.models import Appeal, Comment, CommentVersion, Sanction, Thread
from pennypress.discussion.views.reading import open_page
from pennypress.lib.ids import uuid7
from pennypress.readers.models import User
from pennypress.theme.views import error_page

type Deed = Callable[..., str]


def deed(view: Deed) -> Callable[..., HttpResponse]:
    """For moderators only. The view does one thing and says so in a sentence; what it refuses is said instead.

    Each press has a batch of its own, under which it can be undone: the address it leads back to names it.
    """

    @require_POST
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not rules.may_moderate(request.user):
            return error_page(
                request, 403, _("Not for you"), _("Only moderators may do this. If you are one, please sign in.")
            )
        batch = uuid7()
        try:
            messages.success(request, view(request, batch, *args, **kwargs))
        except rules.Refused as error:
            messages.error(request, error.sentence)
            return redirect(_back(request))
        except (
            Comment.DoesNotExist,
            CommentVersion.DoesNotExist,
            Thread.DoesNotExist,
            Appeal.DoesNotExist,
            Sanction.DoesNotExist,
        ):
            messages.error(request, _("This is not there any more."))
            return redirect(_back(request))
        return redirect(_back(request, batch))

    return guarded


def moderator_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the guard has asked
    return request.user


def _back(request: HttpRequest, batch: UUID | None = None) -> str:
    back = request.POST.get("back", "")
    if not url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure()):
        back = "/admin/discussion/"
    path, _mark, query = back.partition("?")
    words = [(name, value) for name, value in parse_qsl(query) if name != "undo"]
    if batch:
        words.append(("undo", str(batch)))
    return f"{path}?{urlencode(words)}" if words else path


@deed
def approve(request: HttpRequest, batch: UUID, comment_id: UUID) -> str:
    actions.approve_comment(comment_id=comment_id, moderator=moderator_of(request), batch=batch)
    return _("The comment is published.")


@deed
def keep(request: HttpRequest, batch: UUID, comment_id: UUID) -> str:
    actions.keep_comment(comment_id=comment_id, moderator=moderator_of(request), batch=batch)
    return _("The comment stays.")


@deed
def hold(request: HttpRequest, batch: UUID, comment_id: UUID) -> str:
    note = request.POST.get("note", "")
    actions.hold_comment(comment_id=comment_id, moderator=moderator_of(request), note=note, batch=batch)
    return _("The comment waits.")


@deed
def remove(request: HttpRequest, batch: UUID, comment_id: UUID) -> str:
    actions.remove_comment(comment_id=comment_id, moderator=moderator_of(request), batch=batch, **_reason(request))
    return _("The comment is removed.")


def _reason(request: HttpRequest) -> dict[str, Any]:
    form = RemovalForm(request.POST)
    if not form.is_valid():
        raise rules.Refused(_("Please choose the rule under which the comment is removed."))
    return form.cleaned_data


@deed
def decide_words(request: HttpRequest, batch: UUID, source: str, words_id: UUID) -> str:
    """Words that another room keeps."""
    shown = request.POST.get("deed") == "show"
    actions.decide_words(source=source, words_id=words_id, shown=shown, moderator=moderator_of(request), batch=batch)
    return _("It is shown.") if shown else _("It is not shown.")


@deed
def restore(request: HttpRequest, batch: UUID, comment_id: UUID) -> str:
    actions.restore_comment(comment_id=comment_id, moderator=moderator_of(request), batch=batch)
    return _("The comment is back.")


@deed
def bulk(request: HttpRequest, batch: UUID) -> str:
    """Approve, keep or remove all chosen comments; those that somebody else decided meanwhile are left alone."""
    wish, moderator = request.POST.get("deed", ""), moderator_of(request)
    reason = _reason(request) if wish == "remove" else {}
    done = 0
    for hex_id in request.POST.getlist("comment")[:PER_PAGE]:
        try:
            done += _decide(wish, UUID(hex_id), moderator, batch, reason)
        except (rules.Refused, Comment.DoesNotExist, ValueError):
            continue
    if not done:
        raise rules.Refused(_("Nothing was changed: please choose comments that still wait."))
    return ngettext("%(n)s comment was decided.", "%(n)s comments were decided.", done) % {"n": done}


def _decide(wish: str, comment_id: UUID, moderator: User, batch: UUID, reason: dict[str, Any]) -> int:
    if wish == "remove":
        actions.remove_comment(comment_id=comment_id, moderator=moderator, batch=batch, **reason)
    elif wish != "approve":
        raise rules.Refused(_("Please choose what to do."))
    elif Comment.objects.get(pk=comment_id).is_held:
        actions.approve_comment(comment_id=comment_id, moderator=moderator, batch=batch)
    else:
        actions.keep_comment(comment_id=comment_id, moderator=moderator, batch=batch)
    return 1


@deed
def hide_version(request: HttpRequest, batch: UUID, version_id: UUID) -> str:
    actions.hide_version(version_id=version_id, moderator=moderator_of(request), batch=batch)
    return _("Readers do not see these words any more.")


@deed
def show_version(request: HttpRequest, batch: UUID, version_id: UUID) -> str:
    actions.show_version(version_id=version_id, moderator=moderator_of(request), batch=batch)
    return _("Readers see these words again.")


@deed
def undo(request: HttpRequest, _batch: UUID, batch: UUID) -> str:
    number = actions.undo(batch=batch, moderator=moderator_of(request))
    return ngettext("%(n)s deed is undone.", "%(n)s deeds are undone.", number) % {"n": number}


@deed
def close(request: HttpRequest, batch: UUID, thread_id: UUID) -> str:
    note = request.POST.get("note", "")
    actions.close_thread(thread_id=thread_id, moderator=moderator_of(request), note=note, batch=batch)
    return _("The discussion is closed.")


@deed
def reopen(request: HttpRequest, batch: UUID, thread_id: UUID) -> str:
    actions.open_thread(thread_id=thread_id, moderator=moderator_of(request), batch=batch)
    return _("The discussion is open.")


@deed
def close_branch(request: HttpRequest, batch: UUID, comment_id: UUID) -> str:
    note = request.POST.get("note", "")
    actions.close_branch(comment_id=comment_id, moderator=moderator_of(request), note=note, batch=batch)
    return _("The branch is closed.")


@deed
def open_branch(request: HttpRequest, batch: UUID, comment_id: UUID) -> str:
    actions.open_branch(comment_id=comment_id, moderator=moderator_of(request), batch=batch)
    return _("The branch is open.")


@deed
def pin(request: HttpRequest, batch: UUID, comment_id: UUID) -> str:
    actions.pin_comment(comment_id=comment_id, moderator=moderator_of(request), batch=batch)
    return _("The comment stands before all others.")


@deed
def unpin(request: HttpRequest, batch: UUID, comment_id: UUID) -> str:
    actions.unpin_comment(comment_id=comment_id, moderator=moderator_of(request), batch=batch)
    return _("The comment stands in its place again.")


@deed
def pick(request: HttpRequest, batch: UUID, comment_id: UUID) -> str:
    actions.pick_comment(comment_id=comment_id, moderator=moderator_of(request), batch=batch)
    return _("The comment is one of the newsroom's picks.")


@deed
def unpick(request: HttpRequest, batch: UUID, comment_id: UUID) -> str:
    actions.unpick_comment(comment_id=comment_id, moderator=moderator_of(request), batch=batch)
    return _("The comment is no pick any more.")


@deed
def move(request: HttpRequest, batch: UUID, comment_id: UUID) -> str:
    number = request.POST.get("page", "")
    try:
        page = open_page(int(number) if number.isdecimal() and len(number) < 10 else 0)
    except Http404:
        raise rules.Refused(_("Please choose a published article that takes comments.")) from None
    actions.move_comment(comment_id=comment_id, page_id=page.pk, moderator=moderator_of(request), batch=batch)
    return _("The comment stands under “%(title)s” now.") % {"title": page.title}


@deed
def merge(request: HttpRequest, batch: UUID, comment_id: UUID) -> str:
    # An address pasted whole is as good as the id in it.
    words = request.POST.get("kept", "").split("#")[0].strip().strip("/").split("/")
    try:
        kept = UUID(words[-1])
    except ValueError:
        raise rules.Refused(_("Please choose the comment that stays.")) from None
    actions.merge_comments(kept_id=kept, duplicate_id=comment_id, moderator=moderator_of(request), batch=batch)
    return _("The comments are merged.")


@deed
def decide(request: HttpRequest, _batch: UUID, appeal_id: UUID) -> str:
    grant, answer = request.POST.get("outcome") == "grant", request.POST.get("answer", "")
    if not grant and request.POST.get("outcome") != "refuse":
        raise rules.Refused(_("Please choose an outcome."))
    actions.decide_appeal(appeal_id=appeal_id, moderator=moderator_of(request), grant=grant, answer=answer)
    return _("The appeal is decided, and its author is told.")


@deed
def sanction(request: HttpRequest, batch: UUID, comment_id: UUID) -> str:
    form = SanctionForm(request.POST)
    if not form.is_valid():
        raise rules.Refused(str(next(iter(form.errors.values()))[0]))
    asked = form.cleaned_data
    days = asked.pop("days")
    until = timezone.now() + timedelta(days=days) if days else None
    actions.impose_sanction(comment_id=comment_id, moderator=moderator_of(request), until=until, batch=batch, **asked)
    return _("The sanction stands, and the person is told.")


@deed
def lift(request: HttpRequest, batch: UUID, sanction_id: UUID) -> str:
    actions.lift_sanction(sanction_id=sanction_id, moderator=moderator_of(request), batch=batch)
    return _("The sanction is lifted, and the person is told.")
