import pytest
from hypothesis import given
from hypothesis import strategies as st

from matinee.infra.errors import InvalidCursor
from matinee.infra.paging import Cursors
from matinee.infra.signing import Signer

CURSORS = Cursors(Signer(b"k" * 32))
SCALARS = st.one_of(st.text(max_size=40), st.integers(-(2**53), 2**53), st.booleans(), st.none())


@given(st.lists(SCALARS, max_size=4), st.text(max_size=30))
def test_a_cursor_gives_back_the_values_it_was_made_from(values: list[str | int | bool | None], scope: str) -> None:
    assert CURSORS.open(scope, CURSORS.seal(scope, values)) == values


@given(st.text(max_size=120))
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(InvalidCursor):
        CURSORS.open("movies", text)


def test_a_cursor_of_another_order_is_refused() -> None:
    cursor = CURSORS.seal("movies?sort=title", ["Alien", 7])
    with pytest.raises(InvalidCursor):
        CURSORS.open("movies?sort=-year", cursor)


def test_a_cursor_signed_with_another_key_is_refused() -> None:
    cursor = Cursors(Signer(b"x" * 32)).seal("movies", [1])
    with pytest.raises(InvalidCursor):
        CURSORS.open("movies", cursor)


def test_the_surplus_row_is_cut_and_tells_that_there_is_more() -> None:
    page = CURSORS.page("movies", [([1], "a"), ([2], "b"), ([3], "c")], limit=2)
    assert list(page.items) == ["a", "b"]
    assert CURSORS.open("movies", page.next_cursor) == [2]


def test_the_last_page_has_no_cursor() -> None:
    assert CURSORS.page("movies", [([1], "a")], limit=1).next_cursor is None
    assert CURSORS.page("movies", [], limit=1).next_cursor is None
