from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from pennypress.discussion import actions, queries, rules
from pennypress.discussion.forms import RemovalForm
from pennypress.discussion.models import Comment, Thread
from pennypress.discussion.permissions import MODERATE
from pennypress.readers.models import User


def moderators_only(view: Callable[..., None]) -> Callable[..., HttpResponse]:
    @require_POST
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not rules.may_moderate(request.user):
            return HttpResponseForbidden(_("Only moderators may do this."), content_type="text/plain; charset=utf-8")
        try:
            view(request, *args, **kwargs)
        except rules.Refused as error:
            messages.error(request, error.sentence)
        except (Comment.DoesNotExist, Thread.DoesNotExist):
            messages.error(request, _("This is not there any more."))
        return redirect(_back(request))

    return guarded


def moderator_of(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # the guard has asked
    return request.user


def _back(request: HttpRequest) -> str:
    back = request.POST.get("back", "")
    return (
        back
        if url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
        else "/admin/discussion/"
    )


@moderators_only
def approve(request: HttpRequest, comment_id: UUID) -> None:
    actions.approve_comment(comment_id=comment_id, moderator=moderator_of(request))
    messages.success(request, _("The comment is published."))


@moderators_only
def remove(request: HttpRequest, comment_id: UUID) -> None:
    form = RemovalForm(request.POST)
    if not form.is_valid():
        raise rules.Refused(_("Please choose the rule under which the comment is removed."))
    actions.remove_comment(comment_id=comment_id, moderator=moderator_of(request), **form.cleaned_data)
    messages.success(request, _("The comment is removed."))


@moderators_only
def restore(request: HttpRequest, comment_id: UUID) -> None:
    actions.restore_comment(comment_id=comment_id, moderator=moderator_of(request))
    messages.success(request, _("The comment is back."))


@moderators_only
def close(request: HttpRequest, thread_id: UUID) -> None:
    actions.close_thread(thread_id=thread_id, moderator=moderator_of(request), note=request.POST.get("note", ""))
    messages.success(request, _("The discussion is closed."))


@moderators_only
def reopen(request: HttpRequest, thread_id: UUID) -> None:
    actions.open_thread(thread_id=thread_id, moderator=moderator_of(request))
    messages.success(request, _("The discussion is open."))


@permission_required(MODERATE, raise_exception=True)
def desk(request: HttpRequest) -> HttpResponse:
    """The moderation desk in Wagtail's admin: what waits, then what is new."""
    showing_all = request.GET.get("show") == "all"
    listed = queries.recent_comments() if showing_all else queries.held_comments()
    comments = Paginator(listed, queries.DESK_PAGE).get_page(request.GET.get("p"))
    context = {
        "comments": comments,
        "showing_all": showing_all,
        "form": RemovalForm(auto_id=False),
        "page_title": _("Discussion"),
    }
    return render(request, "discussion/desk.html", context)
