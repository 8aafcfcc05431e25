"""Small WordPress exports, written by us, as a newsroom's could be."""

from xml.sax.saxutils import escape

HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"
 xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/"
 xmlns:wp="http://wordpress.org/export/1.2/"><channel>
<title>The Old Ferry Post</title><link>https://old.example</link>
<wp:wxr_version>1.2</wp:wxr_version><wp:base_blog_url>https://old.example</wp:base_blog_url>
<wp:author><wp:author_id>7</wp:author_id><wp:author_login>ida</wp:author_login>
 <wp:author_email>ida@old.example</wp:author_email><wp:author_display_name>Ida Holm</wp:author_display_name></wp:author>
<wp:category><wp:category_nicename>harbour</wp:category_nicename><wp:cat_name>Harbour &amp; River</wp:cat_name></wp:category>
"""
TAIL = "</channel></rss>\n"


def item(number, content="", **fields):
    """One item; `comments` and `extra` are XML, everything else is text."""
    kind = fields.pop("kind", "post")
    comments, extra = fields.pop("comments", ""), fields.pop("extra", "")
    terms = fields.pop("terms", (("category", "harbour", "Harbour & River"),) if kind == "post" else ())
    title, excerpt = fields.pop("title", f"Story {number}"), fields.pop("excerpt", "")
    name = fields.get("post_name", f"story-{number}")
    link = fields.pop("link", f"https://old.example/2020/05/04/{name}/")
    values = {
        "post_id": number, "post_date": "2020-05-04 12:00:00", "post_date_gmt": "2020-05-04 10:00:00", "post_name": name,
        "status": "publish", "post_type": kind, "post_password": "", "post_parent": 0, "comment_status": "open", **fields,
    }  # fmt: skip
    tags = "".join(f"<wp:{key}>{escape(str(value))}</wp:{key}>" for key, value in values.items())
    categories = "".join(
        f'<category domain="{domain}" nicename="{slug}">{escape(label)}</category>' for domain, slug, label in terms
    )
    return (
        f"<item><title>{escape(title)}</title><link>{escape(link)}</link><dc:creator>ida</dc:creator>"
        f"<content:encoded>{escape(content)}</content:encoded><excerpt:encoded>{escape(excerpt)}</excerpt:encoded>"
        f"{tags}{categories}{extra}{comments}</item>"
    )


def comment(number, text="Well said.", **fields):
    meta = "".join(
        f"<wp:commentmeta><wp:meta_key>{k}</wp:meta_key><wp:meta_value>{escape(v)}</wp:meta_value></wp:commentmeta>"
        for k, v in fields.pop("meta", {}).items()
    )
    values = {
        "comment_id": number, "comment_author": "paul ( original )", "comment_author_email": "paul@reader.example",
        "comment_date_gmt": f"2020-05-05 10:{number % 60:02}:00", "comment_content": text, "comment_approved": "1",
        "comment_type": "comment", "comment_parent": 0, "comment_user_id": 0, **fields,
    }  # fmt: skip
    tags = "".join(f"<wp:{key}>{escape(str(value))}</wp:{key}>" for key, value in values.items())
    return f"<wp:comment>{tags}{meta}</wp:comment>"


def postmeta(key, value):
    return f"<wp:postmeta><wp:meta_key>{key}</wp:meta_key><wp:meta_value>{escape(value)}</wp:meta_value></wp:postmeta>"


def export(*items):
    return HEAD + "".join(items) + TAIL
