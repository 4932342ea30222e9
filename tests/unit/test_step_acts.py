"""What a step does in a room of its own when it is submitted: together with the submission, or not at all."""

from collections.abc import Mapping
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select

from engine import clock, definitions
from engine.definitions import Package
from engine.errors import InvalidDefinition, InvalidState
from engine.runtime import service_registry
from engine.runtime.tables import observation, process_instance
from tests.notation import extension, xml
from tests.town import CADRE, Town

ROLE = 'gl:role="village_cadre" gl:scope="village"'
DOCUMENT = extension('<gl:document template="G1" required="true"/>')


def _note(c: Connection, payload: Mapping[str, Any]) -> dict[str, Any]:
    key = f"act-{payload['case']}"
    c.execute(insert(observation).values(subject=key, value={"by": payload["person"]}, seen_at=clock.now()))
    return {"number": f"{payload['documents'][0]['template']}/1"}


def _follow(c: Connection, payload: Mapping[str, Any]) -> dict[str, Any]:
    return {"after": payload["done"]["number"]}


def _refuse(c: Connection, payload: Mapping[str, Any]) -> dict[str, Any]:
    raise InvalidState("缺少办案人员。")


@pytest.fixture(autouse=True)
def _acts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, act in {"test.note": _note, "test.follow": _follow, "test.refuse": _refuse}.items():
        monkeypatch.setitem(service_registry.acts(), name, act)


def _draws(town: Town, acts: str) -> None:
    town.draws(f"""
        start s
        <userTask id="filing" name="立案" {ROLE} gl:resultVariable="filed" gl:act="{acts}">{DOCUMENT}</userTask>
        end e
        s -> filing -> e
    """)
    town.report()


def _filed(town: Town) -> Any:
    with town.database.reading() as c:
        return c.execute(select(process_instance.c.variables)).scalar_one()["filed"]


def _noted(town: Town) -> int:
    with town.database.reading() as c:
        return c.execute(select(func.count()).select_from(observation).where(observation.c.subject == f"act-{town.case}")).scalar_one()


def test_acts_follow_one_another_and_answer_a_variable(town: Town) -> None:
    _draws(town, "test.note test.follow")
    town.does(CADRE, "立案")
    assert _noted(town) == 1
    assert _filed(town) == {"number": "G1/1", "after": "G1/1"}


def test_what_a_later_act_refuses_is_not_half_done(town: Town) -> None:
    _draws(town, "test.note test.refuse")
    with pytest.raises(InvalidState, match="缺少办案人员"):
        town.does(CADRE, "立案")
    assert _noted(town) == 0
    assert town.item(CADRE, "立案")


def test_an_unknown_act_is_not_published(town: Town) -> None:
    drawing = """
        start s
        <userTask id="filing" name="立案" gl:role="village_cadre" gl:scope="village" gl:act="cases.no_such_act"/>
        end e
        s -> filing -> e
    """
    with pytest.raises(InvalidDefinition, match="未注册|不能发布"):
        town.run(lambda c: definitions.deploy(c, Package("p", "流程", xml(drawing)), by=None, functions=service_registry.declared()))
