from django.urls import path

from pennypress.notifications import views

app_name = "notifications"
urlpatterns = [path("", views.outbox, name="outbox")]
