"""Settings: environment before file before defaults; everything wrong is named at once; no secret is shown."""

from pathlib import Path

import pytest

from web import channels, settings
from web.settings import Settings, SettingsError


def test_the_environment_goes_before_the_file_and_the_command_line_before_both(tmp_path: Path) -> None:
    file = tmp_path / "town.toml"
    file.write_text('port = 9000\nhost = "0.0.0.0"\nthreads = 4\n', "utf-8")
    environment = {"GRIDLOOP_CONFIG": str(file), "GRIDLOOP_PORT": "9001", "GRIDLOOP_THREADS": "6"}

    found = settings.load(environment, threads=7)

    assert (found.host, found.port, found.threads) == ("0.0.0.0", 9001, 7)


def test_everything_wrong_is_named_at_once(tmp_path: Path) -> None:
    file = tmp_path / "town.toml"
    file.write_text('colour = "red"\n', "utf-8")
    environment = {"GRIDLOOP_CONFIG": str(file), "GRIDLOOP_PORT": "viele", "GRIDLOOP_DEMO": "maybe", "GRIDLOOP_DATABASE_URL": "nonsense"}

    with pytest.raises(SettingsError) as refusal:
        settings.load(environment)

    assert all(word in str(refusal.value) for word in ("colour", "port", "demo", "database_url"))


def test_a_misspelt_variable_and_numbers_out_of_range_are_named_too() -> None:
    environment = {"GRIDLOOP_PROT": "9000", "GRIDLOOP_PORT": "99999", "GRIDLOOP_THREADS": "0", "GRIDLOOP_DATABASE_URL": "sqlite://"}

    with pytest.raises(SettingsError) as refusal:
        settings.load(environment)

    assert all(word in str(refusal.value) for word in ("GRIDLOOP_PROT", "65535", "threads", "SQLite 数据库文件"))


def test_a_missing_or_broken_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="找不到"):
        settings.load({"GRIDLOOP_CONFIG": str(tmp_path / "none.toml")})
    (tmp_path / "bad.toml").write_text("port = = 1", "utf-8")
    with pytest.raises(SettingsError, match="TOML"):
        settings.load({"GRIDLOOP_CONFIG": str(tmp_path / "bad.toml")})


def test_what_is_missing_or_wrong_for_messages_is_named(tmp_path: Path) -> None:
    environment = {"GRIDLOOP_WEBHOOK_URL": "ftp://push/", "GRIDLOOP_MAIL_HOST": "mail.example", "GRIDLOOP_MAIL_SECURITY": "ssl",
                   "GRIDLOOP_TLS_AUTHORITY": str(tmp_path / "none.pem"), "GRIDLOOP_SITE": "https://user:geheim@town.example/"}

    with pytest.raises(SettingsError) as refusal:
        settings.load(environment)

    wanted = ("webhook_url", "webhook_secret", "mail_sender", "mail_security", "tls_authority", "site")
    assert [word for word in wanted if word not in str(refusal.value)] == []
    assert "geheim" not in str(refusal.value)


def test_settings_for_messages_that_fit_are_taken() -> None:
    environment = {"GRIDLOOP_WEBHOOK_URL": "https://push.example:8443/in?key=1", "GRIDLOOP_WEBHOOK_SECRET": "0123456789abcdef",
                   "GRIDLOOP_MAIL_HOST": "mail.example", "GRIDLOOP_MAIL_SENDER": "g@town.example", "GRIDLOOP_MAIL_PORT": "465",
                   "GRIDLOOP_MAIL_SECURITY": "tls"}

    found = settings.load(environment)

    assert channels.offered(found) == ("webhook", "mail") and found.mail_port == 465
    assert channels.offered(Settings()) == ()


@pytest.mark.parametrize("secret", ["mail_password", "webhook_secret"])
def test_secrets_for_messages_are_not_shown(secret: str) -> None:
    given = Settings(**{secret: "geheim", "webhook_url": "https://push.example/in?key=geheim"})

    assert "geheim" not in str(given.shown()) + repr(given)
    assert given.shown()[secret] == "***"


def test_passwords_are_not_shown() -> None:
    shown = Settings(database_url="postgresql+psycopg://town:geheim@db/gridloop").shown()

    assert "geheim" not in str(shown)


def test_photos_lie_where_the_data_lies_whatever_the_pages_are_relative_to(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)

    assert Settings(data="var").files == tmp_path / "var" / "files"
