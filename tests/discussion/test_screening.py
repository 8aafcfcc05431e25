"""What hides a word, what repeats a text, what the desk's decisions teach, what a browser has to work for."""

import time

import pytest
import time_machine
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from pennypress.delivery import proof
from pennypress.discussion.screening.classifier import Counts, features_of, opinion_of
from pennypress.discussion.screening.folding import readings, words
from pennypress.discussion.screening.repetition import SKETCH, enough, sketch_of
from pennypress.discussion.screening.words import MAX_NAMED, WordList, check_list, parsed
from tests.proof import solved

LIST = WordList(parsed("viagra\nbuy now\nfree*\nлох\n賭博\ncasino\n💩\nit's a trap\nhell\n1488")[0])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("VIAGRA", "viagra"),
        ("ＶＩＡＧＲＡ", "viagra"),
        ("v\u200bi\u00ada\u2060g\u200dr\u202ea", "viagra"),
        ("vi\u0301ágrà", "viagra"),
        ("vіаgrа", "viagra"),  # Cyrillic і and а
        ("V1AGRA!!!", "viagra"),
        ("v i a g r a", "viagra"),
        ("get V.I.A.G.R.A today", "viagra"),
        ("via-gra", "viagra"),
        ("𝓬𝓪𝓼𝓲𝓷𝓸", "casino"),
        ("Ⓒⓐⓢⓘⓝⓞ", "casino"),
        ("c@$1n0", "casino"),
        ("my@casino.example", "casino"),
        ("HEIl", "hell"),
        ("he11", "hell"),
        ("BUY—NOW", "buy now"),
        ("buy\n\n now", "buy now"),
        ("freedom", "free*"),
        ("ЛОХ", "лох"),
        ("他去賭博了", "賭博"),
        ("well 💩", "💩"),
        ("It’s a trap", "it's a trap"),
        ("number 1488", "1488"),
    ],
)
def test_a_listed_word_is_found_in_its_disguise(text, line):
    assert line in LIST.found_in(f"Well, {text} – you know.")


@pytest.mark.parametrize(
    "text",
    ["viagras", "unfree", "shell", "hello", "he llo", "Michelle", "buy it now", "11488", "casinos", "a b c d e", ""],
)
def test_other_words_are_left_alone(text):
    assert LIST.found_in(text) == []


@given(st.data())
def test_no_mix_of_disguises_hides_a_word(data):
    looks = {"c": "cCсᴄⒸ𝐜", "a": "aAаα@4á", "s": "sSѕ$5ş", "i": "iIі1!í", "n": "nNոɴñ", "o": "oOоο0ø"}
    between = data.draw(st.sampled_from(["", "\u200b", "\u00ad", "\u0336", ".", "-", " ", "*"]))
    word = between.join(data.draw(st.sampled_from(looks[letter])) for letter in "casino")
    before, after = (
        data.draw(st.sampled_from(["", "go to the ", "«", "¡Hola! "])),
        data.draw(st.sampled_from(["", ", now", "!", "…", "\nnow"])),
    )
    assert LIST.found_in(before + word + after) == ["casino"]


@given(st.text(max_size=400))
def test_any_text_has_readings_and_none_makes_them_grow(text):
    found = readings(text)
    assert len(found) <= 9 * 18 * (len(text) + 2)  # the longest compatibility form of one character has 18 letters
    assert words(words(text)) == words(text)
    LIST.found_in(text)


def test_the_time_grows_with_the_text_and_not_with_the_list():
    def seconds(number, text):
        found = WordList(parsed("\n".join(f"wort{n}x" for n in range(number)))[0])
        found.found_in(text)
        begun = time.process_time()
        for _ in range(5):
            found.found_in(text)
        return time.process_time() - begun

    text = "I l 1 wort b a d " * 600
    assert seconds(5_000, text) < 4 * seconds(5, text) + 0.05
    assert seconds(5, text * 4) < 12 * seconds(5, text) + 0.05
    for bomb in ("x" * 100_000, "\u0301" * 100_000, "!" * 100_000, "a " * 50_000, "\ufdfa" * 10_000):
        begun = time.process_time()
        LIST.found_in(bomb)
        assert time.process_time() - begun < 2


def test_who_uses_every_listed_word_is_named_a_few():
    many = WordList(parsed("\n".join(f"bad{n}x" for n in range(40)))[0])
    assert len(many.found_in(" ".join(f"bad{n}x" for n in range(40)))) == MAX_NAMED


def test_bad_lines_are_reported_with_their_number():
    with pytest.raises(ValidationError) as error:
        check_list("# our list\nfine\n\n*x\na\n\u200b\nst*r\nab*\n" + "y" * 101)
    told = error.value.messages
    assert [line.split(",")[0] for line in told] == ["Line 4", "Line 5", "Line 6", "Line 7", "Line 8", "Line 9"]
    check_list("fine\nquite fine*\n賭\n")


TEXT = "The ferry will run until midnight from now on, the council said, and nobody who spoke was against it at all."


def shared(one, other):
    return len(set(one) & set(other))


def test_the_same_text_with_small_changes_has_the_same_sketch():
    sketch = sketch_of(TEXT, has_link=False)
    assert len(sketch) == SKETCH
    changed = sketch_of("Hey! " + TEXT.upper().replace("NOBODY", "nob0dy") + " 🎉", has_link=False)
    assert shared(sketch, changed) >= enough(sketch)
    other = sketch_of("The bridge is open again, and whoever walks over it now may see the new lamps.", has_link=False)
    assert shared(sketch, other) == 0


def test_thanks_are_said_by_many_and_advertising_is_not_thanks():
    assert sketch_of("Thank you, well said!", has_link=False) == ()
    assert len(sketch_of("cheap pills https://pills.example", has_link=True)) == 1
    assert sketch_of("> " + TEXT + "\n\nI agree.", has_link=False) == ()


def counts_of(good, bad):
    found = {}
    for text, column in [(t, "good") for t in good] + [(t, "bad") for t in bad]:
        for word in features_of(text):
            now = found.get(word, Counts())
            found[word] = Counts(now.good + (column == "good"), now.bad + (column == "bad"))
    return found, Counts(len(good), len(bad))


def test_the_classifier_says_nothing_before_two_hundred_decisions():
    counts, total = counts_of(["the ferry is late"] * 150, ["cheap pills here"] * 49)
    assert opinion_of(features_of("cheap pills here"), counts, total).probability == 0
    counts, total = counts_of(["the ferry is late"] * 200, ["cheap pills here"] * 19)
    assert opinion_of(features_of("cheap pills here"), counts, total).probability == 0


def test_the_classifier_holds_what_the_desk_takes_down_and_names_the_words():
    counts, total = counts_of(
        ["the ferry is late again", "the council meets on monday"] * 90,
        ["cheap pills at https://pills.example now"] * 30,
    )
    held = opinion_of(features_of("Get ch3ap PILLS https://www.pills.example/x"), counts, total)
    assert held.holds and "site:pills.example" in held.words
    assert not opinion_of(features_of("The ferry is late, the council meets"), counts, total).holds
    assert not opinion_of(features_of("Words it has never seen"), counts, total).holds
    # A long harmless text round it does not hide the offer, nor does the offer's word alone condemn a long text.
    assert not opinion_of(features_of("now the ferry is late and the council meets"), counts, total).holds


@given(st.text(max_size=3_000))
def test_features_are_few_and_fit_their_column(text):
    features = features_of(text)
    assert len(features) <= 120 and all(0 < len(word) <= 80 for word in features) and features == sorted(set(features))


@pytest.mark.django_db
def test_work_counts_once_for_one_person_in_one_place():
    answer = solved(proof.new_challenge("page:1", "guest:1"))
    assert not proof.is_proof(answer, "page:2", "guest:1")
    assert not proof.is_proof(answer, "page:1", "guest:2")
    assert proof.is_proof(answer, "page:1", "guest:1")
    assert not proof.is_proof(answer, "page:1", "guest:1")


@pytest.mark.django_db
@pytest.mark.parametrize("payload", ["", "x", "e30=", "W10=", "bnVsbA==", "eyJjaGFsbGVuZ2UiOiB7fX0=", "A" * 5_000, "ü"])
def test_what_is_no_proof_is_none(payload):
    assert proof.is_proof(payload, "page:1", "guest:1") is False


@pytest.mark.django_db
def test_work_that_was_hoarded_or_made_easy_counts_nothing():
    answer = solved(proof.new_challenge("page:1", "guest:1"))
    with time_machine.travel(time.time() + proof.LIFE.total_seconds() + 1):
        assert not proof.is_proof(answer, "page:1", "guest:1")
    easy = proof.new_challenge("page:1", "guest:1")
    easy["parameters"]["keyPrefix"] = ""
    assert not proof.is_proof(solved(easy), "page:1", "guest:1")
