from hypothesis import given
from hypothesis import strategies as st

from pennypress.funding.providers.bank_transfer.references import (
    ALPHABET,
    LENGTH,
    is_reference,
    new_reference,
    references_in,
    shown,
)

references = st.builds(new_reference)


@given(references, st.integers(0, LENGTH - 1), st.sampled_from(ALPHABET))
def test_one_wrong_character_makes_another_code(reference, place, letter):
    wrong = reference[:place] + letter + reference[place + 1 :]
    assert is_reference(wrong) == (wrong == reference)


@given(references, st.integers(0, LENGTH - 2))
def test_two_neighbours_swapped_make_another_code(reference, place):
    swapped = reference[:place] + reference[place + 1] + reference[place] + reference[place + 2 :]
    assert is_reference(swapped) == (swapped == reference)


@given(references, st.text(max_size=40), st.text(max_size=40), st.sampled_from([" ", "-", "", "/", "\n"]))
def test_a_code_is_found_whatever_stands_around_it(reference, before, after, between):
    written = f"{before} {reference[:3].lower()}{between}{reference[3:]} {after}"
    assert reference in list(references_in(written))


def test_what_people_mistake_is_read_as_it_was_meant():
    code = next(code for code in iter(new_reference, "") if "1" in code)
    assert code in list(references_in(code.replace("1", "I"))) and code in list(references_in(code.replace("1", "l")))
    assert shown("7K3M9QX2") == "7K3M-9QX2"
    assert list(references_in("")) == list(references_in("€ — ßßßß")) == []
