"""Whatever is uploaded: it is refused in a sentence or judged in findings, never anything else."""

import random
from pathlib import Path

import pytest
from lxml import etree

from engine.definitions import Package, examine, lint, read, rewrite
from engine.definitions.library import Called, Library
from engine.definitions.linter import all_rules, errors
from engine.errors import UnsafeInput
from engine.spiff import build

RULES = Path(__file__).parents[1] / "rules"
PLAIN = (RULES / "reserved-id" / "valid.bpmn").read_bytes()
NAMES = "http://www.omg.org/spec/BPMN/20100524/MODEL"
LAUGHS = b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "ha">' + b"".join(
    f'<!ENTITY a{n} "{f"&a{n - 1 if n > 1 else str()};" * 10}">'.encode() for n in range(1, 10)) + b"]><b>&a9;</b>"


def bpmn(inside: str) -> bytes:
    return f'<definitions xmlns="{NAMES}">{inside}</definitions>'.encode()


REFUSED = {
    "zero bytes": (b"", "空的"),
    "spaces": (b"  \n ", "空的"),
    "not XML": (b"hello", "完整的 XML"),
    "half a file": (PLAIN[: len(PLAIN) // 2], "完整的 XML"),
    "a DOCTYPE": (b'<!DOCTYPE definitions SYSTEM "file:///etc/passwd">' + PLAIN[PLAIN.index(b"<bpmn:") :], "DOCTYPE"),
    "a DOCTYPE in UTF-16": ('<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE b [<!ENTITY a "x">]><b>&a;</b>'.encode("utf-16"),
                            "DOCTYPE"),
    "a billion laughs": (LAUGHS, "DOCTYPE"),
    "6 MB": (bpmn(f"<!--{'x' * (6 << 20)}-->"), "5 MB"),
    "200,000 attributes": (bpmn("".join(f'<task a="{n}"/>' for n in range(120_000))), "元素过多"),
    "100,000 comments": (bpmn("<!---->" * 110_000), "元素过多"),
    "1,000 levels": (bpmn("<subProcess>" * 1000 + "</subProcess>" * 1000), "完整的 XML"),
    "a decision table": ((RULES / "known-decision" / "triage.dmn").read_bytes(), "不是 BPMN"),
    "an unknown encoding": (b'<?xml version="1.0" encoding="klingon"?><a/>', "完整的 XML"),
    "bytes that are not UTF-8": (b'<?xml version="1.0" encoding="UTF-8"?><a b="\xff\xfe"/>', "完整的 XML"),
    "an office file": (b"PK\3\4" + bytes(range(256)), "完整的 XML"),
}


@pytest.mark.parametrize("name", list(REFUSED))
def test_unsafe_files_are_refused_in_a_sentence(name: str) -> None:
    document, words = REFUSED[name]

    with pytest.raises(UnsafeInput) as refusal:
        read(document)
    assert words in refusal.value.message
    assert refusal.value.message.endswith("。")


def test_other_encodings_are_read() -> None:
    text = PLAIN.decode().replace("核查", "début")
    for encoding in ("ISO-8859-1", "UTF-16"):
        plain = text.replace("示例流程", "p").replace("开始", "s").replace("结束", "e").replace("UTF-8", encoding)
        assert read(plain.encode(encoding)).nodes["u"].name == "début"


JUDGED = {
    "nothing in it": ("", "LG17"),
    "duplicate ids": ('<process id="p"><task id="a"/><task id="a"/></process>', "LN04"),
    "two processes of one id": ('<process id="p"/><process id="p"/>', "LN04"),
    "no ids at all": ("<process><task/><sequenceFlow/></process>", "LN04"),
    "dangling flow": ('<process id="p"><sequenceFlow id="f" sourceRef="x" targetRef="y"/></process>', "LG16"),
    "a boundary event on nothing": ('<process id="p"><boundaryEvent id="b" attachedToRef="x"/></process>', "LG16"),
    "an unknown element": ('<process id="p"><robotTask id="r"/></process>', "LE01"),
    "an unknown reference": ('<process id="p"><endEvent id="e"><errorEventDefinition errorRef="x"/></endEvent></process>', "LE08"),
    "a process calling nothing": ('<process id="p"><callActivity id="c"/></process>', "LA08"),
    "a flow onto itself": (
        '<process id="p"><startEvent id="s"/><task id="t"/><sequenceFlow id="f" sourceRef="t" targetRef="t"/></process>', "LG03"),
}


@pytest.mark.parametrize("name", list(JUDGED))
def test_broken_diagrams_are_judged(name: str) -> None:
    inside, code = JUDGED[name]
    found = lint(read(bpmn(inside)), Library())

    assert code in [one.rule for one in errors(found)]
    assert not [one.message for one in found if "没有执行完" in one.message]


def path_of(count: int) -> bytes:
    steps = "".join(f'<task id="t{n}" name="办"/><sequenceFlow id="f{n}" sourceRef="t{n}" targetRef="t{n + 1}"/>' for n in range(count))
    return bpmn(f'<process id="p">{steps}<endEvent id="t{count}" name="完"/></process>')


def test_a_huge_diagram_is_refused_before_anything_else_looks_at_it() -> None:
    found = examine(Package("p", "长", path_of(8_000)))

    assert [one.rule for one in found] == ["LG15"]


def test_many_flows_between_few_steps_are_refused_too() -> None:
    flows = "".join(f'<sequenceFlow id="f{n}" sourceRef="t{n % 50}" targetRef="t{n * 7 % 50}"/>' for n in range(15_000))
    tasks = "".join(f'<task id="t{n}"/>' for n in range(50))
    found = lint(read(bpmn(f'<process id="p">{tasks}{flows}</process>')), Library())

    assert [one.rule for one in found] == ["LG15"]


def test_deep_nesting_is_refused_before_the_parser_recurses() -> None:
    inside = "".join(f'<subProcess id="s{n}">' for n in range(200)) + "</subProcess>" * 200
    found = lint(read(bpmn(f'<process id="p">{inside}</process>')), Library())

    assert [one.rule for one in found] == ["LG15"]


def test_the_longest_allowed_path_can_be_built() -> None:
    start = b'<process id="p"><startEvent id="s"/><sequenceFlow id="g" sourceRef="s" targetRef="t0"/>'
    document = path_of(397).replace(b'<process id="p">', start)

    assert "LG15" not in [one.rule for one in lint(read(document), Library())]
    assert build(document, "p").process_id == "p"


OTHER = (RULES / "known-called-process" / "other.called").read_bytes()
CALLED = {"other": Called(read(OTHER), frozenset({"score"}))}
GOOD = sorted(path for path in RULES.glob("*/valid*.bpmn"))
WORDS = ("", "x", "u", "-1", "true", "${x}", "a" * 300, "核查", "=", "duration(", "R/PT1S", "p", "e", "s", "9" * 30, "]]>", "not(",
         "\u2028")
TAGS = ("userTask", "parallelGateway", "subProcess", "sequenceFlow", "startEvent", "endEvent", "boundaryEvent", "callActivity",
        "inclusiveGateway", "eventBasedGateway", "scriptTask", "timerEventDefinition", "transaction", "process",
        "multiInstanceLoopCharacteristics", "nonsense")


def mutate(root: etree._Element, dice: random.Random) -> None:
    """One random change anywhere: an attribute, a tag, a text, a place."""
    elements = [one for one in root.iter(etree.Element) if one is not root]
    if not elements:
        return
    one, other = dice.choice(elements), dice.choice(elements)
    kind = dice.randrange(7)
    if kind == 0 and one.attrib:
        one.set(dice.choice(list(one.attrib)), dice.choice(WORDS))
    elif kind == 1 and one.attrib:
        del one.attrib[dice.choice(list(one.attrib))]
    elif kind == 2:
        one.tag = f"{{{NAMES}}}{dice.choice(TAGS)}"
    elif kind == 3:
        one.text = dice.choice(WORDS)
    elif kind == 4:
        one.getparent().remove(one)
    elif kind == 5 and one not in other.iterancestors() and one is not other:
        other.append(one)
    elif other.get("id"):
        one.set(dice.choice(("sourceRef", "targetRef", "attachedToRef", "default", "id", "calledElement")), other.get("id"))


@pytest.mark.parametrize("seed", range(300))
def test_mutated_diagrams_are_refused_or_judged_and_what_passes_can_be_built(seed: int) -> None:
    dice = random.Random(seed)
    root = etree.fromstring(dice.choice(GOOD).read_bytes())
    for _ in range(dice.randint(1, 4)):
        mutate(root, dice)
    document = etree.tostring(root)

    try:
        rewritten = rewrite(document)
        model = read(rewritten.document)
    except UnsafeInput:
        return
    found = lint(model, Library(notes=rewritten.notes, called=CALLED))

    assert not [one.message for one in found if "没有执行完" in one.message], f"seed {seed}"
    if not errors(found) and model.executable is not None:
        build(rewritten.document, model.executable.id, {"other": OTHER})


def test_every_rule_looks_at_a_file_with_nothing_in_it() -> None:
    found = lint(read(bpmn("")), Library())

    assert {one.rule for one in found} == {"LG17", "LI02"}
    assert len(all_rules()) > 60


def flow(number: object, source: str, target: str, inside: str = "") -> str:
    return f'<sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}">{inside}</sequenceFlow>'


def test_many_rewrites_cost_no_more_than_their_number() -> None:
    steps = "".join(f'<task id="t{n}"/>' + flow(n, f"t{n}", "x") + flow(f"g{n}", f"t{n}", "y") for n in range(6_000))
    twins = '<task id="t"/>' * 9_000 + flow(1, "t", "x") + flow(2, "t", "y")

    assert len(rewrite(bpmn(f'<process id="p">{steps}</process>')).notes) == 6_000
    assert len(rewrite(bpmn(f'<process id="p">{twins}</process>')).notes) == 1


def test_many_conditions_of_one_gateway_cost_no_more_than_their_number() -> None:
    same = " and ".join(f"v{n} = {n}" for n in range(150))
    flows = "".join(flow(n, "g", "t", f"<conditionExpression>{same} and z = {n}</conditionExpression>") for n in range(1_500))
    found = lint(read(bpmn(f'<process id="p"><exclusiveGateway id="g"/><task id="t"/>{flows}</process>')), Library())

    assert {"LG05", "LG07"} <= {one.rule for one in found}
