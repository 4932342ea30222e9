"""A whole power list that somebody uploads: looked through and compared with what the town holds before anything changes.

An upload waits until it is confirmed; it takes effect only while the list is still the one that it was compared with. Items that the file
does not name stay as they are: a power ends by a recall, never by being left out.
"""

import datetime as dt
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from engine import clock
from engine.database import canonical
from engine.errors import Conflict, InvalidState, InvalidValues, NotFound
from engine.law import loading, powers, sample
from engine.law.powers import POLICIES, Basis, Power
from engine.law.tables import power_upload as table

PROPOSED, APPLIED, DROPPED = "proposed", "applied", "dropped"
STATES = {PROPOSED: "待确认", APPLIED: "已装入", DROPPED: "已放弃"}
NEW, CHANGED, SAME = "new", "changed", "same"
MOST_ITEMS, MOST_TOLD = 500, 20
LABELS = {"name": "名称", "field": "领域", "batch": "批次", "confirmation": "承接确认书", "department": "赋权部门", "rule_set": "规则集",
          "recall_policy": "收回时", "bases": "依据", "steps": "示范步骤", "valid_to": "失效日"}
OF_ID = select(table).where(table.c.id == bindparam("i"))
WAITING = select(table.c.id).where(table.c.unit_id == bindparam("unit"), table.c.state == PROPOSED).order_by(table.c.id.desc()).limit(1)
END = update(table).where(table.c.id == bindparam("i"), table.c.state == PROPOSED)


@dataclass(frozen=True)
class Difference:
    """One thing about an item that would change, in words."""

    label: str
    before: str
    after: str


@dataclass(frozen=True)
class Change:
    """What the file does to one item. `kind`: NEW, CHANGED or SAME."""

    code: str
    name: str
    first: str
    kind: str
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Upload:
    """A list that was uploaded. `before`: digest of the list that it was compared with."""

    id: int
    unit_id: str
    body: str
    before: str
    state: str
    by: str
    at: dt.datetime


def propose(c: Connection, unit_id: str, document: bytes, *, by: str) -> Upload:
    """Keep a list that holds no mistake, to be confirmed; an older one of the town that waits is dropped.

    The caller has asked for the right and records it. Raises UnsafeInput (too large), InvalidValues with every mistake by item.
    """
    rows(c, unit_id, document)
    now = clock.now()
    older = update(table).where(table.c.unit_id == unit_id, table.c.state == PROPOSED)
    c.execute(older.values(state=DROPPED, ended_by=by, ended_at=now))
    row = {"unit_id": unit_id, "body": document.decode(), "before": digest(c, unit_id), "state": PROPOSED, "made_by": by, "made_at": now}
    return get(c, int(c.execute(insert(table).returning(table.c.id), row).scalar_one()))


def get(c: Connection, upload_id: int) -> Upload:
    """One upload. Raises NotFound."""
    row = c.execute(OF_ID, {"i": upload_id}).first()
    if row is None:
        raise NotFound("没有这份上传的清单，请重新上传。", upload=upload_id)
    return Upload(row.id, row.unit_id, row.body, row.before, row.state, row.made_by, row.made_at)


def waiting(c: Connection, unit_id: str) -> int | None:
    """The upload of a town that waits to be confirmed."""
    found: int | None = c.execute(WAITING, {"unit": unit_id}).scalar()
    return found


def changes(c: Connection, one: Upload) -> tuple[Change, ...]:
    """What an upload would do, item by item in the order of the file. Raises InvalidValues where the list no longer allows it."""
    return tuple(_change(powers.of_day(c, one.unit_id, row["code"], row["valid_from"]), row)
                 for row in rows(c, one.unit_id, one.body.encode()))


def untouched(c: Connection, one: Upload) -> tuple[Power, ...]:
    """Entries of the town that the file does not name: they stay."""
    named = {(change.code, change.first) for change in changes(c, one)}
    return tuple(each for each in powers.items(c, one.unit_id) if (each.code, each.valid_from.isoformat()) not in named)


def apply(c: Connection, upload_id: int, *, by: str) -> int:
    """The list takes effect; answers how many items are new or changed. Raises NotFound, InvalidState (ended already), Conflict (the
    town's list changed since the preview), InvalidValues."""
    one = get(c, upload_id)
    _must_wait(one)
    if one.before != digest(c, one.unit_id):
        raise Conflict("上传以后清单又有改动，预览的内容已经不准。请重新上传，看过新的预览再确认。", upload=upload_id)
    done = len([change for change in changes(c, one) if change.kind != SAME])
    for values in sorted(_values(one.body.encode()), key=lambda each: (each["code"], each["from"])):
        powers.save(c, one.unit_id, _kept(c, one.unit_id, values))
    _end(c, one, APPLIED, by)
    return done


def drop(c: Connection, upload_id: int, *, by: str) -> None:
    """The list is not wanted. Raises NotFound, InvalidState (ended already)."""
    _end(c, get(c, upload_id), DROPPED, by)


def digest(c: Connection, unit_id: str) -> str:
    """What a town's list says now, in a word."""
    said = [canonical(_said(one) | {"code": one.code, "first": one.valid_from.isoformat()}) for one in powers.items(c, unit_id)]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()


def rows(c: Connection, unit_id: str, document: bytes) -> tuple[dict[str, Any], ...]:
    """The entries of a list as they would be kept. Raises UnsafeInput, InvalidValues with every mistake by item; changes nothing."""
    found, wrong, said_all = [], [], _values(document)
    replaced = {(str(one.get("code")), str(one.get("from"))) for one in said_all}
    for number, values in enumerate(said_all, 1):
        try:
            found.append(powers.checked(c, unit_id, _kept(c, unit_id, values), replaced))
        except InvalidValues as refusal:
            wrong.append(f"第 {number} 项（{str(values.get('code') or '没有编码')[:40]}）：{'、'.join(refusal.errors.values())}")
    wrong += _clashes(found)
    if wrong:
        more = f"……共 {len(wrong)} 处" if len(wrong) > MOST_TOLD else ""
        said = "；".join(wrong[:MOST_TOLD]) + more
        raise InvalidValues({"file": f"{said}。"}, f"清单有错误，没有改动：{said}。")
    return tuple(found)


def _values(document: bytes) -> tuple[Mapping[str, Any], ...]:
    found = sample.rows(loading.read(document))
    if len(found) > MOST_ITEMS:
        said = f"一份清单最多 {MOST_ITEMS} 项，请分开上传。"
        raise InvalidValues({"file": said}, said)
    return found


def _kept(c: Connection, unit_id: str, values: Mapping[str, Any]) -> Mapping[str, Any]:
    """A file that does not say how an item was taken on leaves what is registered."""
    first = values.get("from")
    known = powers.of_day(c, unit_id, str(values.get("code")), first.isoformat()) if isinstance(first, dt.date) else None
    if known is None:
        return values
    return {**values, "confirmation": values.get("confirmation") or known.confirmation}


def _clashes(found: Sequence[Mapping[str, Any]]) -> list[str]:
    """Two entries of one item in the file that hold on one day."""
    ordered = sorted(found, key=lambda row: (row["code"], row["valid_from"]))
    return [f"事项“{b['code']}”在 {b['valid_from']} 有两项同时有效" for a, b in zip(ordered, ordered[1:], strict=False)
            if a["code"] == b["code"] and b["valid_from"] <= (a["valid_to"] or "9999")]


def _change(known: Power | None, row: Mapping[str, Any]) -> Change:
    if known is None:
        return Change(row["code"], row["name"], row["valid_from"], NEW, ())
    before, after = _said(known), {key: row[key] for key in LABELS} | {"bases": [_basis(powers.read_basis(one)) for one in row["bases"]]}
    told = tuple(Difference(label, _words(key, before[key]), _words(key, after[key])) for key, label in LABELS.items()
                 if before[key] != after[key])
    return Change(row["code"], row["name"], row["valid_from"], CHANGED if told else SAME, told)


def _said(one: Power) -> dict[str, Any]:
    """An entry as it is compared."""
    return {"name": one.name, "field": one.field, "batch": one.batch, "confirmation": one.confirmation, "department": one.department,
            "rule_set": one.rule_set, "recall_policy": one.recall_policy, "bases": [_basis(each) for each in one.bases],
            "steps": list(one.steps), "valid_to": one.valid_to.isoformat() if one.valid_to else None}


def _basis(one: Basis) -> dict[str, Any]:
    return {"article": one.article, "kinds": list(one.kinds), "fine_min": one.fine_min, "fine_max": one.fine_max,
            "parties": list(one.parties), "when": one.when, "precondition": one.precondition}


def _words(key: str, value: Any) -> str:
    if key == "bases":
        return "；".join(powers.basis_words(one) for one in value)
    if key == "recall_policy":
        return POLICIES[value]
    return "；".join(value) if isinstance(value, list) else str(value or "没有")


def _must_wait(one: Upload) -> None:
    if one.state != PROPOSED:
        raise InvalidState(f"这份清单{STATES[one.state]}，不用再办理。", upload=one.id)


def _end(c: Connection, one: Upload, state: str, by: str) -> None:
    done = c.execute(END.values(state=state, ended_by=by, ended_at=clock.now()), {"i": one.id})
    if done.rowcount != 1:
        _must_wait(get(c, one.id))
