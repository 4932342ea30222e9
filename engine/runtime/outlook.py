"""What a step asks for and what would refuse it now, told before anybody tries: its gates, its checks, its documents, its evidence.

Reads only. The same gates and checks decide again when the step is submitted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from engine import definitions
from engine.errors import EngineError, InvalidValues, NotFound
from engine.people import Participant
from engine.runtime import access, desk, gates, service_registry
from engine.runtime import case as cases
from engine.runtime.desk import Item
from engine.runtime.gates import Gateway
from engine.runtime.turn import looked
from engine.spiff import Element, Tokens


@dataclass(frozen=True)
class Wanted:
    """A document or a piece of evidence that the diagram asks for at a step. `template` is empty for evidence, `least` how many of it;
    `depends`: it is made only where the answers of the step say so."""

    name: str
    required: bool
    template: str = ""
    least: int = 0
    depends: bool = False


@dataclass(frozen=True)
class Outlook:
    """A step before it is taken. `refusals` are what its checks would say to whoever has it; `variables` what it sees of the case."""

    item: Item
    is_mine: bool
    gates: tuple[Gateway, ...]
    refusals: tuple[str, ...]
    documents: tuple[Wanted, ...]
    evidence: tuple[Wanted, ...]
    variables: Mapping[str, Any]

    @property
    def is_open(self) -> bool:
        """Nothing stands against it."""
        return not self.refusals and all(gate.is_open for gate in self.gates)


def of_item(c: Connection, item_id: str, by: Participant) -> Outlook:
    """One step. Raises NotFound when it does not exist or this person may not see it."""
    row = c.execute(cases.ITEM, {"i": item_id}).first()
    if row is None or not (access.may_do(row, by) or access.may_see(c, by, cases.peeked(c, row.instance_id).row)):
        raise NotFound(item=item_id, person=by.id)
    return _outlook(c, row, by)


def of_case(c: Connection, instance_id: int, by: Participant) -> tuple[Outlook, ...]:
    """Every open step of a case, this person's own first. The caller has asked whether the case may be seen."""
    live = [item for item in desk.items_of(c, instance_id) if item.is_live]
    rows = (c.execute(cases.ITEM, {"i": item.id}).one() for item in live)
    return tuple(sorted((_outlook(c, row, by) for row in rows), key=lambda one: not one.is_mine))


def _outlook(c: Connection, row: Any, by: Participant) -> Outlook:
    item, mine = desk.item_of(c, row), access.may_do(row, by)
    element = definitions.load(c, row.definition_id).spec.elements.get(row.element_id)
    if element is None or not item.is_live:
        return Outlook(item, mine, (), (), (), (), {})
    host, tokens = looked(c, row.instance_id)
    person = by.id if mine else row.assignee
    passed = gates.of(host, element, tokens.names(row.id), host.ledgers())
    return Outlook(item, mine, passed, tuple(_refusals(c, row, element, tokens, person)) if person else (),
                   tuple(_wanted(element, "document")), tuple(_wanted(element, "evidence")), tokens.visible(row.id))


def _refusals(c: Connection, row: Any, element: Element, tokens: Tokens, person: str) -> Iterator[str]:
    """What its checks say without a form: what is wrong with values alone is said beside their fields."""
    visible = tokens.visible(row.id)
    payload = {"case": row.instance_id, "person": person, "element": element.id, "values": {}, "variables": visible,
               "documents": [one for one in element.gl.get("document") or () if not one.get("when")]}
    for name in str(element.gl.get("check") or "").split():
        try:
            service_registry.check(name)(c, payload)
        except InvalidValues:
            continue
        except EngineError as refusal:
            yield refusal.message


def _wanted(element: Element, kind: str) -> Iterator[Wanted]:
    for one in element.gl.get(kind) or ():
        yield Wanted(str(one.get("name") or one.get("template") or ""), str(one.get("required")) in ("true", "True"),
                     str(one.get("template") or ""), int(one.get("min") or 0), bool(one.get("when")))
