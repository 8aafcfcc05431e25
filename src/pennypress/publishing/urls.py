from django.urls import path, re_path
from wagtail.views import authenticate_with_password

from pennypress.publishing import feeds, views

urlpatterns = [
    path("search/", views.search_page, name="search"),
    path("sitemap.xml", views.sitemap, name="sitemap"),
    path("news-sitemap.xml", views.news_sitemap, name="news_sitemap"),
    path("robots.txt", views.robots, name="robots"),
    path("feed.rss", feeds.rss_feed, name="feed_rss"),
    path("feed.atom", feeds.atom_feed, name="feed_atom"),
    path("feed.json", feeds.json_feed, name="feed_json"),
    path("authors/<slug:slug>/", views.author, name="author"),
    path("authors/<slug:slug>/follow/", views.follow, name="follow_author"),
    path("authors/<slug:byline>/feed.rss", feeds.rss_feed),
    path("authors/<slug:byline>/feed.atom", feeds.atom_feed),
    path("authors/<slug:byline>/feed.json", feeds.json_feed),
    path("corrections/", views.corrections, name="corrections"),
    path("corrections/feed.rss", feeds.corrections_feed, name="corrections_feed"),
    path("corrections/<uuid:correction_id>/", views.correction, name="correction"),
    path("corrections/credit/<str:token>/", views.credit, name="correction_credit"),
    path("<slug:section>/feed.rss", feeds.rss_feed),
    path("<slug:section>/feed.atom", feeds.atom_feed),
    path("<slug:section>/feed.json", feeds.json_feed),
    path(
        "_util/authenticate_with_password/<int:page_view_restriction_id>/<int:page_id>/",
        authenticate_with_password,
        name="wagtailcore_authenticate_with_password",
    ),
    path("", views.serve_page, name="front"),
    re_path(r"^((?:[\w\-]+/)*[\w\-]*/?)$", views.serve_page, name="wagtail_serve"),
]
