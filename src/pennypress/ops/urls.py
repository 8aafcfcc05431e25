from django.urls import path

from pennypress.ops import views

app_name = "ops"
urlpatterns = [
    path("set-up/", views.set_up, name="set_up"),
    path("livez", views.livez, name="livez"),
    path("readyz", views.readyz, name="readyz"),
]
