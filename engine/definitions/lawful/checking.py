"""Which properties are asked of a process, and what comes out: proved, not applicable, violated, or not proved and why."""

from collections.abc import Iterator
from dataclasses import dataclass

from engine.definitions.findings import Problem, problem
from engine.definitions.lawful.monitors import UNPROVED, VIOLATED
from engine.definitions.lawful.steps import lacking
from engine.definitions.lawful.tagged import Tagged
from engine.definitions.lawful.vocabulary import Property, acts, properties
from engine.definitions.lawful.ways import PARTLY, Shown, Ways
from engine.definitions.library import Library
from engine.definitions.model import Model, Node, Process
from engine.definitions.proof.soundness import proof

PROVED, NOT_APPLICABLE = "proved", "not_applicable"
PROMISE = "promise"
"""The property that a process which says an act of itself does it on every way to its end."""


@dataclass(frozen=True)
class Breach:
    """A property that one element of a diagram breaks (or, `wrong` unproved or partly, may break), with the way that shows it."""

    property: Property
    element: Node | Process
    wrong: str
    what: str = ""
    path: tuple[str, ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What came out for one property."""

    property: Property
    state: str
    breaches: tuple[Breach, ...] = ()


_last: tuple[Model, Library, tuple[Verdict, ...]] | None = None


def verdicts(model: Model, library: Library) -> tuple[Verdict, ...]:
    """Every property with its result; none when the drawing is not in order. The last answer is remembered: several rules ask."""
    global _last
    last = _last
    if last is None or last[0] is not model or last[1] is not library:
        found = judge(model, library) if _concerned(model) and proof(model, library) is not None else ()
        _last = last = (model, library, found)
    return last[2]


def breaches(model: Model, library: Library) -> tuple[Breach, ...]:
    """Everything that is broken or not proved."""
    return tuple(breach for verdict in verdicts(model, library) for breach in verdict.breaches)


def told_order(model: Model, library: Library) -> Iterator[Problem]:
    """Broken properties about the order of acts."""
    yield from (_told(one) for one in breaches(model, library) if one.wrong == VIOLATED and one.property.is_order)


def told_steps(model: Model, library: Library) -> Iterator[Problem]:
    """Broken properties about single steps."""
    yield from (_told(one) for one in breaches(model, library) if one.wrong == VIOLATED and not one.property.is_order)


def told_unproved(model: Model, library: Library) -> Iterator[Problem]:
    """Properties that could not be proved. Those for the same reason at the same element are one line."""
    reasons: dict[tuple[str, str], list[Breach]] = {}
    for one in breaches(model, library):
        if one.wrong != VIOLATED:
            reasons.setdefault((one.element.id, one.what), []).append(one)
    for (_, what), found in reasons.items():
        titles = "、".join(dict.fromkeys(one.property.title for one in found))
        yield problem(found[0].element, f"没有证明：{titles}（{what}）",
                      "请连同被调用的流程一起检查；都发布以后再检查一次，就能得出结论。", found[0].path)


def _told(found: Breach) -> Problem:
    said = f"（{found.what}）" if found.what else ""
    message = f"“{found.element.label}”：{found.property.message}{said}。{found.property.law}"
    return problem(found.element, message, found.property.hint, found.path)


def _concerned(model: Model) -> bool:
    """Whether anything in the diagram is a legal act, a link of the grid or a step of a village."""
    return model.executable is not None and any(node.gl.get("legalAct") or node.gl.get("link") or node.gl.get("role")
                                                or node.kind == "callActivity" for node in model.each())


def judge(model: Model, library: Library, only: frozenset[str] | None = None) -> tuple[Verdict, ...]:
    """Every property (or only those of these ids) with its result, whether the drawing is in order or not."""
    tagged = Tagged(model, library)
    wanted = [one for one in (*properties().values(), *_promises(tagged)) if only is None or one.id in only]
    asked = [one for one in wanted if one.id.startswith(PROMISE) or tagged.applies(one)]
    ways = Ways(tagged)
    spaces = ways.prepare(one for one in asked if one.is_order)
    found = {one.id: tuple(_ordered(tagged, one, ways.show(one, spaces[one.id])) if one.is_order else _stepwise(tagged, one))
             for one in asked}
    told = [Verdict(one, _state(found[one.id]), found[one.id]) for one in asked]
    return (*told, *(Verdict(one, NOT_APPLICABLE) for one in wanted if one.id not in found))


def _state(found: tuple[Breach, ...]) -> str:
    wrong = {breach.wrong for breach in found}
    return VIOLATED if VIOLATED in wrong else UNPROVED if wrong else PROVED


def _promises(tagged: Tagged) -> list[Property]:
    process = tagged.model.executable
    said = sorted(process.gl.get("legalAct", ())) if process else []
    return [Property(
        id=f"{PROMISE}-{act}", title=f"走完本流程一定做过“{acts()[act].name}”", pattern="response", law=acts()[act].law, held=True,
        then=frozenset({act}), message=f"本流程写明是“{acts()[act].name}”，却有一条路没有做就结束",
        hint=f"请让每条通向结束的路都经过“{acts()[act].name}”（{act}），或者去掉流程上的 legalAct。") for act in said if act in acts()]


def _ordered(tagged: Tagged, asked: Property, shown: Shown | None) -> list[Breach]:
    if shown is None:
        return []
    process = tagged.model.executable
    element = tagged.model.nodes.get(shown.element, process)
    what = {UNPROVED: "被调用的流程不在这里", PARTLY: "可能出现的局面太多"}.get(shown.wrong, "")
    return [Breach(asked, element, shown.wrong, what, shown.path)] if element is not None else []


def _stepwise(tagged: Tagged, asked: Property) -> list[Breach]:
    return [Breach(asked, one.node, VIOLATED if one.known else UNPROVED, one.what, (one.node.id,)) for one in lacking(tagged, asked)]
