from django.urls import path

from pennypress.funding import views

app_name = "funding"
urlpatterns = [
    path("support/", views.support, name="support"),
    path("support/thanks/<str:signed>/", views.thanks, name="thanks"),
    path("support/pledges/<str:signed>/", views.pledge, name="pledge"),
    path("payments/events/<slug:provider>/", views.events, name="events"),
    path("payments/fake/<str:signed>/", views.fake_page, name="fake_page"),
    path("months/", views.month_list, name="months"),
    path("months/<int:year>-<int:month>/", views.month_page, name="month"),
    path("meter.json", views.meter_json, name="meter_json"),
]
