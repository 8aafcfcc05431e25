from django.urls import path

from pennypress.readers import views
from pennypress.readers.views import rights

app_name = "readers"
urlpatterns = [
    path("", views.account, name="account"),
    path("data/", rights.data, name="data"),
    path("data/copy/", rights.copy, name="copy"),
    path("data/erasure/", rights.erasure, name="erasure"),
]
