import os
from pathlib import Path

import pytest

from matinee.config import SettingsError, load_settings, masked, unknown_variables


@pytest.fixture(autouse=True)
def _clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in list(os.environ):
        if name.startswith("MATINEE_"):
            monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


def test_the_defaults_need_nothing_and_use_sqlite_in_the_data_folder(tmp_path: Path) -> None:
    settings = load_settings()
    assert (settings.host, settings.port) == ("127.0.0.1", 8470)
    assert settings.effective_database_url == f"sqlite:///{tmp_path / 'data' / 'matinee.db'}"


def test_all_problems_are_reported_at_once_with_an_example(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATINEE_PORT", "ninety")
    monkeypatch.setenv("MATINEE_TRUSTED_PROXIES", "10.0.0.0/8,nowhere")
    monkeypatch.setenv("MATINEE_DATABASE_URL", "mysql://db/matinee")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    report = str(caught.value)
    assert report.startswith("3 setting(s)")
    for part in (
        "MATINEE_PORT\n",
        "'ninety'",
        "example:  MATINEE_PORT=8470",
        "MATINEE_TRUSTED_PROXIES",
        "must begin with sqlite:",
    ):
        assert part in report


def test_a_wrong_secret_is_reported_without_its_value(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATINEE_SECRET_KEY", "tooshortbutsecret")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "at least 32" in str(caught.value)
    assert "tooshortbutsecret" not in str(caught.value)


def test_secrets_come_from_files(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    secret = tmp_path / "tmdb"
    secret.write_text("abc123\n")
    monkeypatch.setenv("MATINEE_TMDB_API_KEY_FILE", str(secret))
    settings = load_settings()
    assert settings.tmdb_api_key is not None
    assert settings.tmdb_api_key.get_secret_value() == "abc123"


def test_a_missing_secret_file_is_a_readable_problem(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATINEE_TMDB_API_KEY_FILE", "/nowhere/at/all")
    with pytest.raises(SettingsError, match="MATINEE_TMDB_API_KEY_FILE"):
        load_settings()


def test_lists_are_split_and_paths_by_the_path_separator(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATINEE_LIBRARY_PATHS", os.pathsep.join(["/media/a b", "/media/ü"]))
    monkeypatch.setenv("MATINEE_TMDB_BASE_URLS", "https://one.example/3, https://two.example/3")
    settings = load_settings()
    assert settings.library_paths == (Path("/media/a b"), Path("/media/ü"))
    assert settings.tmdb_base_urls == ("https://one.example/3", "https://two.example/3")


def test_settings_that_exclude_each_other_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATINEE_ADMIN_NAME", "ada")
    monkeypatch.setenv("MATINEE_DATABASE_REPLICAS", "postgresql://replica/matinee")
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "MATINEE_ADMIN_PASSWORD" in str(caught.value)
    assert "SQLite has no replicas" in str(caught.value)


@pytest.mark.parametrize(
    ("name", "problem"),
    [("a\u202eda", "direction of text"), ("ad\x07a", "Control characters"), ("\u200b", "Nothing is left to read")],
)
def test_the_name_of_the_first_administrator_is_a_name_as_over_http(
    monkeypatch: pytest.MonkeyPatch, name: str, problem: str
) -> None:
    monkeypatch.setenv("MATINEE_ADMIN_PASSWORD", "a long phrase")
    monkeypatch.setenv("MATINEE_ADMIN_NAME", name)
    with pytest.raises(SettingsError) as caught:
        load_settings()
    assert "MATINEE_ADMIN_NAME" in str(caught.value)
    assert problem in str(caught.value)
    monkeypatch.setenv("MATINEE_ADMIN_NAME", " <b>Ada</b>  Maria ")
    assert load_settings().admin_name == "Ada Maria"


def test_shown_values_hide_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATINEE_DATABASE_URL", "postgresql://matinee:hunter2@db/matinee")
    shown = masked(load_settings())
    assert shown["MATINEE_DATABASE_URL"] == "********"
    assert "hunter2" not in str(shown)


def test_a_misspelt_variable_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATINEE_PROT", "80")
    monkeypatch.setenv("MATINEE_PORT", "81")
    assert unknown_variables() == ["MATINEE_PROT"]


def test_the_command_line_wins_over_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MATINEE_PORT", "81")
    assert load_settings(port=82).port == 82


def test_a_dot_env_file_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("MATINEE_PORT=8999\n")
    assert load_settings().port == 8999
