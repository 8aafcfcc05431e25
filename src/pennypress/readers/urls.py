from django.urls import path

from pennypress.readers import views

app_name = "readers"
urlpatterns = [path("", views.account, name="account")]
