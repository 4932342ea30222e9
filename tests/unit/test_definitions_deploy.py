"""Sealing a package: once for one content, numbered per process, refused with nothing written, loaded ready to run."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

from engine import definitions
from engine.database import Database, connect
from engine.definitions import Package
from engine.definitions.tables import process_definition
from engine.errors import InvalidDefinition, InvalidValues, NotFound

HERE = Path(__file__).parents[1] / "rules"
CALLED = (HERE / "known-called-process" / "other.called").read_bytes()
CALLING = (HERE / "known-called-process" / "valid.bpmn").read_bytes()
PLAIN = (HERE / "reserved-id" / "valid.bpmn").read_bytes()
BROKEN = (HERE / "gateway-has-default" / "invalid.bpmn").read_bytes()
FORM = {"type": "default", "components": [{"type": "textfield", "key": "place", "label": "地点"}]}
DECISION = (HERE / "known-decision" / "triage.dmn").read_bytes()


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    found = connect(f"sqlite:///{tmp_path}/test.db")
    found.create_schema()
    yield found
    found.close()


def deploy(database: Database, package: Package) -> definitions.Version:
    return database.run(lambda c: definitions.deploy(c, package, by="designer"))


def load(database: Database, definition_id: int) -> definitions.Deployed:
    with database.reading() as c:
        return definitions.load(c, definition_id)


def count(database: Database) -> int:
    with database.reading() as c:
        return c.execute(select(func.count()).select_from(process_definition)).scalar_one()


def package(diagram: bytes = PLAIN, key: str = "p", **more: object) -> Package:
    return Package(key, "示例流程", diagram, **more)


def test_the_same_content_is_sealed_once(database: Database) -> None:
    first = deploy(database, package())
    again = deploy(database, package(PLAIN.replace(b"\n    <bpmn:userTask", b"\n    <bpmn:userTask ")))

    assert (first.number, first.created) == (1, True)
    assert (again.id, again.number, again.created) == (first.id, 1, False)
    assert count(database) == 1


def test_a_change_of_diagram_form_decision_or_parameter_is_a_new_version(database: Database) -> None:
    parts = {"parameters": {"rounds": {"default": 2, "label": "次数"}}, "forms": {"f": FORM}, "decisions": {"triage.dmn": DECISION}}
    numbers = [deploy(database, package()).number]
    for wanted in range(1, 4):
        numbers.append(deploy(database, package(**dict(list(parts.items())[:wanted]))).number)
    numbers.append(deploy(database, package(PLAIN.replace("核查".encode(), "检查".encode()), **parts)).number)

    assert numbers == [1, 2, 3, 4, 5]


def test_an_older_content_becomes_the_newest_version_again(database: Database) -> None:
    deploy(database, package())
    deploy(database, package(parameters={"rounds": 2}))

    assert deploy(database, package()).number == 3


def test_an_invalid_diagram_is_refused_and_nothing_is_written(database: Database) -> None:
    with pytest.raises(InvalidDefinition) as refusal:
        deploy(database, package(BROKEN))

    assert "LG05" in [one.rule for one in refusal.value.findings]
    assert count(database) == 0


def test_warnings_do_not_block_and_are_kept_with_the_version(database: Database) -> None:
    version = deploy(database, package((HERE / "names-in-chinese" / "invalid.bpmn").read_bytes()))

    with database.reading() as c:
        listed = definitions.list_definitions(c)
    assert "LN05" in [one.rule for one in version.findings]
    assert "LN05" in [one["rule"] for one in listed[0].lint]


def test_a_sealed_version_is_loaded_with_everything_it_needs(database: Database) -> None:
    diagram = PLAIN.replace(b'isExecutable="true"', b'isExecutable="true" gl:startForm="f" gl:startRoles="grid_worker village_cadre"')
    version = deploy(database, package(
        diagram, forms={"f": FORM}, decisions={"triage.dmn": DECISION}, parameters={"rounds": {"default": 2, "label": "次数"}}))
    found = load(database, version.id)

    assert (found.key, found.number, found.name, found.start_form) == ("p", 1, "示例流程", "f")
    assert found.start_roles == ("grid_worker", "village_cadre")
    assert found.parameters == {"rounds": 2}
    assert found.spec.elements["u"].gl["role"] == "village_cadre"
    assert [one.decide("triage", {"score": 70}) for one in found.decisions.values()] == ["高"]
    assert "f" in found.forms
    assert load(database, version.id) is found


def test_the_newest_version_is_what_starts(database: Database) -> None:
    deploy(database, package())
    second = deploy(database, package(parameters={"rounds": 2}))

    with database.reading() as c:
        assert definitions.latest(c, "p").id == second.id
        assert [one.number for one in definitions.versions_of(c, "p")] == [2, 1]
        assert [one.number for one in definitions.list_definitions(c)] == [2]
        assert definitions.diagram(c, second.id) == PLAIN
        with pytest.raises(NotFound):
            definitions.latest(c, "nothing")
        with pytest.raises(NotFound):
            definitions.load(c, 999)


def test_a_called_process_is_pinned_until_the_caller_is_sealed_again(database: Database) -> None:
    with pytest.raises(InvalidDefinition) as refusal:
        deploy(database, package(CALLING))
    assert "LA08" in [one.rule for one in refusal.value.findings]

    deploy(database, package(CALLED, "other"))
    caller = deploy(database, package(CALLING))
    newer = deploy(database, package(CALLED, "other", parameters={"rounds": 2}))
    assert load(database, caller.id).parameters == {}

    again = deploy(database, package(CALLING))
    assert (again.number, again.created) == (2, True)
    assert load(database, again.id).parameters == {"rounds": 2}
    assert newer.number == 2


def test_what_is_judged_again_is_judged_by_what_there_is_now(database: Database) -> None:
    """The findings of some content are remembered; what it calls, its operations and where cases stand are part of the content."""
    def found(**more: object) -> set[str]:
        with database.reading() as c:
            return {one.rule for one in definitions.judge(c, package(CALLING), **more)}

    alone = found()
    assert "LA08" in alone and found() == alone
    deploy(database, package(CALLED, key="other"))
    assert "LA08" not in found()
    assert "LM01" in found(running={"gone": 2}) and "LM01" not in found()


def test_a_version_from_a_transaction_that_was_rolled_back_is_forgotten(database: Database) -> None:
    def and_fail(c: object) -> None:
        version = definitions.deploy(c, package(parameters={"rounds": 1}), by=None)
        definitions.load(c, version.id)
        raise NotFound()

    with pytest.raises(NotFound):
        database.run(and_fail)
    version = deploy(database, package(parameters={"rounds": 2}))

    assert load(database, version.id).parameters == {"rounds": 2}


def test_a_folder_is_read_with_the_forms_its_diagram_names(tmp_path: Path) -> None:
    folder, forms = tmp_path / "p", tmp_path / "forms"
    folder.mkdir()
    forms.mkdir()
    (folder / "p.bpmn").write_bytes(PLAIN.replace(b'gl:role=', b'gl:formRef="f" gl:role='))
    (folder / "triage.dmn").write_bytes(DECISION)
    (folder / "parameters.toml").write_text("[rounds]\ndefault = 2\nsince = 2026-01-01\n", "utf-8")
    for key in ("f", "unused"):
        (forms / f"{key}.form.json").write_text('{"type": "default", "components": []}', "utf-8")
    found = definitions.read_folder(folder, forms)

    assert (found.key, found.name) == ("p", "示例流程")
    assert list(found.forms) == ["f"]
    assert list(found.decisions) == ["triage.dmn"]
    assert found.parameters == {"rounds": {"default": 2, "since": "2026-01-01"}}


@pytest.mark.parametrize(("name", "text"), [("parameters.toml", "x = "), ("../forms/f.form.json", "{")])
def test_a_folder_with_an_unreadable_file_names_it(tmp_path: Path, name: str, text: str) -> None:
    folder, forms = tmp_path / "p", tmp_path / "forms"
    folder.mkdir()
    forms.mkdir()
    (folder / "p.bpmn").write_bytes(PLAIN.replace(b'gl:role=', b'gl:formRef="f" gl:role='))
    (folder / name).write_text(text, "utf-8")

    with pytest.raises(InvalidValues) as refusal:
        definitions.read_folder(folder, forms)
    assert list(refusal.value.errors) == [Path(name).name]


def test_a_folder_without_a_diagram_is_not_found(tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        definitions.read_folder(tmp_path, tmp_path)


def test_examining_asks_for_no_database() -> None:
    findings = definitions.examine(package(BROKEN))

    assert "LG05" in [one.rule for one in findings]
    assert definitions.examine(replace(package(CALLING), parameters={})) == []
