from django.urls import path

from pennypress.discussion import feeds
from pennypress.discussion.views import history, moderation, passages, previewing, reading, searching, telling, writing

app_name = "discussion"
urlpatterns = [
    path("pages/<int:page_id>/", reading.thread, name="thread"),
    path("pages/<int:page_id>/comments/", writing.post, name="post"),
    path("pages/<int:page_id>/blocks/<slug:block>/", passages.block, name="block"),
    path("passages/<uuid:passage_id>/", passages.passage, name="passage"),
    path("passages/<uuid:passage_id>/text/", passages.text, name="passage_text"),
    path("pages/<int:page_id>/subscriptions/", telling.subscribe, name="subscribe"),
    path("pages/<int:page_id>/comments.rss", feeds.rss_feed, name="feed_rss"),
    path("pages/<int:page_id>/comments.atom", feeds.atom_feed, name="feed_atom"),
    path("comments.rss", feeds.rss_feed, name="all_rss"),
    path("comments.atom", feeds.atom_feed, name="all_atom"),
    path("pages/<int:page_id>/preview/", previewing.preview, name="preview"),
    path("pages/<int:page_id>/search/", searching.search, name="search"),
    path("keys/", searching.keys, name="keys"),
    path("threads/<uuid:thread_id>/marks/", reading.marks, name="marks"),
    path("threads/<uuid:thread_id>/close/", moderation.close, name="close"),
    path("threads/<uuid:thread_id>/open/", moderation.reopen, name="open"),
    path("comments/<uuid:comment_id>/", reading.comment, name="comment"),
    path("comments/<uuid:comment_id>/subscriptions/", telling.subscribe_to_replies, name="subscribe_to_replies"),
    path("comments/<uuid:comment_id>/edit/", writing.edit, name="edit"),
    path("comments/<uuid:comment_id>/history/", history.history, name="history"),
    path("comments/<uuid:comment_id>/deletion/", history.delete, name="delete"),
    path("versions/<uuid:version_id>/hiding/", history.hide, name="hide_version"),
    path("comments/<uuid:comment_id>/vote/", writing.vote, name="vote"),
    path("comments/<uuid:comment_id>/approval/", moderation.approve, name="approve"),
    path("comments/<uuid:comment_id>/removal/", moderation.remove, name="remove"),
    path("comments/<uuid:comment_id>/restoration/", moderation.restore, name="restore"),
]
