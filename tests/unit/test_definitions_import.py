"""Rewrites at import: the same meaning in constructs that run, each change told, the rest untouched."""

from engine.definitions import Model, read, rewrite
from engine.spiff import build

HEAD = ('<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" '
        'xmlns:di="http://www.omg.org/spec/DD/20100524/DI">')


def document(inside: str, beside: str = "") -> bytes:
    return f'{HEAD}{beside}<bpmn:process id="p">{inside}</bpmn:process></bpmn:definitions>'.encode()


def flow(source: str, target: str, condition: str = "") -> str:
    inner = f"<bpmn:conditionExpression>{condition}</bpmn:conditionExpression>" if condition else ""
    return f'<bpmn:sequenceFlow id="f_{source}_{target}" sourceRef="{source}" targetRef="{target}">{inner}</bpmn:sequenceFlow>'


def nodes(*pairs: str) -> str:
    return "".join('<bpmn:{} id="{}" name="{}"/>'.format(*pair.split(":"), pair) for pair in pairs)


def event(kind: str, identity: str, inside: str) -> str:
    return f'<bpmn:intermediate{kind}Event id="{identity}" name="甲">{inside}</bpmn:intermediate{kind}Event>'


LINK = '<bpmn:linkEventDefinition name="甲"/>'
BRANCHING = nodes("startEvent:s", "userTask:u", "endEvent:e", "endEvent:x") + flow("s", "u") + flow("u", "e") + flow("u", "x")
WAITING = nodes("startEvent:s", "endEvent:e") + flow("s", "c") + flow("c", "e")


def mended(text: bytes) -> Model:
    found = rewrite(text)
    assert found.notes
    assert all("已自动改写为" in note.message and note.hint for note in found.notes)
    assert rewrite(found.document).notes == ()
    return read(found.document)


def test_a_file_that_needs_nothing_comes_back_byte_for_byte() -> None:
    text = document(nodes("startEvent:s", "endEvent:e") + flow("s", "e"))

    assert rewrite(text).document == text


def test_several_flows_out_of_an_activity_go_through_a_parallel_gateway() -> None:
    model = mended(document(BRANCHING))

    assert model.nodes["u_split"].kind == "parallelGateway"
    assert [one.target for one in model.nodes["u"].outgoing] == ["u_split"]
    assert [one.target for one in model.nodes["u_split"].outgoing] == ["e", "x"]


def test_conditional_flows_go_through_an_inclusive_gateway_that_keeps_the_default() -> None:
    text = document(nodes("startEvent:s", "endEvent:e", "endEvent:x", "endEvent:y")
                    + '<bpmn:userTask id="u" default="f_u_x"><bpmn:outgoing>f_u_e</bpmn:outgoing></bpmn:userTask>'
                    + flow("s", "u") + flow("u", "e", "a &gt; 1") + flow("u", "x") + flow("u", "y"))
    model = mended(text)
    gateway = model.nodes["u_split"]

    assert (gateway.kind, gateway.default, model.nodes["u"].default) == ("inclusiveGateway", "f_u_x", None)
    assert [one.condition for one in gateway.outgoing] == ["a > 1", None, "true"]
    build(rewrite(text).document, "p")


def test_a_new_gateway_and_its_flow_are_drawn() -> None:
    shape = ('<bpmndi:BPMNDiagram><bpmndi:BPMNPlane bpmnElement="p">'
             '<bpmndi:BPMNShape bpmnElement="u"><dc:Bounds x="100" y="80" width="100" height="80"/></bpmndi:BPMNShape>'
             '<bpmndi:BPMNEdge bpmnElement="f_u_e"><di:waypoint x="200" y="120"/><di:waypoint x="300" y="120"/></bpmndi:BPMNEdge>'
             "</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>")
    text = document(BRANCHING)
    drawn = rewrite(text.replace(b"</bpmn:definitions>", shape.encode() + b"</bpmn:definitions>")).document.decode()

    assert 'bpmnElement="u_split"' in drawn
    assert '<dc:Bounds x="225" y="95" width="50" height="50"/>' in drawn
    assert 'bpmnElement="Flow_u_u_split"' in drawn
    assert '<di:waypoint x="275" y="120"/><di:waypoint x="300"' in drawn


def test_a_pair_of_links_becomes_a_flow() -> None:
    steps = nodes("startEvent:s", "userTask:u", "endEvent:e") + event("Throw", "t", LINK) + event("Catch", "c", LINK)
    model = mended(document(steps + flow("s", "t") + flow("c", "u") + flow("u", "e")))

    assert [one.target for one in model.nodes["t"].outgoing] == ["c"]
    assert model.nodes["c"].event == ""
    assert "e" in model.scopes["p"].graph.reachable


def test_a_link_without_its_other_half_is_left_for_the_linter() -> None:
    text = document(nodes("startEvent:s") + event("Throw", "t", LINK) + flow("s", "t"))

    assert rewrite(text).document == text


def test_an_event_definition_kept_apart_is_put_inside() -> None:
    apart = '<bpmn:timerEventDefinition id="T1"><bpmn:timeDuration>PT1H</bpmn:timeDuration></bpmn:timerEventDefinition>'
    model = mended(document(WAITING + event("Catch", "c", "<bpmn:eventDefinitionRef>T1</bpmn:eventDefinitionRef>"), apart))

    assert model.nodes["c"].events[0].timer == (("timeDuration", "PT1H"),)


def test_a_complex_gateway_without_a_rule_becomes_inclusive() -> None:
    model = mended(document(nodes("startEvent:s", "complexGateway:g", "endEvent:e") + flow("s", "g") + flow("g", "e")))

    assert model.nodes["g"].kind == "inclusiveGateway"


def test_a_receive_task_that_makes_a_case_becomes_a_message_start() -> None:
    task = '<bpmn:receiveTask id="r" name="收件" instantiate="true" messageRef="M"/>'
    model = mended(document(nodes("endEvent:e") + task + flow("r", "e"), '<bpmn:message id="M" name="来件"/>'))

    assert (model.nodes["r"].kind, model.nodes["r"].events[0].name) == ("startEvent", "来件")


def test_a_global_script_becomes_a_process() -> None:
    text = f'{HEAD}<bpmn:globalScriptTask id="g" name="算"><bpmn:script>1</bpmn:script></bpmn:globalScriptTask></bpmn:definitions>'.encode()
    model = mended(text)

    assert [one.id for one in model.processes] == ["g"]
    assert [one.kind for one in model.each()] == ["startEvent", "scriptTask", "endEvent"]


def test_a_bare_moment_becomes_feel() -> None:
    timer = "<bpmn:timerEventDefinition><bpmn:timeDate>2026-03-01T09:00:00+08:00</bpmn:timeDate></bpmn:timerEventDefinition>"
    model = mended(document(WAITING + event("Catch", "c", timer)))

    assert model.nodes["c"].events[0].timer == (("timeDate", 'date and time("2026-03-01T09:00:00+08:00")'),)


def test_another_encoding_is_written_as_utf_8() -> None:
    text = document('<bpmn:startEvent id="s" name="début"/>' + nodes("endEvent:e") + flow("s", "e")).decode()
    found = rewrite(f'<?xml version="1.0" encoding="ISO-8859-1"?>{text}'.encode("latin-1"))

    assert "début".encode() in found.document
    assert "UTF-8" in found.notes[0].message
