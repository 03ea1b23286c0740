from __future__ import annotations

import pytest

from matinee.infra.media.languages import language_tag


@pytest.mark.parametrize(
    ("code", "tag"),
    [
        ("eng", "en"),
        ("ger", "de"),
        ("deu", "de"),
        ("fre", "fr"),
        ("ENG", "en"),
        ("en", "en"),
        ("pt-br", "pt-BR"),
        ("por_BR", "pt-BR"),
        ("zh-hans", "zh-Hans"),
        ("es-419", "es-419"),
        ("fil", "fil"),
        ("eng\0", "en"),
        ("und", None),
        ("", None),
        (None, None),
        ("English (forced)", None),
        ("../../etc", None),
    ],
)
def test_becomes_bcp_47(code: str | None, tag: str | None) -> None:
    assert language_tag(code) == tag
