"""What the case file says for documents: the authority, the case, the party, the officers, the evidence, who reviews and decides.

The authority is always the town's government or street office, never its enforcement team (行政处罚法第十七条、第二十四条; NT-12).
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from engine import clock, definitions
from engine.cases import case_file, evidence, identity, proposals
from engine.cases.case_file import Penalty
from engine.cases.parties import Party
from engine.documents import register, shown
from engine.errors import InvalidState, NotFound
from engine.people import directory, qualifications
from engine.people.directory import Unit
from engine.runtime import case as cases
from engine.runtime import parameters

TEAM = re.compile(r"执法(大|中|支)?队|执法局|执法办")
PARTY_KINDS = {"natural": "个人", "sole_trader": "个体工商户", "organisation": "单位"}
WITHIN = "六个月"
"""行政诉讼法第四十六条; a law that says otherwise sets the parameter `sue_within`."""
LAND_LAW, WITHIN_LAND = "TG:", "十五日"
"""土地管理法第八十三条 [V:TG]: whoever is ordered to remove a building on land that was taken sues within fifteen days."""
DEPTH = 8
RECORDS = ("DOC-06", "DOC-07", "DOC-09")
"""Signed on the spot: inspection, questioning, sampling. They prove what they say (行政处罚法第四十六条)."""


def file_of(c: Connection, instance_id: int) -> Penalty | None:
    """The penalty case in whose file the documents of an instance lie: its own, or that of the case it was started from."""
    here: int | None = instance_id
    for _ in range(DEPTH):
        if here is None:
            return None
        try:
            return case_file.of(c, here)
        except NotFound:
            here = cases.peeked(c, here).row.parent_id
    return None


def town_of(c: Connection, instance_id: int) -> Unit:
    """The town (镇街) whose government is the authority in this case. Raises InvalidState for a case of no town."""
    town = directory.ancestor(c, cases.peeked(c, instance_id).row.unit_path, "town")
    if town is None:
        raise InvalidState("这件事不属于任何镇街，不能制作文书。文书以镇人民政府或者街道办事处的名义作出。", instance=instance_id)
    return town


def gather(c: Connection, instance_id: int, file: Penalty | None) -> dict[str, Any]:
    """The rooms authority, case, party, officers, evidence, remedy, payment and head."""
    town = town_of(c, instance_id)
    param = values_of(c, instance_id, town)
    found = {"authority": authority(c, town, param), "remedy": {**remedy(c, town, param), **_shorter(c, file)}, "payment": payment(param),
             "head": {"name": _head(c, town)}}
    if file is None:
        return {**found, "case": {}, "party": {}, "officers": [], "evidence": []}
    return {**found, "case": _case(file), "party": party(file.party), "officers": officers(c, file.officers),
            "evidence": _evidence(c, file.instance_id)}


def values_of(c: Connection, instance_id: int, town: Unit) -> Mapping[str, Any]:
    """The parameters as they stand in the town, with what the case's own version brought."""
    deployed = definitions.load(c, cases.peeked(c, instance_id).row.definition_id)
    return parameters.in_force(c, deployed.parameters, town.path)


def authority(c: Connection, town: Unit, param: Mapping[str, Any]) -> dict[str, str]:
    """Who decides. Raises InvalidState when somebody entered a team as the authority."""
    own = "办事处" if town.name.endswith("街道") else "人民政府"
    above = directory.unit_of(c, town.parent_id).name if town.parent_id else ""
    name = str(param.get("authority_name") or f"{above}{town.name}{own}")
    found = {"name": name, "full_name": str(param.get("authority_full_name") or name),
             "seal_name": str(param.get("authority_seal") or name), "address": str(param.get("authority_address") or ""),
             "phone": str(param.get("authority_phone") or ""),
             "contact": str(param.get("authority_contact") or ""), "postcode": str(param.get("authority_postcode") or "")}
    for key in ("name", "full_name", "seal_name"):
        must_be_authority(found[key])
    return found


def must_be_authority(name: str) -> None:
    """Raises InvalidState for the name of a team or bureau: 综合行政执法队 decides nothing in its own name."""
    if TEAM.search(name):
        raise InvalidState(f"行政处罚法第十七条、第二十四条：以“{name}”的名义作出不合法。行政处罚由镇人民政府、街道办事处以自己的名义实施，"
                           "请管理员在“参数”页改正机关名称。")


def remedy(c: Connection, town: Unit, param: Mapping[str, Any]) -> dict[str, Any]:
    """Where to complain: the government above the town (行政复议法第二十四条) and the court of its area."""
    above = directory.unit_of(c, town.parent_id).name if town.parent_id else ""
    return {"review_body": str(param.get("review_body") or (f"{above}人民政府" if above else "")),
            "court": str(param.get("court") or (f"{above}人民法院" if above else "")), "review_first": False,
            "sue_within": str(param.get("sue_within") or WITHIN)}


def _shorter(c: Connection, file: Penalty | None) -> dict[str, str]:
    """The time to sue where a special law shortens it: an order to remove a building on land that was taken (rule DL-F9.land)."""
    last = proposals.last(c, file.instance_id, proposals.DECISION) if file is not None else None
    if last is None or "demolition" not in last.kinds or not any(ref.startswith(LAND_LAW) for ref in last.basis):
        return {}
    return {"sue_within": WITHIN_LAND}


def payment(param: Mapping[str, Any]) -> dict[str, str]:
    """Where a fine is paid in (行政处罚法第六十七条)."""
    return {"bank": str(param.get("payment_bank") or ""), "bank_address": str(param.get("payment_bank_address") or ""),
            "account": str(param.get("payment_account") or ""), "code": "", "due_on": ""}


def _head(c: Connection, town: Unit) -> str:
    holders = directory.holders(c, "head", town.id)
    return holders[0].name if holders else ""


def _case(file: Penalty) -> dict[str, Any]:
    return {"number": file.number, "title": file.title, "item": file.item_name, "facts": file.facts, "act_day": shown.day(file.act_day),
            "act_place": file.act_place, "filed_on": shown.day(file.filed_on), "closed_on": shown.day(file.closed_on),
            "closure_kind": file.closure_kind or ""}


def party(one: Party) -> dict[str, Any]:
    """A party as documents name it; "lines" is its block at the top of a document."""
    you = "你单位" if one.kind == "organisation" else "你"
    found = {"name": one.name, "public_name": _masked(one), "kind": one.kind, "kind_text": PARTY_KINDS.get(one.kind, one.kind),
             "you": you, "You": you, "gender": one.gender or "", "birth": shown.day(one.birth),
             "id_kind_text": identity.KINDS.get(one.id_kind, one.id_kind),
             "id_number": one.id_number, "address": one.address, "phone": one.phone, "legal_representative": one.legal_representative,
             "operator": one.operator, "guardian": one.guardian}
    return {**found, "lines": _lines(found)}


def _lines(one: Mapping[str, str]) -> list[str]:
    kind, name = one["kind"], one["name"]
    lines = [f"当事人：{name}" + ("（个体工商户）" if kind == "sole_trader" else "")]
    if kind == "natural":
        about = [f"性别：{one['gender']}" if one["gender"] else "", f"出生日期：{one['birth']}" if one["birth"] else ""]
        lines.append("，".join(part for part in about if part))
    lines.append(f"{one['id_kind_text']}：{one['id_number']}" if one["id_number"] else "")
    lines.append(f"经营者：{one['operator']}" if kind == "sole_trader" and one["operator"] else "")
    lines.append(f"法定代表人（负责人）：{one['legal_representative']}" if one["legal_representative"] else "")
    lines.append(f"监护人：{one['guardian']}" if one["guardian"] else "")
    lines.append(f"{'住址' if kind == 'natural' else '地址'}：{one['address']}" if one["address"] else "")
    lines.append(f"联系电话：{one['phone']}" if one["phone"] else "")
    return [line for line in lines if line]


def _masked(one: Party) -> str:
    return one.name if one.kind == "organisation" or not one.name else f"{one.name[0]}某"


def officers(c: Connection, people: tuple[str, ...]) -> list[dict[str, str]]:
    """Officers by name, with the number of the certificate each holds."""
    names = directory.names(c, people)
    return [{"id": person, "name": names.get(person, person), "certificate": _certificate_of(c, person)} for person in people]


def _certificate_of(c: Connection, person: str) -> str:
    """The certificate held today, "" where there is none: whether one may act is asked when signing."""
    held = [one for one in qualifications.of(c, person, clock.today()) if one.status == qualifications.VALID]
    return held[-1].number if held else ""


def certificate(c: Connection, person: str, day: dt.date) -> str:
    """The number of the certificate with which an officer acts on a day. Raises InvalidState naming the person and the reason."""
    return qualifications.valid_certificate(c, person, day).number


def _evidence(c: Connection, instance_id: int) -> list[dict[str, str]]:
    """The signed records of the inquiry, then the pieces of the file."""
    records = [{"name": one.name, "kind": "笔录", "count": "1份", "proves": ""} for one in register.of_case(c, instance_id)
               if one.doc_id in RECORDS and one.state == register.ISSUED]
    return records + [{"name": one.title, "kind": one.kind_words, "count": f"{len(one.files)}份" if one.files else "",
                       "proves": one.purpose.removeprefix("证明")} for one in evidence.of(c, instance_id) if one.state == evidence.VALID]
