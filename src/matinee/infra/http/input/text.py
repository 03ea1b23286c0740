"""Free text that people write: cleaned of HTML, normalised, refused where it would deceive who reads it.

Nothing else is changed: what looks like SQL, a query object, a template or an entity is stored and given back as it came,
because queries are parameterised and pages escape what they show. Sources: Unicode UAX #29 (grapheme clusters), UAX #15 (NFC),
UAX #9 (directional formatting).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Final
from unicodedata import normalize

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

_LINE_CONTROLS: Final = r"\x00-\x1f\x7f-\x9f\u2028\u2029"
_CONTROLS_BUT_LINES: Final = r"\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029"
_DIRECTIONS: Final = r"\u202a-\u202e\u2066-\u2069"
_NO_CHARACTERS: Final = r"\ufdd0-\ufdef\ufffe\uffff"
_UNSEEN: Final = (
    r"\s\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2060-\u206f\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0"
)
_DIRECTION = re.compile(f"[{_DIRECTIONS}]")
_NO_CHARACTER = re.compile(rf"[\ud800-\udfff{_NO_CHARACTERS}]")
_SEEN = re.compile(rf"[^{_UNSEEN}\U000e0000-\U000e0fff]")
_SPACES = re.compile(r"\s+")
# What the library writes for characters that mean something in HTML; the ampersand last.
_WRITTEN: Final = (("&lt;", "<"), ("&gt;", ">"), ("&nbsp;", "\xa0"), ("&amp;", "&"))
POINTS_PER_GRAPHEME: Final = 4
"""Code points a text may have on average; one cluster can be made of any number."""


@dataclass(frozen=True, slots=True)
class PlainText:
    """One line of text: `Annotated[str, PlainText(max_graphemes=64)]`.

    HTML is taken out (elements by their tags, scripts and styles with what they hold), the rest is in NFC without white space
    at the ends. Control characters, directional overrides and isolates, and what is no character are refused, and so is a text
    with nothing to see, unless `empty` allows it. `max_length` is in code points and bounds what a column must hold.
    """

    max_graphemes: int
    max_length: int | None = None
    empty: bool = False
    collapse: bool = False
    """Whether inner white space counts as one space, as in names."""

    @property
    def cap(self) -> int:
        """Code points."""
        return self.max_length or self.max_graphemes * POINTS_PER_GRAPHEME

    def clean(self, text: str) -> str:
        """The text to keep. Raises `PydanticCustomError`, whose type says what is wrong."""
        self._refuse(text)
        cleaned = self._arranged(normalize("NFC", without_html(text)))
        if not self.empty and not _SEEN.search(cleaned):
            raise PydanticCustomError("text_empty", "Nothing is left to read")
        if len(cleaned) > self.cap or graphemes_over(cleaned, self.max_graphemes):
            raise PydanticCustomError("text_too_long", "At most {most} characters", {"most": self.max_graphemes})
        return cleaned

    def _refuse(self, text: str) -> None:
        if re.search(f"[{self._controls}]", text):
            raise PydanticCustomError("text_control_character", "Control characters are not accepted")
        if _DIRECTION.search(text):
            raise PydanticCustomError("text_direction", "Characters that turn the direction of text are not accepted")
        if _NO_CHARACTER.search(text):
            raise PydanticCustomError("text_not_unicode", "Not every character is one")

    def _arranged(self, text: str) -> str:
        return _SPACES.sub(" ", text).strip() if self.collapse else text.strip()

    @property
    def _controls(self) -> str:
        return _LINE_CONTROLS

    @property
    def _pattern(self) -> str:
        refused = f"{self._controls}{_DIRECTIONS}{_NO_CHARACTERS}"
        return f"^[^{refused}]*$" if self.empty else f"^[^{refused}]*[^{_UNSEEN}{refused}][^{refused}]*$"

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:  # Any: pydantic's own
        # The length before the cleaning is bounded too: cleaning costs time by length.
        bounded = core_schema.str_schema(min_length=0 if self.empty else 1, max_length=self.cap)
        return core_schema.no_info_after_validator_function(self.clean, bounded)

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), "pattern": self._pattern}


class MultilineText(PlainText):
    """The same with line breaks (LF; CRLF is read as one) and tabs."""

    __slots__ = ()

    def _arranged(self, text: str) -> str:
        return text.replace("\r\n", "\n").replace("\r", "\n").strip()

    @property
    def _controls(self) -> str:
        return _CONTROLS_BUT_LINES


NAME = PlainText(max_graphemes=64, max_length=64, collapse=True)
Name = Annotated[str, NAME]
"""What somebody calls an account, a profile, a key, a device, a folder."""


def without_html(text: str) -> str:
    """The text as HTML would show it, but for entities, which stay as they are written.

    Repeated until nothing changes: taking a tag out of `<<b>script>` makes another one.
    """
    while "<" in text:
        from nh3 import clean  # loaded for the first text that may hold HTML

        cleaned = clean(text.replace("&", "&amp;"), tags=set())
        for written, meant in _WRITTEN:
            cleaned = cleaned.replace(written, meant)
        if cleaned == text:
            break
        text = cleaned
    return text


def graphemes_over(text: str, most: int) -> bool:
    """Whether the text has more than `most` extended grapheme clusters: what a reader takes for one character each."""
    if len(text) <= most:  # a cluster has one code point at least
        return False
    import regex  # loaded for the first text where it makes a difference

    return sum(1 for _ in regex.finditer(r"\X", text)) > most
