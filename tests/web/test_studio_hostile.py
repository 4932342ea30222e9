"""Drafts that mean harm go through everything the studio does with a draft: never a failure of the server, never more than is allowed,
always plain words, and nothing changed outside of the draft."""

import html
import json
import re

import pytest

from engine.database import Database
from tests.town import drawing
from web.aside import finished

FORM = {"schemaVersion": 19, "type": "default", "id": "F-x", "name": "表", "components": []}
BAD = '</script><script>alert(1)</script><img src=x onerror=alert(1)>'
LOOK = 'start s\nuser look name="看" gl:role="case_officer" gl:formRef="F-x"\nend e\ns -> look -> e\n'
LOOP = """
start s
xor again
<scriptTask id="turn" gl:resultVariable="n"><script>1</script></scriptTask>
xor more default="f_more_again"
end e
s -> again -> turn -> more -> again
more -> e [n = 2]
"""
MANY = """
start s
<userTask id="look" name="看" gl:role="case_officer" gl:assignee="who"><multiInstanceLoopCharacteristics>
<loopCardinality>100000000</loopCardinality></multiInstanceLoopCharacteristics></userTask>
end e
s -> look -> e
"""
BOMB = 'start s\n<scriptTask id="x" gl:resultVariable="n"><script>{}</script></scriptTask>\nend e\ns -> x -> e\n'


def xml(text: str) -> str:
    return drawing(text).decode()


def form(*fields: dict, **more: object) -> str:
    return json.dumps({**FORM, "components": list(fields), **more}, ensure_ascii=False)


def field(number: int, **more: object) -> dict:
    return {"type": "textfield", "id": f"f{number}", "key": f"k{number}", "label": f"字段{number}", **more}


def deep(levels: int) -> str:
    """A form of groups in groups."""
    opened = '{"type": "group", "id": "g", "label": "组", "components": ['
    return form().replace("[]", "[" + opened * levels + json.dumps(field(0)) + "]}" * levels + "]")


def listed(expression: str) -> str:
    """A script with a hostile expression on the way to the only step."""
    return xml(BOMB.format(html.escape(expression)).replace("gl:resultVariable", 'scriptFormat="feel" gl:resultVariable'))


def wide(rows: int) -> str:
    """A decision table of which every two rows have to be compared."""
    entries = "".join(f"<rule><inputEntry><text>[{row % 97}..{row + 500}]</text></inputEntry><outputEntry><text>{row}</text></outputEntry>"
                      "</rule>" for row in range(rows))
    return (f'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="x"><decision id="t" name="表">'
            f'<decisionTable hitPolicy="FIRST"><input><inputExpression typeRef="number"><text>a</text></inputExpression></input>'
            f'<output name="o" typeRef="number"/>{entries}</decisionTable></decision></definitions>')


FOREIGN = (f'<extensionElements xmlns:v="urn:v" xmlns:s="http://www.w3.org/2000/svg"><v:x a="{html.escape(BAD)}" '
           f'href="javascript:alert(1)">{html.escape(BAD)}</v:x><s:svg onload="alert(1)"><s:script>alert(1)</s:script></s:svg>'
           '</extensionElements>')
TIMED = ('start s\n<intermediateCatchEvent id="w" name="等"><timerEventDefinition><timeCycle>"R1000000/PT0.001S"</timeCycle>'
         '</timerEventDefinition></intermediateCatchEvent>\nend e\ns -> w -> e\n')

HOSTILE = {
    "a timer of every millisecond and a table of a thousand rows": {"p.bpmn": xml(TIMED), "t.dmn": wide(1000)},
    "a list of a thousand million": {"p.bpmn": listed("for i in 1..1000000000 return i")},
    "ten thousand options": {"p.bpmn": xml(LOOK), "forms/F-x.form.json": form(
        field(1, type="select", values=[{"value": f"v{one}", "label": f"v{one}"} for one in range(10_000)]))},
    "writing turned around": {"p.bpmn": xml(LOOK).replace('"看"', '"看&#x202E;了"')},
    "a loop without a stop": {"p.bpmn": xml(LOOP)},
    "a hundred million copies of a step": {"p.bpmn": xml(MANY)},
    "a deep expression": {"p.bpmn": xml(BOMB.format("(" * 4000 + "1" + ")" * 4000))},
    "labels that are scripts": {"p.bpmn": xml(LOOK.replace('"看"', f'"{html.escape(BAD)}"')).replace(
        "<startEvent", f"<documentation>{html.escape(BAD)}</documentation>{FOREIGN}<startEvent", 1),
                                "forms/F-x.form.json": form(field(1, label=BAD, description=BAD), name=BAD)},
    "a thousand fields": {"p.bpmn": xml(LOOK), "forms/F-x.form.json": form(*(field(n) for n in range(1_000)))},
    "a form of deep groups": {"p.bpmn": xml(LOOK), "forms/F-x.form.json": deep(500)},
    "entities": {"p.bpmn": xml(LOOK).replace("<definitions", '<!DOCTYPE x [<!ENTITY a "b">]><definitions', 1)},
    "another encoding": {"p.bpmn": xml(LOOK).replace('encoding="UTF-8"', 'encoding="UTF-16"', 1)},
}
OUTSIDE = ("process_instance", "process_definition", "work_item", "timer", "job", "notice", "studio_request")


def text(answer: object) -> str:
    return answer.get_data(as_text=True)


def outside(database: Database) -> dict[str, int]:
    """How many rows there are of everything that no draft may touch."""
    with database.reading() as c:
        return {table: c.exec_driver_sql(f"select count(*) from {table}").scalar_one() for table in OUTSIDE}


@pytest.fixture
def place(as_person: object) -> tuple[object, str]:
    """A designer with an empty draft of a process called p."""
    designer = as_person("sheji")
    return designer, designer.post("/studio/models", {"name": "流程", "key": "p"}).headers["Location"]


def saved(designer: object, at: str, files: dict[str, str]) -> list[object]:
    """Every file put in as the editor does; the forms first, since the diagram names them."""
    answers = []
    for name in sorted(files, reverse=True):
        revision = designer.get(f"{at}/files").get_json()["revision"]
        answers.append(designer.post(f"{at}/text", {"name": name, "base": str(revision), "text": files[name]}))
    return answers


def walked(designer: object, at: str) -> list[object]:
    """Everything that is done with a draft."""
    number = at.rsplit("/", 1)[1]
    pages = ("", "/files", "/picture.bpmn", "/manual", "/forms", "/draw", "/replay", "/load", "/impact", "/publish")
    looks = [designer.get(f"{at}{page}") for page in pages]
    looks.append(designer.get(f"/studio/compare?after=d{number}"))
    acts = [designer.get(f"{at}/trial"), designer.post(f"{at}/trial/start", {"role": "grid_worker"}),
            designer.post(f"{at}/examples")]
    finished()
    revision = designer.get(f"{at}/files").get_json()["revision"]
    asked = {"revision": str(revision), "reason": "试", "effective_on": "x"}
    return [*looks, *acts, designer.get(f"{at}/examples"), designer.post(f"{at}/publish", asked)]


@pytest.mark.parametrize("files", HOSTILE.values(), ids=[name.replace(" ", "-") for name in HOSTILE])
def test_a_hostile_draft_harms_nobody(place: tuple[object, str], database: Database, files: dict[str, str]) -> None:
    designer, at = place
    before = outside(database)

    answers = saved(designer, at, files)
    if any(answer.status_code == 302 for answer in answers):
        answers += walked(designer, at)
    else:
        assert designer.get(f"{at}/files").get_json()["revision"] == 1

    assert [answer.status_code for answer in answers if answer.status_code >= 500] == []
    pages = [text(answer) for answer in answers if "html" in answer.mimetype]
    assert all(one not in page for page in pages for one in ("<script>alert", "<img src=x", 'href="javascript:', "onload=alert", "\u202e"))
    assert all(re.search("[一-龥]", text(answer)) for answer in answers if answer.status_code in (400, 413, 422))
    assert outside(database) == before
    assert designer.get("/studio").status_code == 200
