"""A pattern of the gallery put into a draft: its steps below the picture that there is, its forms and parameters beside the others.

The beginning of the pattern is left out, for the process has its own; the designer draws the flow to the first step. Ids that are taken
are given anew; names of form fields cannot be, because expressions use them, so these are refused.
"""

import json
import re
from collections.abc import Iterator, Mapping
from itertools import chain, count
from math import isfinite

from lxml import etree

from engine.definitions.guard import MODEL, open_bpmn
from engine.definitions.package import parameters_of
from engine.errors import Conflict, UnsafeInput
from engine.studio import form_editing, starting
from engine.studio.drafts import Draft
from engine.studio.folder import PARAMETERS

DI = "http://www.omg.org/spec/BPMN/20100524/DI"
REFERRING = frozenset({"id", "sourceRef", "targetRef", "attachedToRef", "default", "bpmnElement"})
POINTING = frozenset({f"{{{MODEL}}}{name}" for name in ("incoming", "outgoing")})
NO_PLACE = "流程图上有元素的位置不是数字，请先在画图页把它放好并保存。"
GAP = 60  # pixels between the picture that there is and what is put below it


def with_pattern(draft: Draft, pattern: str) -> dict[str, str]:
    """The files that change. Raises NotFound (pattern), Conflict (field names meet), UnsafeInput (the diagram cannot take it)."""
    key = next(one for one in _keys(draft, pattern) if _is_free(draft, one))
    made = starting.from_pattern(pattern, key, key)
    root = open_bpmn(made[f"{key}.bpmn"].encode())
    _without_start(root)
    named = {value for one in root.iter(f"{{{MODEL}}}userTask") for value in one.attrib.values()}
    forms = {name: text for name, text in made.items() if name.startswith("forms/") and name[6:-10] in named}
    _must_not_meet(draft, forms)
    parameters = draft.files.get(PARAMETERS, "").rstrip("\n")
    own = made.get(PARAMETERS, "").strip("\n")
    return {f"{draft.key}.bpmn": _merged(draft, root), **forms, **({PARAMETERS: f"{parameters}\n\n{own}\n".lstrip("\n")} if own else {})}


def _keys(draft: Draft, pattern: str) -> Iterator[str]:
    first = f"{draft.key[:30]}_{pattern}"
    return (first if number == 1 else f"{first}_{number}" for number in count(1))


def _is_free(draft: Draft, key: str) -> bool:
    """Whether no form and no parameter begins with it."""
    names = [name.removeprefix("forms/F-") for name in draft.files] + list(parameters_of(PARAMETERS, draft.files.get(PARAMETERS, "")))
    return not any(name.startswith((key, key.replace("-", "_"))) for name in names)


def _must_not_meet(draft: Draft, forms: Mapping[str, str]) -> None:
    there = {line.key: name for name, text in draft.files.items() if name.startswith("forms/")
             for line in form_editing.lines(json.loads(text)) if line.key}
    fresh = [line for text in forms.values() for line in form_editing.lines(json.loads(text)) if line.key in there]
    if fresh:
        which = "、".join(sorted({f"{line.key}（“{line.label or line.key}”，在 {there[line.key]}）" for line in fresh})[:6])
        raise Conflict(f"不能插入：模式的表单和草稿的表单用了同样的字段名 {which}，两处会互相覆盖。请先给草稿里的字段改名，再插入。")


def _without_start(root: etree._Element) -> None:
    """Take the plain start and the flows from it away, with what is drawn of them."""
    starts = {one.get("id") for one in root.iter(f"{{{MODEL}}}startEvent")}
    gone = starts | {one.get("id") for one in root.iter(f"{{{MODEL}}}sequenceFlow") if one.get("sourceRef") in starts}
    for one in list(root.iter()):
        pointed = one.tag in POINTING and (one.text or "").strip() in gone
        above = one.getparent()
        if above is not None and (pointed or one.get("id") in gone or one.get("bpmnElement") in gone):
            above.remove(one)


def _merged(draft: Draft, root: etree._Element) -> str:
    """The diagram of the draft with the steps and their picture written into it; what is there stays as it is."""
    text = draft.files[f"{draft.key}.bpmn"]
    there = open_bpmn(text.encode())
    _renamed(root, {str(one.get("id")) for one in there.iter() if isinstance(one.tag, str) and one.get("id")})
    _moved(root, there)
    process, plane = next(root.iter(f"{{{MODEL}}}process")), next(root.iter(f"{{{DI}}}BPMNPlane"))
    made = _written_into(text, rf'<(?:[\w.-]+:)?process\b[^>]*?\bid="{re.escape(draft.key)}"', "process", list(process))
    made = _written_into(made, r"<(?:[\w.-]+:)?BPMNPlane\b", "BPMNPlane", list(plane))
    number = sum(1 for _ in there.iter()) + sum(1 for part in (process, plane) for _ in part.iterdescendants())
    if sum(1 for _ in open_bpmn(made.encode()).iter()) != number:
        raise UnsafeInput("这个流程图的写法特殊，不能自动插入。请在画图页从模式库复制。")
    return made


def _renamed(root: etree._Element, taken: set[str]) -> None:
    ids = [str(one.get("id")) for one in root.iter() if isinstance(one.tag, str) and one.get("id")]
    fresh: dict[str, str] = {}
    for one in ids:
        fresh[one] = next(name for name in (one, *(f"{one}_{n}" for n in range(2, 1000))) if name not in taken)
        taken.add(fresh[one])
    for element in root.iter():
        for name, value in element.attrib.items():
            if name in REFERRING:
                element.set(name, fresh.get(str(value), str(value)))
        if element.tag in POINTING:
            element.text = fresh.get((element.text or "").strip(), element.text)


def _moved(root: etree._Element, there: etree._Element) -> None:
    """Put the picture below the one that there is, at its left edge."""
    left, _, bottom = _edges(there)
    own_left, own_top, _ = _edges(root)
    for one in _placed(root):
        one.set("x", f"{float(str(one.get('x'))) + left - own_left:g}")
        one.set("y", f"{float(str(one.get('y'))) + bottom + GAP - own_top:g}")


def _placed(root: etree._Element) -> list[etree._Element]:
    return [one for one in root.iter() if isinstance(one.tag, str) and etree.QName(one).localname in ("Bounds", "waypoint")]


def _edges(root: etree._Element) -> tuple[float, float, float]:
    """(left, top, bottom) of a picture; zeros for none. Raises UnsafeInput when its places are no numbers."""
    try:
        spots = [(float(one.get("x", 0)), float(one.get("y", 0)), float(one.get("height", 0))) for one in _placed(root)]
    except ValueError as error:
        raise UnsafeInput(NO_PLACE) from error
    if not all(map(isfinite, chain(*spots))):
        raise UnsafeInput(NO_PLACE)
    return (min(x for x, _, _ in spots), min(y for _, y, _ in spots), max(y + high for _, y, high in spots)) if spots else (0, 0, 0)


def _written_into(text: str, opening: str, name: str, children: list[etree._Element]) -> str:
    """The text with these written before the end of the element that opens so. Raises UnsafeInput when it is not found."""
    begin = re.search(opening, text)
    end = re.compile(rf"[ \t]*</(?:[\w.-]+:)?{name}\s*>").search(text, begin.end()) if begin else None
    if end is None:
        raise UnsafeInput("流程图还没有画出位置，不能插入。请先在草稿页点“把自动排版存入草稿”，再插入。")
    lines = "".join(f"    {etree.tostring(one, encoding='unicode', with_tail=False)}\n" for one in children)
    return text[:end.start()] + lines + text[end.start():]
