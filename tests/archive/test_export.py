import pytest

from pennypress.archive.wordpress.export import BadExport, read_items, read_outline
from tests.archive import wxr


@pytest.fixture
def written(tmp_path):
    def write(text, name="export.xml"):
        file = tmp_path / name
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    return write


def test_outline_holds_the_channel_and_items_hold_texts_and_comments(written):
    file = written(wxr.export(wxr.item(1, "Words", comments=wxr.comment(4)), wxr.item(2, kind="nav_menu_item")))
    outline = read_outline([file])
    assert (outline.site, outline.authors, outline.author_ids) == ("https://old.example", {"ida": "Ida Holm"}, {7})
    assert outline.categories == {"harbour": ("Harbour & River", "")}
    assert list(outline.items) == [1] and outline.items[1].content == "" and outline.other_kinds == {"nav_menu_item": 1}
    [item] = read_items([file])
    assert item.content == "Words" and [c.id for c in item.comments] == [4]


def test_the_older_namespace_and_the_one_of_the_theme_test_are_read_too(written):
    for namespace in ("http://wordpress.org/export/1.0/", "https://wordpress.org/export/1.2/"):
        text = wxr.export(wxr.item(1)).replace("http://wordpress.org/export/1.2/", namespace)
        assert list(read_outline([written(text)]).items) == [1]


def test_control_characters_that_xml_forbids_are_dropped(written):
    outline = read_outline([written(wxr.export(wxr.item(1, title="A\x08 ferry\x0b")))])
    assert outline.items[1].title == "A ferry"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (wxr.export(wxr.item(1))[:-60], "not whole"),
        ("", "not whole"),
        ("just words", "not whole"),
        (wxr.export(wxr.item(1)).replace("<title>", "<titel>", 1), "not whole"),
        (wxr.export(wxr.item(1)) * 2, "not whole"),
        ("<html><body>hello</body></html>", "not a WordPress export"),
        ('<rss version="2.0"><channel><title>A feed</title><link>https://x.example</link></channel></rss>', "WXR"),
        (wxr.export().encode("utf-16"), "UTF-8"),
        ('<!DOCTYPE rss [<!ENTITY a "b">]>' + wxr.export().split("\n", 1)[1], "document type"),
        (wxr.export(wxr.item(1)).replace("Story 1", "&undefined;"), "not whole"),
    ],
)
def test_a_bad_file_gets_one_sentence(written, text, sentence):
    with pytest.raises(BadExport, match=sentence) as caught:
        read_outline([written(text)])
    assert "\n" not in str(caught.value)


def test_entities_are_neither_expanded_nor_fetched(written, tmp_path):
    secret = tmp_path / "secret.txt"
    secret.write_text("very secret")
    doctype = f'<!DOCTYPE rss [<!ENTITY x SYSTEM "file://{secret}"><!ENTITY y "{"ha" * 1000}">]>'
    text = doctype + wxr.export(wxr.item(1)).split("\n", 1)[1].replace("Story 1", "&x;&y;")
    with pytest.raises(BadExport) as caught:
        read_outline([written(text)])
    assert "very secret" not in str(caught.value)


def test_a_missing_file_gets_one_sentence(tmp_path):
    with pytest.raises(BadExport, match="cannot be read"):
        read_outline([tmp_path / "nothing.xml"])


def test_a_date_of_zeros_is_no_date(written):
    item = wxr.item(1, post_date_gmt="0000-00-00 00:00:00", post_date="0000-00-00 00:00:00", status="draft")
    assert read_outline([written(wxr.export(item))]).items[1].date is None


def test_memory_stays_bounded_however_long_the_file_is(written):
    """A hundred times the items, and what is alive of the tree while reading stays the same."""
    from pennypress.archive.wordpress.export import _channel

    for many in (10, 1000):
        file = written(wxr.export(*[wxr.item(n, "x" * 500) for n in range(1, many + 1)]))
        largest = 0
        for element in _channel(file):
            largest = max(largest, len(element.getparent()))
        assert largest < 200
