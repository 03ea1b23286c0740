from __future__ import annotations

import re

import pysubs2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matinee.infra.media.cues import Cue, cue_text, cues_from_events


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("plain", "plain"),
        (r"two\Nlines", "two\nlines"),
        (r"{\i1}slanted{\i0} and not", "<i>slanted</i> and not"),
        (r"{\b1}bold {\i1}both{\b0} slanted", "<b>bold <i>both</i></b><i> slanted</i>"),
        (r"{\u1}never closed", "<u>never closed</u>"),
        (r"{\bord2\blur3\iclip(1,2,3,4)}no switch", "no switch"),
        (r"{\fs30\c&HFFFFFF&\pos(10,20)}styled", "styled"),
        (r"{\i1}a{\r}b", "<i>a</i>b"),
        ("fish & chips < > -->", "fish &amp; chips &lt; &gt; --&gt;"),
        ("&amp; already", "&amp; already"),
        ('<font color="red">red</font> <script>x</script>', "red x"),
        (r"a\N\N\Nb", "a\nb"),
        ("nul\0and\x07bell", "nulandbell"),
        (r"{\i1}\N{\i0}", ""),
        (r"\h", ""),
        ("5 < 6", "5 &lt; 6"),
    ],
)
def test_markup_becomes_what_players_understand(markup: str, expected: str) -> None:
    assert cue_text(markup) == expected


def test_a_style_can_begin_slanted() -> None:
    assert cue_text(r"thought {\i0}said", frozenset("i")) == "<i>thought </i>said"


@settings(deadline=None)
@given(st.text(alphabet=r"ab{}\iNbu01<>/&- " + "\n\r\0é", max_size=60))
def test_no_text_breaks_a_cue(markup: str) -> None:
    text = cue_text(markup)
    assert "-->" not in text
    assert "\n\n" not in text
    assert not text.startswith("\n")
    assert set(re.findall(r"<[^>]*>?", text)) <= {"<i>", "</i>", "<b>", "</b>", "<u>", "</u>"}
    open_tags: list[str] = []
    for closing, name in re.findall(r"<(/?)([ibu])>", text):
        if closing:
            assert open_tags.pop() == name
        else:
            open_tags.append(name)
    assert open_tags == []


def events(*lines: tuple[int, int, str]) -> pysubs2.SSAFile:
    file = pysubs2.SSAFile()
    file.events = [pysubs2.SSAEvent(start=start, end=end, text=text) for start, end, text in lines]
    return file


def test_cues_come_in_order_and_without_what_cannot_be_seen() -> None:
    file = events(
        (3000, 4000, "third"), (-500, 900, "first"), (2000, 2000, "no time"), (1000, 2000, r"{\p1}m 0 0{\p0}"), (2500, 2600, " ")
    )
    file.events.append(pysubs2.SSAEvent(start=0, end=1000, text="a comment", type="Comment"))
    assert cues_from_events(file, 100) == (Cue(0.0, 0.9, "first"), Cue(3.0, 4.0, "third"))


def test_what_belongs_to_the_top_stays_there() -> None:
    file = events((0, 1, r"{\an8}top"), (1, 2, r"{\a6}top"), (2, 3, r"{\an2}bottom"), (3, 4, r"{\a2}bottom"))
    assert [cue.settings for cue in cues_from_events(file, 100)] == ["line:0", "line:0", "", ""]


def test_there_is_a_limit() -> None:
    assert len(cues_from_events(events(*((n, n + 1, "x") for n in range(50))), 20)) == 20
