"""Shipped processes with one legal defect each: how to make it, and which property must find it.

A defect is (process, change, arguments, property). The changes work on the XML; nothing is written to disk.
"""

from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

from lxml import etree

from engine.definitions import callable_of, read, read_folder
from engine.definitions.deploy import library_of
from engine.definitions.extension import NAMESPACE
from engine.definitions.importer import rewrite
from engine.definitions.lawful import Breach, Verdict, judge, properties, verdicts
from engine.definitions.library import Called, Library
from engine.definitions.model import Model
from engine.definitions.package import Package

ROOT = Path(__file__).parents[1]
BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
GL = f"{{{NAMESPACE}}}"
PACKAGES = {folder.name: read_folder(folder, ROOT / "forms") for folder in sorted((ROOT / "bpmn").iterdir())
            if (folder / f"{folder.name}.bpmn").exists()}
CALLED = callable_of(PACKAGES.values())
Tree = etree._Element
Defect = tuple[str, str, tuple[str, ...], str]


def library(package: Package, called: dict[str, Called] | None = None) -> Library:
    """What the package may refer to, with all shipped processes to call."""
    return library_of(package, rewrite(package.diagram), None, CALLED if called is None else called)


@cache
def clean(key: str) -> tuple[Verdict, ...]:
    """The verdicts about a shipped process."""
    return verdicts(read(PACKAGES[key].diagram).alone(), library(PACKAGES[key]))


def found(defect: Defect) -> tuple[Breach, ...]:
    """The breaches of the expected property in the process with the defect."""
    key, change, arguments, expected = defect
    told = judge(changed(key, change, arguments), library(PACKAGES[key]), frozenset({expected}))
    return tuple(breach for verdict in told for breach in verdict.breaches)


def changed(key: str, change: str, arguments: tuple[str, ...]) -> Model:
    """The diagram with the defect."""
    tree = etree.fromstring(PACKAGES[key].diagram)
    CHANGES[change](tree, *arguments)
    return read(etree.tostring(tree)).alone()


def one(tree: Tree, identity: str) -> Tree:
    """The element of that id."""
    return next(element for element in tree.iter(f"{BPMN}*") if element.get("id") == identity)


def flows(tree: Tree, end: str, identity: str) -> list[Tree]:
    """The sequence flows whose sourceRef or targetRef is the element."""
    return [flow for flow in tree.iter(f"{BPMN}sequenceFlow") if flow.get(end) == identity]


def drop(tree: Tree, identity: str) -> None:
    """The step is gone; what came before it leads to what came after it."""
    step, after = one(tree, identity), flows(tree, "sourceRef", identity)[0]
    target = str(after.get("targetRef"))
    for flow in flows(tree, "targetRef", identity):
        flow.set("targetRef", target)
        incoming = etree.SubElement(one(tree, target), f"{BPMN}incoming")
        incoming.text = flow.get("id")
    for border in [element for element in tree.iter(f"{BPMN}boundaryEvent") if element.get("attachedToRef") == identity]:
        _cut(tree, str(border.get("id")))
    for listed in [element for element in tree.iter(f"{BPMN}incoming", f"{BPMN}outgoing") if element.text == after.get("id")]:
        listed.getparent().remove(listed)
    after.getparent().remove(after)
    step.getparent().remove(step)
    _erase_pictures(tree)
    _tidy(tree)


def _cut(tree: Tree, identity: str) -> None:
    """The element and everything only it leads to."""
    element = one(tree, identity)
    element.getparent().remove(element)
    for flow in flows(tree, "sourceRef", identity):
        target = str(flow.get("targetRef"))
        flow.getparent().remove(flow)
        if not flows(tree, "targetRef", target):
            _cut(tree, target)


def bypass(tree: Tree, source: str, target: str) -> None:
    """A new way: from what leaves the source, a choice leads straight to the target."""
    way = flows(tree, "sourceRef", source)[0]
    holder, old = way.getparent(), str(way.get("targetRef"))
    gateway = etree.SubElement(holder, f"{BPMN}exclusiveGateway", id="new_choice", name="走捷径？", default="new_on")
    way.set("targetRef", "new_choice")
    etree.SubElement(holder, f"{BPMN}sequenceFlow", id="new_on", name="照旧", sourceRef="new_choice", targetRef=old)
    short = etree.SubElement(holder, f"{BPMN}sequenceFlow", id="new_short", name="走捷径", sourceRef="new_choice", targetRef=target)
    short.set(f"{GL}order", "1")
    etree.SubElement(short, f"{BPMN}conditionExpression").text = 'case.title = "捷径"'
    assert gateway is not None
    _erase_pictures(tree)
    _tidy(tree)


def swap(tree: Tree, one_step: str, other_step: str) -> None:
    """Two steps change places: each keeps its own attributes and takes the other's id in the flows."""
    for flow in tree.iter(f"{BPMN}sequenceFlow"):
        for end in ("sourceRef", "targetRef"):
            flow.set(end, {one_step: other_step, other_step: one_step}.get(str(flow.get(end)), str(flow.get(end))))
    _tidy(tree)


def take(tree: Tree, identity: str, attribute: str, word: str) -> None:
    """One word less in an attribute of words."""
    step = one(tree, identity)
    words = step.attrib.pop(GL + attribute).split()
    assert word in words, (identity, attribute, word)
    kept = [each for each in words if each != word]
    if kept:
        step.set(GL + attribute, " ".join(kept))


def give(tree: Tree, identity: str, attribute: str, value: str) -> None:
    """An attribute with another value."""
    one(tree, identity).set(GL + attribute, value)


def untimed(tree: Tree, identity: str) -> None:
    """No timer on the border of the step any more."""
    timers = [element for element in tree.iter(f"{BPMN}boundaryEvent") if element.get("attachedToRef") == identity]
    assert timers, identity
    for timer in timers:
        _cut(tree, str(timer.get("id")))
    _erase_pictures(tree)


def limitless(tree: Tree, identity: str) -> None:
    """No limit and no deadline on the step any more."""
    step = one(tree, identity)
    gone = [name for name in ("limit", "limitUnit", "deadline") if step.attrib.pop(GL + name, None)]
    assert gone, identity


def ungated(tree: Tree, identity: str, rule: str) -> None:
    """One gate less."""
    gates = [gate for gate in one(tree, identity).iter(f"{GL}gate") if gate.get("rule") == rule]
    assert gates, (identity, rule)
    for gate in gates:
        gate.getparent().remove(gate)


def unrecorded(tree: Tree, identity: str) -> None:
    """No recording asked for."""
    records = [each for each in one(tree, identity).iter(f"{GL}evidence") if each.get("kind") in ("video", "audio")]
    assert records, identity
    for record in records:
        record.getparent().remove(record)


def paper(tree: Tree, identity: str, template: str) -> None:
    """The step issues one more document."""
    step = one(tree, identity)
    holder = step.find(f"{BPMN}extensionElements")
    if holder is None:
        holder = etree.Element(f"{BPMN}extensionElements")
        step.insert(0, holder)
    etree.SubElement(holder, f"{GL}document", template=template, name="多出来的文书")


def calls(tree: Tree, identity: str, key: str) -> None:
    """The call goes to another process."""
    one(tree, identity).set("calledElement", key)


def condition(tree: Tree, identity: str, text: str) -> None:
    """The flow has another condition."""
    expression = one(tree, identity).find(f"{BPMN}conditionExpression")
    assert expression is not None, identity
    expression.text = text


def redirect(tree: Tree, identity: str, target: str) -> None:
    """The flow leads elsewhere."""
    one(tree, identity).set("targetRef", target)
    _tidy(tree)
    _erase_pictures(tree)


def _tidy(tree: Tree) -> None:
    """The lists of incoming and outgoing flows are written anew."""
    for listed in list(tree.iter(f"{BPMN}incoming", f"{BPMN}outgoing")):
        listed.getparent().remove(listed)


def _erase_pictures(tree: Tree) -> None:
    """The picture would show what is no longer there."""
    for element in list(tree):
        if etree.QName(element).localname == "BPMNDiagram":
            tree.remove(element)


CHANGES: dict[str, Callable[..., None]] = {
    "drop": drop, "bypass": bypass, "swap": swap, "take": take, "give": give, "untimed": untimed, "limitless": limitless,
    "ungated": ungated, "unrecorded": unrecorded, "paper": paper, "calls": calls, "condition": condition, "redirect": redirect,
}


def named(defect: Defect) -> str:
    """The defect as a test is called."""
    key, change, arguments, expected = defect
    return f"{key}-{change}-{'-'.join(arguments)}-{expected}"


def checks_dropped() -> Iterator[Defect]:
    """Every check the law wants, taken away where it stands."""
    wanted = {"cases.two_officers": ("two-officers",),
              "cases.not_investigator": ("decider-is-not-investigator", "host-is-not-investigator"),
              "cases.qualified_reviewer": ("reviewer-checked",), "cases.head_only": ("crime-by-head-only",),
              "cases.remedies_over": ("remedies-before-forcing",), "cases.has_evidence": ("evidence-before-proposal",),
              "cases.hearing_in_time": ("hearing-in-time",), "cases.measures_closed": ("closing-checked",),
              "cases.may_close": ("closing-checked",)}
    for key, package in PACKAGES.items():
        for node in read(package.diagram).alone().each("userTask"):
            tags = set(node.gl.get("legalAct", ()))
            for check, wanted_by in wanted.items():
                for identity in wanted_by if check in node.gl.get("check", ()) else ():
                    if tags & properties()[identity].acts:
                        yield key, "take", (node.id, "check", check), identity
