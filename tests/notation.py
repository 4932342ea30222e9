"""A text notation for diagrams in tests, one thing a line:

start s | end e | user u | xor g | par g | inc g | first g | task t      a node: kind, id, further attributes
script c total = a + b                                                   a FEEL script with its result variable
a -> b -> c                                                              sequence flows, ids f_a_b
a -> b [condition]                                                       a flow with a FEEL condition
<...>                                                                    raw XML, copied
"""

import re
from html import escape

TAGS = {
    "start": "startEvent", "end": "endEvent", "user": "userTask", "xor": "exclusiveGateway", "par": "parallelGateway",
    "inc": "inclusiveGateway", "first": "eventBasedGateway", "task": "task", "manual": "manualTask",
}  # fmt: skip
NAMESPACES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:gl="https://gridloop.dev/schema/bpmn/1.0" '
    'targetNamespace="https://gridloop.dev/test"'
)
EVENTS = (
    '<message id="M" name="消息"/><message id="N" name="另一消息"/><signal id="S" name="信号"/>'
    '<error id="E" name="出错" errorCode="42"/><error id="F" name="别的错" errorCode="43"/>'
    '<escalation id="X" name="升级" escalationCode="7"/>'
)


def body(text: str) -> str:
    return "\n".join(line for raw in text.strip().splitlines() if (line := _line(raw.strip())))


def _line(line: str) -> str:
    if not line or line.startswith("<"):
        return line
    if line.startswith("script "):
        _, node, rest = line.split(" ", 2)
        variable, _, feel = rest.partition("=")
        script = f"<script>{escape(feel)}</script>"
        return f'<scriptTask id="{node}" scriptFormat="feel" gl:resultVariable="{variable.strip()}">{script}</scriptTask>'
    if "->" in line:
        return _flows(line)
    kind, node, *attributes = line.split(" ", 2)
    return f'<{TAGS[kind]} id="{node}" {attributes[0] if attributes else ""}/>'


def _flows(line: str) -> str:
    match = re.match(r"^(.*?)\[(.*)\]$", line)
    nodes = [part.strip() for part in (match.group(1) if match else line).split("->")]
    condition = f"<conditionExpression>{escape(match.group(2))}</conditionExpression>" if match else ""
    return "".join(
        f'<sequenceFlow id="f_{a}_{b}" sourceRef="{a}" targetRef="{b}">{condition}</sequenceFlow>'
        for a, b in zip(nodes, nodes[1:], strict=False)
    )


def xml(text: str, process: str = "p", more: str = "") -> bytes:
    """A whole document; `more` are further processes or definitions."""
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><definitions id="D" {NAMESPACES}>{EVENTS}{more}'
        f'<process id="{process}" name="流程" isExecutable="true">{body(text)}</process></definitions>'
    ).encode()


def inside(tag: str, identity: str, text: str, attributes: str = "", head: str = "") -> str:
    """A sub-process on one line, to be used in another text."""
    return " ".join(f'<{tag} id="{identity}" {attributes}>{head}{body(text)}</{tag}>'.split("\n"))


def timer(kind: str, feel: str) -> str:
    return f"<timerEventDefinition><time{kind}>{escape(feel)}</time{kind}></timerEventDefinition>"


def boundary(identity: str, activity: str, definition: str, interrupting: bool = True, attributes: str = "") -> str:
    flag = "true" if interrupting else "false"
    return f'<boundaryEvent id="{identity}" attachedToRef="{activity}" cancelActivity="{flag}" {attributes}>{definition}</boundaryEvent>'


def many(inner: str, sequential: bool = False) -> str:
    flag = "true" if sequential else "false"
    return f'<multiInstanceLoopCharacteristics isSequential="{flag}">{inner}</multiInstanceLoopCharacteristics>'


def extension(*entries: str) -> str:
    return f"<extensionElements>{''.join(entries)}</extensionElements>"


def entry(kind: str, name: str, feel: str) -> str:
    return f'<gl:{kind} name="{name}" expression="{escape(feel)}"/>'


MESSAGE = '<messageEventDefinition messageRef="M"/>'
SIGNAL = '<signalEventDefinition signalRef="S"/>'
ERROR = '<errorEventDefinition errorRef="E"/>'
ANY_ERROR = "<errorEventDefinition/>"
ESCALATION = '<escalationEventDefinition escalationRef="X"/>'
