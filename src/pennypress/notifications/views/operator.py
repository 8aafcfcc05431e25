from django.contrib.auth.decorators import login_required, permission_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from pennypress.notifications.models import Mail

# A screen's worth; older ones are the mail system's affair.
SHOWN = 50


@login_required
@permission_required("notifications.read_mail", raise_exception=True)
def outbox(request: HttpRequest) -> HttpResponse:
    """The last mails the site wrote, for the operator."""
    return render(request, "notifications/outbox.html", {"mails": Mail.objects.order_by("-created_at")[:SHOWN]})
