"""Anchors hold through edits, and never at a wrong place."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pennypress.discussion.anchors import Text, anchored_again, located
from pennypress.lib.blocks import blocks_of, numbered
from tests.discussion.edits import article, edit, passages, places, text_of

# Anything that may stand in a text, with what commonly breaks offsets: marks that join, letters of two units, both ways.
WORDS = st.text(
    st.one_of(st.characters(exclude_categories=["Cs", "Cc"]), st.sampled_from("aеé́😀👩‍🚀עא 漢字")), min_size=1
)
TEXTS = st.lists(WORDS, min_size=1, max_size=6).map(lambda texts: Text((f"p-{n:08x}", t) for n, t in enumerate(texts)))


def is_right(passage, found, where):
    """Whether the anchor is in the passage's own paragraph and covers what is left of it, give or take a word at the ends.

    Where chance has put the very words of the quote there again, half of them new, nobody could call that another place.
    """
    left = [where[id(word)] for word in passage.words if id(word) in where]
    if not left or found.anchor.block != left[0][0]:
        return False
    if found.words == passage.anchor.quote and found.anchor.start < left[-1][2] and found.anchor.end > left[0][1]:
        return True
    inner = left[1:-1] or left
    covers = found.anchor.start <= inner[0][1] and found.anchor.end >= inner[-1][2]
    longest = max(end - start for _block, start, end in where.values()) + 1
    return covers and found.anchor.start >= left[0][1] - longest and found.anchor.end <= left[-1][2] + longest


@pytest.mark.parametrize("seed", range(5))
def test_of_a_thousand_passages_nine_in_ten_are_kept_and_none_is_wrong(seed):
    chance = random.Random(seed)
    paragraphs = article(chance)
    old = text_of(paragraphs)
    chosen = passages(chance, paragraphs, 1_000)
    edited = edit(chance, paragraphs, share=0.06, moved=2)
    found = anchored_again([passage.anchor for passage in chosen], old, text_of(edited))
    where = places(edited)
    kept = [(passage, place) for passage, place in zip(chosen, found, strict=True) if place]
    assert [p.anchor.quote for p, place in kept if not is_right(p, place, where)] == []
    assert len(kept) >= 900


@pytest.mark.parametrize("seed", range(3))
def test_in_a_foreign_text_nothing_is_found(seed):
    chance = random.Random(seed)
    paragraphs = article(chance)
    old, foreign = text_of(paragraphs), text_of(article(chance))
    chosen = passages(chance, paragraphs, 300)
    assert not any(anchored_again([passage.anchor for passage in chosen], old, foreign))


@given(TEXTS, TEXTS, st.data())
def test_a_found_place_is_in_the_text_and_the_same_each_time(old, new, data):
    block = data.draw(st.sampled_from(list(old.blocks)))
    end = data.draw(st.integers(1, len(old.blocks[block])))
    start = data.draw(st.integers(0, end - 1))
    anchor = old.anchor(block, start, end)
    (found,) = anchored_again([anchor], old, new)
    assert anchored_again([anchor], old, new) == [found]
    if found:
        words = new.blocks[found.anchor.block]
        assert 0 <= found.anchor.start < found.anchor.end <= len(words)
        assert words[found.anchor.start : found.anchor.end] == found.words
        assert found.anchor.quote == anchor.quote


@given(TEXTS, st.data())
def test_what_says_the_same_stays_where_it_is(text, data):
    block = data.draw(st.sampled_from(list(text.blocks)))
    end = data.draw(st.integers(1, len(text.blocks[block])))
    anchor = text.anchor(block, data.draw(st.integers(0, end - 1)), end)
    (found,) = anchored_again([anchor], text, Text(text.blocks.items()))
    assert found and found.anchor == anchor and found.how == "same"
    same = {"block": block, "start": anchor.start, "end": anchor.end, "quote": anchor.quote}
    assert located(text, **same) == anchor


@settings(max_examples=50)
@given(st.lists(st.text(st.sampled_from("ab <>&\"'é😀漢"), min_size=1), min_size=1, max_size=5))
def test_blocks_of_html_say_what_was_written(texts):
    from html import escape

    texts = [text for text in texts if text.strip()]
    html = "".join(
        f"<p>{escape(text)[:1]}<b>{escape(text)[1:]}</b></p>" if text[0] not in "<>&\"'" else f"<p>{escape(text)}</p>"
        for text in texts
    )
    once = numbered(html)
    assert numbered(once) == once
    assert [block.text for block in blocks_of(once)] == texts
    assert len({block.id for block in blocks_of(once)}) == len(texts)


def test_a_repeated_word_is_not_taken_for_another():
    old = Text(
        {"p-00000001": "The mayor said no. Nobody else said anything at all that evening.", "p-00000002": "no."}.items()
    )
    new = Text({"p-00000003": "Nobody said no. The evening went on as evenings do in the town."}.items())
    anchor = old.anchor("p-00000001", 15, 18)
    assert anchor.quote == "no."
    assert anchored_again([anchor], old, new) == [None]


def test_a_sentence_that_moved_to_another_paragraph_is_followed():
    sentence = "The crane was sold in 1988, and nobody has drawn on the fund since."
    old = Text(
        [("p-00000001", f"First words of it. {sentence} And so on."), ("p-00000002", "Another paragraph about eels.")]
    )
    new = Text(
        [("p-00000003", "First words of it."), ("p-00000004", f"Another paragraph about eels. {sentence} And so on.")]
    )
    anchor = old.anchor("p-00000001", 19, 19 + len(sentence))
    (found,) = anchored_again([anchor], old, new)
    assert found and found.anchor.block == "p-00000004" and found.words == sentence


def test_of_two_equal_paragraphs_the_one_that_stays_is_the_place():
    twice = "All rights stay with the readers."
    old = Text([("p-00000001", twice), ("p-00000002", "Between them stands this."), ("p-00000001-2", twice)])
    new = Text([("p-00000002", "Between them stands this."), ("p-00000001", twice)])
    found = anchored_again([old.anchor(name, 0, 10) for name in ("p-00000001", "p-00000001-2")], old, new)
    assert [place and place.anchor.block for place in found] == ["p-00000001", "p-00000001"]


def test_a_readers_stale_place_is_found_by_its_words_or_refused():
    text = Text([("p-00000001", "The bridge is open again since noon."), ("p-00000002", "Nothing else.")])
    stale = {"block": "p-ffffffff", "start": 4, "end": 10}
    assert located(text, quote="The bridge is open again since noon.", **stale) is None  # short, and nothing beside it
    found = located(text, quote="bridge", suffix=" is open again since noon.\nNoth", **stale)
    assert found and (found.block, found.start, found.end) == ("p-00000001", 4, 10)
    assert located(text, quote="tunnel", **stale) is None
