from django.urls import path

from pennypress.notifications.views import inbox, letters, operator, push, subscriptions

app_name = "notifications"
urlpatterns = [
    path("operator/mail/", operator.outbox, name="outbox"),
    path("account/inbox/", inbox.inbox, name="inbox"),
    path("account/inbox/read/", inbox.read_all, name="read_all"),
    path("account/inbox/<uuid:notice_id>/", inbox.read, name="read"),
    path("account/subscriptions/", subscriptions.own, name="subscriptions"),
    path("account/push/", push.device, name="device"),
    path("push-worker.js", push.worker, name="push_worker"),
    path("notifications/", letters.ask_for_link, name="ask_for_link"),
    path("notifications/confirm/<str:token>/", letters.confirm, name="confirm"),
    path("notifications/stop/<str:token>/", letters.stop, name="stop"),
    path("notifications/mine/<str:token>/", subscriptions.by_link, name="mine"),
]
