"""Which content coding an answer is sent in."""

from __future__ import annotations

import pytest

from matinee.infra.http.answers.negotiation import best_coding


@pytest.mark.parametrize(
    ("header", "coding"),
    [
        ("", ""),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip, br", "br"),
        ("GZIP", "gzip"),
        ("gzip;q=0.5, br;q=0.4", "gzip"),
        ("zstd;q=0, gzip", "gzip"),
        ("*", "zstd"),
        ("*;q=0", ""),
        ("zstd;q=0, *;q=0.1", "br"),
        ("identity", ""),
        ("identity;q=0.9, gzip;q=0.5", ""),
        ("identity;q=0.5, gzip;q=0.9", "gzip"),
        ("gzip;q=nonsense", ""),
        ("deflate", ""),
        (" ; , ;;", ""),
    ],
)
def test_the_client_decides_and_the_server_prefers(header: str, coding: str) -> None:
    assert best_coding(header) == coding
