import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pennypress.lib.markup import (
    ARTICLE_CLASSES,
    ARTICLE_TAGS,
    COMMENT_ATTRIBUTES,
    COMMENT_LINK_REL,
    COMMENT_TAGS,
    TooNested,
    clean_article_html,
    clean_comment_html,
    first_words,
    plain_comment,
    plain_text,
    render_comment,
)

ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)",
    '[x](https://example.org/" onmouseover="alert(1)) ',
    "<javascript:alert(1)>",
    "![x](https://example.org/track.gif)",
    '<math><mtext></p><style><img src=x onerror="alert(1)">',
    '<p style="position:fixed">x</p>',
    "<iframe src=https://example.org></iframe>",
    "<form action=/discussion/><button>x</button></form>",
    "`<script>alert(1)</script>`",
    "```html onload=alert(1)\n<script>\n```",
    "> <b onclick=alert(1)>x</b>",
    "&#60;script&#62;alert(1)&#60;/script&#62;",
    "https://example.org/'onmouseover='alert(1)",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
]


class Seen(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))


def assert_safe(html: str, tags: set[str]) -> None:
    for tag, attributes in Seen(html).tags:
        assert tag in tags
        for name, value in attributes.items():
            assert not name.startswith("on")
            assert name not in {"style", "id", "srcdoc", "formaction"}
            if name in {"href", "src", "cite"}:
                scheme = re.match(r"\s*([a-z][a-z0-9+.-]*):", value or "", re.IGNORECASE)
                assert scheme is None or scheme.group(1).lower() in {"http", "https", "mailto", "tel"}


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_survives_in_a_comment(attack: str) -> None:
    assert_safe(render_comment(attack), COMMENT_TAGS)
    assert_safe(clean_comment_html(attack), COMMENT_TAGS)


@pytest.mark.parametrize("attack", ATTACKS)
def test_no_attack_survives_in_an_article(attack: str) -> None:
    assert_safe(clean_article_html(attack), ARTICLE_TAGS)


SIGNS = [
    "*",
    "**",
    "_",
    "`",
    "```\n",
    "> ",
    ">! ",
    "!<",
    "- ",
    "1. ",
    "  ",
    "\n",
    "\n\n",
    "[",
    "](",
    ")",
    "<",
    ">",
    "&",
    '"',
]
SIGNS += [
    "https://example.org/",
    "javascript:",
    "![x](https://example.org/x.gif)",
    "<img src=x>",
    "\\",
    "\0",
    "\u202e",
    "\ufeff",
]
MARKUP = st.lists(st.one_of(st.sampled_from(SIGNS), st.text(max_size=8)), max_size=60).map("".join)


@given(MARKUP)
def test_any_text_renders_safely_and_cleaning_again_changes_nothing(text: str) -> None:
    try:
        html = render_comment(text)
    except TooNested:
        html = plain_comment(text)
    assert_safe(html, COMMENT_TAGS)
    for tag, attributes in Seen(html).tags:
        assert set(attributes) <= COMMENT_ATTRIBUTES.get(tag, set()) | ({"rel"} if tag == "a" else set())
        assert tag != "a" or attributes["rel"] == COMMENT_LINK_REL
    assert clean_comment_html(html) == html


BOMBS = [
    ">", "*", "_a", "*a ", "[", "![[", "[a](", "a](b) ", "`a``b", "<a", "\\*", "&a", "- ", "* a\n ", "1. ", ">!", ">! >! ",
    "```\n", "https://a.b/(", "*_", "**a _b ", "\n", "\u202e@", "> a\n>", " - a\n", "x",
]  # fmt: skip


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_as_long_as_a_comment_may_be_takes_time_in_proportion(bomb: str) -> None:
    def seconds(length: int) -> float:
        begun = time.process_time()
        try:
            render_comment((bomb * length)[:length])
        except TooNested:
            pass
        return time.process_time() - begun

    # Of this process's own time, the least of some tries: others on the machine change neither. A quadratic step would take
    # sixteen times as long; what is left of that is the clock's own grain.
    assert min(seconds(10_000) for _ in range(4)) < 8 * min(seconds(2_500) for _ in range(4)) + 0.05


@given(
    st.text(alphabet=st.one_of(st.sampled_from(list("<>&\"'=/ abcdfghimnoprstv:;!-")), st.characters()), max_size=300)
)
def test_any_html_is_cleaned_and_cleaning_again_changes_nothing(text: str) -> None:
    html = clean_article_html(text)
    assert_safe(html, ARTICLE_TAGS)
    assert clean_article_html(html) == html


def test_the_small_markup() -> None:
    assert render_comment("*a* **b** `c`") == "<p><em>a</em> <strong>b</strong> <code>c</code></p>"
    assert render_comment("a\nb\n\nc") == "<p>a<br>\nb</p>\n<p>c</p>"
    assert "<blockquote>" in render_comment("> quoted\n\nanswer")
    assert render_comment("- a\n- b").count("<li>") == 2
    assert "<h1>" not in render_comment("# no heading")
    assert render_comment("#1 & <3") == "<p>#1 &amp; &lt;3</p>"


def test_a_spoiler_opens_without_a_script() -> None:
    spoiler = "<details>\n<summary>Spoiler</summary>\n<p>the <em>end</em></p>\n</details>"
    assert render_comment(">! the *end*") == render_comment(">! the *end* !<") == spoiler
    assert render_comment("> >! the *end*") == f"<blockquote>\n{spoiler}\n</blockquote>"
    assert first_words(render_comment("Well.\n\n>! the end\n\nBut no."), 80) == "Well. But no."
    assert first_words(render_comment("word " * 40), 12) == "word word w…"


def test_bare_addresses_become_links_without_the_sentence_around_them() -> None:
    html = render_comment("see (https://example.org/a_(b)), or https://example.org/x?y=1&z=2.")
    assert 'href="https://example.org/a_(b)"' in html
    assert 'href="https://example.org/x?y=1&amp;z=2"' in html
    assert html.count('rel="nofollow ugc noopener noreferrer"') == 2
    assert html.endswith(".</p>")


def test_null_bytes_and_other_controls_vanish() -> None:
    assert render_comment("a\x00b\x08c") == "<p>abc</p>"


def test_a_bomb_of_quotes_and_a_word_of_100000_letters_end_in_reasonable_html() -> None:
    with pytest.raises(TooNested):
        render_comment(">" * 5000 + "x")
    assert plain_comment(">" * 3 + "x\ny\n\nz") == "<p>&gt;&gt;&gt;x<br>\ny</p>\n<p>z</p>"
    assert len(render_comment("x" * 100_000)) == 100_007
    assert len(render_comment("*" * 20_000)) < 100_000
    assert len(render_comment("[" * 10_000)) < 100_000


def test_an_article_keeps_its_own_classes_only() -> None:
    html = clean_article_html('<p class="align-start evil has-red-color" style="color:red">x</p>')
    assert html == '<p class="align-start">x</p>'
    assert "gallery" in ARTICLE_CLASSES


def test_an_article_keeps_tables_figures_and_definition_lists() -> None:
    source = '<table><tbody><tr><td colspan="2">1</td></tr></tbody></table><dl><dt>a</dt><dd>b</dd></dl>'
    assert clean_article_html(source) == source
    figure = clean_article_html('<figure><img src="/media/a.jpg" alt="A"><figcaption>B</figcaption></figure>')
    assert 'src="/media/a.jpg"' in figure and 'loading="lazy"' in figure


def test_plain_text_separates_blocks_and_resolves_entities() -> None:
    assert plain_text("<p>One&nbsp;&amp; two</p><p>three<br>four</p><script>x</script>") == "One & two three four"
    assert plain_text("&lt;b&gt;") == "<b>"
