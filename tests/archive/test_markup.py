import pytest
from lxml import html

from pennypress.archive.wordpress.body import BodyWriter, Picture, Surroundings
from pennypress.archive.wordpress.markup import Markup, paragraphs_html


def body(content, *, pictures=None, left_out=None, synced=None, attached=()):
    pictures, left_out = pictures or {}, [] if left_out is None else left_out
    around = Surroundings(
        picture=lambda url, number: Picture(pictures.get(url) or pictures.get(number), url),
        attached=lambda numbers: [int(n) for n in numbers.split(",") if n] or list(attached),
        link=lambda link: "/.page/12" if link == "https://old.example/a/" else link,
        left_out=lambda why, what: left_out.append(what),
    )
    markup = Markup(lambda number: (synced or {}).get(number, ""), lambda why, what: left_out.append(what))
    return BodyWriter(around, "test").write(markup.tree(content))


def kinds(blocks):
    return [block["type"] for block in blocks]


def words(blocks):
    return "".join(str(block["value"]) for block in blocks)


def test_classic_text_gets_paragraphs_and_line_breaks():
    [block] = body("First line\nsecond line\n\nNext <em>paragraph</em>\n\n<ul>\n<li>one</li>\n</ul>")
    assert block["type"] == "text"
    assert block["value"].startswith("<p>First line<br>second line</p><p>Next <em>paragraph</em></p><ul>")


def test_block_markup_leaves_no_comment_and_keeps_the_words():
    text = (
        '<!-- wp:paragraph {"align":"x"} -->\n<p>One</p>\n<!-- /wp:paragraph -->\n\n<!-- wp:group -->'
        "<div class='wp-block-group'><!-- wp:paragraph --><p>Two</p><!-- /wp:paragraph --></div><!-- /wp:group -->"
        "\n\nA classic line between blocks\n\n<!-- wp:heading --><h2>Head</h2><!-- /wp:heading -->"
    )
    blocks = body(text)
    assert kinds(blocks) == ["text", "heading"]
    assert blocks[0]["value"] == "<p>One</p><p>Two</p><p>A classic line between blocks</p>"
    assert blocks[1]["value"] == {"text": "Head", "level": "2"}


def test_blocks_that_wordpress_draws_are_told_and_left_out():
    told = []
    blocks = body(
        "<!-- wp:latest-posts /--><p>Stays</p><!-- wp:query --><div><p>Goes</p></div><!-- /wp:query --><p>Too</p>",
        left_out=told,
    )
    assert words(blocks) == "<p>Stays</p><p>Too</p>" and told == ["latest-posts", "query"]


def test_a_drawn_block_that_is_never_closed_swallows_nothing():
    assert "Kept" in words(body("<!-- wp:query --><p>Kept</p>"))


def test_a_synced_block_comes_in_and_a_circle_of_them_ends():
    synced = {5: "<!-- wp:paragraph --><p>Shared</p><!-- /wp:paragraph -->", 6: '<!-- wp:block {"ref":6} /-->'}
    assert words(body('<!-- wp:block {"ref":5} /-->', synced=synced)) == "<p>Shared</p>"
    assert body('<!-- wp:block {"ref":6} /-->', synced=synced) == []


@pytest.mark.parametrize("text", ["a [simple boat] here", "he said [sic] so", "see [1] and [2]", "[Name of a street]"])
def test_brackets_of_the_writer_stay(text):
    assert text in words(body(text))


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ('Before [donate goal="5"] after', "<p>Before  after</p>"),
        ("[box]inside[/box]", "<p>inside</p>"),
        ('[a x="1"][b]deep[/b][/a]', "<p>deep</p>"),
        ("[[gallery]]", "<p>[gallery]</p>"),
        ("one\n\n[contact-form]\n\ntwo", "<p>one</p><p>two</p>"),
        ("[gallery]", ""),
    ],
)
def test_shortcodes_go_and_their_words_stay(text, left):
    assert words(body(text)) == left


def test_shortcodes_inside_code_stay():
    assert "[gallery ids=&quot;1&quot;]" in words(body('<pre>[gallery ids="1"]</pre>')).replace('"', "&quot;")


def test_a_caption_shortcode_becomes_a_picture_with_its_caption():
    text = '[caption id="attachment_5" align="alignright" width="300"]<img src="a.jpg" alt="A boat"> The boat[/caption]'
    [block] = body(text, pictures={"a.jpg": 9})
    assert block["type"] == "image"
    assert block["value"] == {
        "image": 9, "alt": "A boat", "caption": "The boat", "credit": "", "placement": "end", "link": "",
    }  # fmt: skip


def test_a_picture_inside_a_paragraph_is_taken_out_and_the_words_stay():
    blocks = body('<p>Left <img class="alignleft wp-image-7" src="x.jpg"> right</p>', pictures={7: 3})
    assert kinds(blocks) == ["image", "text"] and blocks[0]["value"]["placement"] == "start"
    assert "Left" in blocks[1]["value"] and "right" in blocks[1]["value"]


def test_galleries_of_all_kinds():
    named = body('[gallery ids="1,2"]', pictures={1: 11, 2: 12})
    attached = body("[gallery]", pictures={4: 14}, attached=[4])
    block = body(
        '<figure class="wp-block-gallery"><figure><img src="a.jpg"><figcaption>A</figcaption></figure>'
        '<figure><img src="b.jpg"></figure><figcaption class="blocks-gallery-caption">All</figcaption></figure>',
        pictures={"a.jpg": 21, "b.jpg": 22},
    )
    for blocks, images in ((named, [11, 12]), (attached, [14]), (block, [21, 22])):
        [gallery] = blocks
        assert gallery["type"] == "gallery"
        assert [row["value"]["image"] for row in gallery["value"]["images"]] == images
    assert block[0]["value"]["caption"] == "All" and block[0]["value"]["images"][0]["value"]["caption"] == "A"


def test_a_picture_without_a_file_leaves_a_link_and_its_words():
    [block] = body('<figure><img src="https://old.example/a.jpg" alt="A boat"><figcaption>Far</figcaption></figure>')
    assert block["type"] == "archive_html"
    assert '<a href="https://old.example/a.jpg"' in block["value"] and "A boat" in block["value"]
    assert "<img" not in block["value"] and "Far" in block["value"]


def test_films_become_embeds_where_the_provider_is_known():
    told = []
    text = (
        "https://www.youtube.com/watch?v=abcdefghijk\n\n"
        '<iframe src="https://player.vimeo.com/video/12345"></iframe>\n\n'
        '<iframe src="https://tracker.example/x"></iframe>'
    )
    blocks = body(text, left_out=told)
    assert kinds(blocks) == ["embed", "embed", "text"] and "tracker.example" in told
    assert blocks[1]["value"]["url"] == "https://vimeo.com/12345" and "<iframe" not in words(blocks)


def test_tables_code_and_alignment_keep_their_markup():
    blocks = body(
        '<table><tr><td colspan="2">1</td></tr></table><pre>  x</pre><p style="text-align:right">end</p>'
        "<blockquote><p>One</p><p>Two</p></blockquote>"
    )
    assert kinds(blocks) == ["archive_html"]
    for part in ('colspan="2"', "<pre>  x</pre>", '<p class="align-end">end</p>', "<p>One</p><p>Two</p>"):
        assert part in blocks[0]["value"]


def test_a_pull_quote():
    [block] = body('<figure class="wp-block-pullquote"><blockquote><p>Go on.</p><cite>Ida</cite></blockquote></figure>')
    assert block["type"] == "pull_quote" and block["value"] == {"quote": "Go on.", "attribution": "Ida"}


def test_links_between_old_pages_become_links_to_pages():
    [block] = body('<p><a href="https://old.example/a/" target="_blank" onclick="x()">a</a></p>')
    assert block["value"] == '<p><a linktype="page" id="12">a</a></p>'


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        '<img src=x onerror="alert(1)">',
        '<a href="javascript:alert(1)">x</a>',
        '<p onclick="alert(1)">x</p>',
        "<svg><script>alert(1)</script></svg>",
        '<table><tr><td><iframe srcdoc="<script>alert(1)</script>"></iframe>x</td></tr></table>',
        '[caption caption="<script>alert(1)</script>"]<img src="x.jpg">[/caption]',
        '[video src="javascript:alert(1)"]',
        '<form action="https://evil.example"><input name="password"></form>',
        '<p style="background:url(https://evil.example)">x</p>',
        '<figure class="wp-block-file"><a href="data:text/html,x">x</a></figure>',
        '<div class="wp-block-button"><a href="javascript:alert(1)">Press</a></div>',
        "<!-- wp:html --><style>*{display:none}</style><base href=//evil.example><!-- /wp:html -->",
    ],
)
def test_nothing_that_runs_or_reports_comes_in(hostile):
    """Text blocks are stored as the sanitiser left them; StructBlocks are escaped by their templates."""
    for block in body(hostile):
        if block["type"] in ("text", "archive_html"):
            tree = html.fragment_fromstring(block["value"], create_parent="div")
            for element in tree.iter():
                assert element.tag not in ("script", "style", "iframe", "form", "input", "base", "svg", "object")
                for name, value in element.attrib.items():
                    assert not name.startswith("on") and name != "style"
                    assert not value.strip().lower().startswith(("javascript:", "data:"))
        else:
            assert "javascript:" not in str(block["value"])


def test_the_same_text_makes_the_same_blocks():
    text = 'One\n\n<h2>Two</h2>\n\n[gallery ids="1"]'
    assert body(text, pictures={1: 5}) == body(text, pictures={1: 5})


def test_comments_get_paragraphs_too():
    assert paragraphs_html("a\nb\n\nc") == "<p>a<br>b</p><p>c</p>"


def test_a_linked_picture_keeps_its_link_unless_it_leads_to_its_own_file():
    away = '<p><a href="https://x.example/more"><img src="a-300x200.jpg"></a></p>'
    own = '<p><a href="https://old.example/up/a.jpg"><img src="a-300x200.jpg"></a></p>'
    for content, link in ((away, "https://x.example/more"), (own, "")):
        [block] = body(content, pictures={"a-300x200.jpg": 4})
        assert (block["type"], block["value"]["link"]) == ("image", link)


def test_a_synced_classic_text_has_its_paragraphs_and_shortcodes_done():
    synced = {5: "One\n\nTwo [box]three[/box]"}
    assert words(body('<!-- wp:block {"ref":5} /-->', synced=synced)) == "<p>One</p><p>Two three</p>"


def test_the_closing_half_of_a_shortcode_goes_even_without_its_opening_half():
    assert words(body("Words[/box] stay")) == "<p>Words stay</p>"
