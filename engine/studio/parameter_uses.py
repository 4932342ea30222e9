"""Where a process uses its parameters: which steps, forms and decision tables name `param.x`."""

import json
import re
from collections.abc import Iterator

from lxml import etree

from engine.definitions.guard import open_xml
from engine.studio.drafts import Draft

USE = re.compile(r"\bparam\s*\.\s*([A-Za-z_]\w*)")


def uses(draft: Draft) -> dict[str, list[str]]:
    """Parameter → the places that use it, in words, each once. Raises UnsafeInput."""
    found: dict[str, list[str]] = {}
    for name, text in draft.files.items():
        for used, place in _of_file(draft, name, text):
            if place not in found.setdefault(used, []):
                found[used].append(place)
    return found


def _of_file(draft: Draft, name: str, text: str) -> Iterator[tuple[str, str]]:
    if name.endswith((".bpmn", ".dmn")):
        word = "流程图" if name.endswith(".bpmn") else f"决策表 {name}"
        for element in open_xml(text.encode()).iter():
            if isinstance(element.tag, str):
                told = " ".join([element.text or "", *map(str, element.attrib.values())])
                yield from ((used, f"{word}的“{_called(element) or draft.name}”") for used in USE.findall(told))
    elif name.startswith("forms/"):
        called = json.loads(text).get("name") or name[6:-10]
        yield from ((used, f"表单“{called}”") for used in USE.findall(text))


def _called(element: etree._Element) -> str:
    """The nearest thing around it that has a name; "" when nothing has."""
    around = (one for one in (element, *element.iterancestors()) if one.get("name"))
    return next((str(one.get("name")) for one in around), "")
