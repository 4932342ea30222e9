"""The self-check tells every fault in words, whatever is broken; nothing ends in a trace."""

import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from web import doctor
from web.cli import main
from web.settings import ROOT, Settings


def broken(tmp_path: Path, content: bytes | None) -> Settings:
    file = tmp_path / "town.db"
    if content is not None:
        file.write_bytes(content)
    return Settings(database_url=f"sqlite:///{file}", data=str(tmp_path))


@pytest.mark.parametrize(("content", "said"), [(b"root:x:0:0:" * 500, "打不开"), (None, "gridloop migrate"), (b"", "gridloop migrate")])
def test_a_file_that_is_no_database_of_ours_is_said_in_words(tmp_path: Path, content: bytes | None, said: str) -> None:
    found = {check.name: check for check in doctor.installation(broken(tmp_path, content))}

    assert not found["数据库"].usable and said in found["数据库"].words


@pytest.mark.parametrize("command", [["users", "list"], ["verify"], ["deploy"], ["doctor"], ["worker"]])
def test_a_broken_database_is_refused_in_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list[str]) -> None:
    settings = broken(tmp_path, b"no database at all" * 500)
    monkeypatch.setenv("GRIDLOOP_DATABASE_URL", settings.database_url)

    answer = CliRunner().invoke(main, command)

    assert answer.exit_code == 1 and "Error:" in answer.output and "Traceback" not in answer.output


def test_nobody_plays_the_town_in_a_system_that_is_in_use(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDLOOP_DATABASE_URL", f"sqlite:///{tmp_path}/town.db")
    for command in (["migrate"], ["users", "import", str(ROOT / "bpmn/organisation/town.toml")],
                    ["users", "password", "anquan", "--password", "一句容易记住的比较长的密码!"]):
        assert CliRunner().invoke(main, command).exit_code == 0

    answer = CliRunner().invoke(main, ["drive"])

    assert answer.exit_code == 1 and "试验库" in answer.output


def test_a_taken_port_is_said_before_anything_is_filled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRIDLOOP_DATABASE_URL", f"sqlite:///{tmp_path}/town.db")
    monkeypatch.setenv("GRIDLOOP_DATA", str(tmp_path))
    with socket.create_server(("127.0.0.1", 0)) as other:
        answer = CliRunner().invoke(main, ["serve", "--demo", "--port", str(other.getsockname()[1])])

    assert answer.exit_code == 1 and "已被占用" in answer.output
    assert not (tmp_path / "town.db").exists()


def test_a_folder_that_cannot_be_written_is_said_before_serving(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "var").write_text("a file where the folder should be")
    monkeypatch.setenv("GRIDLOOP_DATABASE_URL", f"sqlite:///{tmp_path}/town.db")
    monkeypatch.setenv("GRIDLOOP_DATA", str(tmp_path / "var"))

    answer = CliRunner().invoke(main, ["serve"])

    assert answer.exit_code == 1 and "不能写入" in answer.output
