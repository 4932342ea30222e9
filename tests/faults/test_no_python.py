"""No text from a diagram is ever run as Python: every door is tried with a tell-tale, and the doors themselves are looked at."""

import builtins
import os
import re
from pathlib import Path
from typing import Any

import pytest
from SpiffWorkflow.bpmn.script_engine.python_environment import TaskDataEnvironment

import engine.spiff
from engine.errors import EngineError, ExpressionFailed
from engine.spiff import Tokens, build
from engine.spiff.expressions import FeelEngine, FeelEnvironment
from tests.notation import MESSAGE, boundary, entry, extension, inside, many, timer, xml
from tests.open_case import Host

EVIL = "__import__('os').environ.__setitem__('OWNED','1')"
EVENT = f"<conditionalEventDefinition><condition>{EVIL}</condition></conditionalEventDefinition>"
CORRELATION = f"""<message id="mm" name="mm"/><collaboration id="cc"><participant id="pp" processRef="p"/>
<correlationKey id="k" name="K"><correlationPropertyRef>cp</correlationPropertyRef></correlationKey></collaboration>
<correlationProperty id="cp" name="cp"><correlationPropertyRetrievalExpression messageRef="mm"><formalExpression>{EVIL}</formalExpression>
</correlationPropertyRetrievalExpression></correlationProperty>"""

BOTH_WAYS = extension(entry("input", "x", EVIL), entry("output", "y", EVIL))

DOORS = {
    "script": f"<scriptTask id='t' gl:resultVariable='x'><script>{EVIL}</script></scriptTask>",
    "python script": f"<scriptTask id='t' scriptFormat='python' gl:resultVariable='x'><script>{EVIL}</script></scriptTask>",
    "exclusive": f"xor t default='f_t_e'\nend f\nt -> f [{EVIL}]",
    "inclusive": f"inc t default='f_t_e'\nend f\nt -> f [{EVIL}]",
    "duration": f"<intermediateCatchEvent id='t'>{timer('Duration', EVIL)}</intermediateCatchEvent>",
    "date": f"<intermediateCatchEvent id='t'>{timer('Date', EVIL)}</intermediateCatchEvent>",
    "cycle": f"user t\n{boundary('b', 't', timer('Cycle', EVIL))}\nend f\nb -> f",
    "conditional": f"<intermediateCatchEvent id='t'>{EVENT}</intermediateCatchEvent>",
    "collection": f"<userTask id='t'>{many(f'<loopDataInputRef>{EVIL}</loopDataInputRef>')}</userTask>",
    "cardinality": f"<userTask id='t'>{many(f'<loopCardinality>{EVIL}</loopCardinality>')}</userTask>",
    "completion": "<scriptTask id='t' gl:resultVariable='x'><script>1</script>"
    + many(f"<loopCardinality>2</loopCardinality><completionCondition>{EVIL}</completionCondition>") + "</scriptTask>",
    "loop": "<scriptTask id='t' gl:resultVariable='x'><script>1</script><standardLoopCharacteristics testBefore='true'>"
    f"<loopCondition>{EVIL}</loopCondition></standardLoopCharacteristics></scriptTask>",
    "job input": f"<serviceTask id='t' gl:function='a.b'>{extension(entry('input', 'x', EVIL))}</serviceTask>",
    "send": f"<sendTask id='t' messageRef='M'>{extension(entry('input', 'x', EVIL), entry('correlation', 'y', EVIL))}</sendTask>",
    "catch": f"<intermediateCatchEvent id='t'>{extension(entry('correlation', 'y', EVIL))}{MESSAGE}</intermediateCatchEvent>",
    "stock correlation": "<intermediateThrowEvent id='t'><messageEventDefinition messageRef='mm'/></intermediateThrowEvent>",
    "call input": f"<callActivity id='t' calledElement='q'>{BOTH_WAYS}</callActivity>",
    "trigger": "user t\n" + inside("subProcess", "h", "end he\nhs -> he", 'triggeredByEvent="true"',
                                    f"<startEvent id='hs'>{timer('Duration', EVIL)}</startEvent>"),
    "pre and post scripts": f"<userTask id='t'>{extension(f'<preScript>{EVIL}</preScript><postScript>{EVIL}</postScript>')}</userTask>",
}  # fmt: skip
CALLED = f"{CORRELATION}<process id='q' isExecutable='true'><startEvent id='s'/></process>"


@pytest.fixture
def _no_eval(monkeypatch: pytest.MonkeyPatch) -> None:
    """A diagram's text that reaches eval, exec or compile fails the test at once."""
    for name in ("eval", "exec", "compile"):
        real = getattr(builtins, name)

        def guarded(source: Any, *rest: Any, real: Any = real, **more: Any) -> Any:
            assert "OWNED" not in str(source), "text of a diagram reached Python"
            return real(source, *rest, **more)

        monkeypatch.setattr(builtins, name, guarded)


@pytest.mark.usefixtures("_no_eval")
@pytest.mark.parametrize("door", DOORS)
def test_no_door_leads_to_python(door, monkeypatch):
    monkeypatch.delenv("OWNED", raising=False)
    host = Host()
    try:
        tokens = Tokens.start(build(xml(f"start s\nend e\n{DOORS[door]}\ns -> t -> e", more=CALLED), "p"), host, {})
        snapshot = tokens.settle()
        for wait in snapshot.waits:
            if wait.element.kind == "userTask":
                tokens.finish(wait.key, {})
        tokens.settle()
    except EngineError:
        assert host.seen or door in ("job input",), "refused before FEEL was asked"

    assert "OWNED" not in os.environ
    if door not in ("stock correlation", "pre and post scripts"):
        assert any("OWNED" in expression for expression in host.seen), "the tell-tale did not reach FEEL: the door was not tried"


def test_the_engine_and_what_stands_behind_it_are_ours():
    tokens = Tokens.start(build(xml("start s\nuser u\ns -> u"), "p"), Host(), {})
    scripts = tokens._tree.script_engine

    assert type(scripts) is FeelEngine
    assert type(scripts.environment) is FeelEnvironment
    assert not isinstance(scripts.environment, TaskDataEnvironment)


def test_both_ways_of_the_library_lead_to_feel():
    scripts = FeelEngine(Host())
    task = type("T", (), {"data": {"x": 2}})()

    assert scripts.evaluate(task, "x + 1") == 3
    assert scripts.environment.evaluate("x + 1", {"x": 2}) == 3
    for attempt in (lambda: scripts.execute(task, "x = 1"), lambda: scripts.environment.execute("x = 1", {}),
                    lambda: scripts.call_service(task), lambda: scripts.environment.call_service({})):  # fmt: skip
        with pytest.raises(ExpressionFailed):
            attempt()


def test_the_room_names_no_interpreter():
    """SpiffWorkflow also ships pickle and exec in its own serializer and Transform; neither is imported here."""
    sources = {path: path.read_text("utf-8") for path in Path(engine.spiff.__file__).parent.glob("*.py")}

    for path, source in sources.items():
        found = re.findall(r"\b(?:eval|exec|compile|pickle|marshal|Transform|BpmnWorkflowSerializer)\s*\(|import pickle", source)
        assert [text for text in found if "re." not in text and "compile" not in text] == [], path
