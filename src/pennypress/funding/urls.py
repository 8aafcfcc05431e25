from django.urls import path

from pennypress.funding import appeal_views, month_views, supporter_views, views, wall_views

app_name = "funding"
urlpatterns = [
    path("support/", views.support, name="support"),
    path("support/sum/", views.gift_sum, name="sum"),
    path("support/thanks/<str:signed>/", views.thanks, name="thanks"),
    path("support/pledges/<str:signed>/", supporter_views.pledge, name="pledge"),
    path("support/cards/<str:signed>/", wall_views.card, name="card"),
    path("supporters/", wall_views.wall, name="wall"),
    path("support/mine/", supporter_views.ask_for_link, name="ask_for_supporter_link"),
    path("support/mine/<str:signed>/", supporter_views.mine, name="supporter"),
    path("support/mine/<str:signed>/<int:year>/", supporter_views.statement, name="statement"),
    path("account/gifts/", supporter_views.account, name="account"),
    path("account/gifts/<int:year>/", supporter_views.account_statement, name="account_statement"),
    path("support/transfers/mailed/<str:signed>/", views.mailed_transfer, name="mailed_transfer"),
    path("support/transfers/<str:signed>/", views.transfer, name="transfer"),
    path("payments/events/<slug:provider>/", views.events, name="events"),
    path("payments/fake/<str:signed>/", views.fake_page, name="fake_page"),
    path("payments/fake/cards/<str:signed>/", views.fake_card, name="fake_card"),
    path("support/standing/", appeal_views.standing, name="standing"),
    path("appeals/<uuid:wording_id>/shown/", appeal_views.shown, name="appeal_shown"),
    path("months/", month_views.month_list, name="months"),
    path("months/figures.csv", month_views.figures, name="figures"),
    path("months/<int:year>-<int:month>/", month_views.month_page, name="month"),
    path("months/<int:year>-<int:month>/books.<slug:ending>", month_views.month_books, name="month_books"),
    path("meter/", month_views.meter, name="meter"),
    path("meter.json", month_views.meter_json, name="meter_json"),
    path("meter.svg", month_views.meter_svg, name="meter_svg"),
]
