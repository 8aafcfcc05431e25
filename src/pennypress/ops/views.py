from django.contrib.auth import get_user_model
from django.db import DatabaseError, connection
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from pennypress.newsroom.models import Newsroom
from pennypress.ops.actions import AlreadySetUp, set_up_newsroom
from pennypress.ops.forms import SetUpForm


def livez(request: HttpRequest) -> HttpResponse:
    return HttpResponse("alive\n", content_type="text/plain")


def readyz(request: HttpRequest) -> HttpResponse:
    """Whether the database answers with our tables in it."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1 FROM newsroom_newsroom LIMIT 1")
    except DatabaseError:
        return HttpResponse("not ready\n", status=503, content_type="text/plain")
    return HttpResponse("ready\n", content_type="text/plain")


def set_up(request: HttpRequest) -> HttpResponse:
    """The first visit of an empty site. Once, and only until an editor exists."""
    if Newsroom.objects.exists() or get_user_model().objects.filter(is_staff=True).exists():
        raise Http404
    form = SetUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            set_up_newsroom(**form.cleaned_data)
        except AlreadySetUp:
            raise Http404 from None
        return redirect("/accounts/login/")
    return render(request, "ops/set_up.html", {"form": form}, status=422 if form.errors else 200)
