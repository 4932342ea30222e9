"""People, posts and units, changed by the system administrator; passwords and sessions, by the security administrator.

So nobody alone can make an account that works, and nobody changes their own posts. Every change ends the sessions it makes wrong.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from engine.administration.rights import must
from engine.errors import InvalidValues, NotAllowed
from engine.people import ROLES, Participant, directory, importing, register, sessions
from engine.people.directory import Unit
from engine.people.importing import Report
from engine.people.register import Card, Found, Search
from engine.supervision import audit

Posts = Sequence[tuple[str, str]]


def listed(c: Connection, by: Participant, wanted: Search, page: int = 1) -> Found:
    """People for both administrators. Raises NotAllowed."""
    if not by.may("administer"):
        must(by, "secure")
    return register.search(c, wanted, page)


def shown(c: Connection, by: Participant, person_id: str) -> Card:
    """One person. Raises NotAllowed, NotFound."""
    if not by.may("administer"):
        must(by, "secure")
    return register.card(c, person_id)


def add(c: Connection, by: Participant, person_id: str, values: Mapping[str, Any], posts: Posts) -> None:
    """A new person, without a password. Raises NotAllowed, InvalidValues (login taken or malformed, no name, no post)."""
    must(by, "administer")
    errors = _errors(values, posts)
    if not person_id or len(person_id) > 40 or not all(sign.isalnum() or sign in "-_." for sign in person_id):
        errors["id"] = "登录名应为 1 至 40 个字母、数字、汉字或 - _ .。"
    elif person_id in directory.names(c, [person_id]):
        errors["id"] = "这个登录名已被使用，请换一个。"
    if errors:
        raise InvalidValues(errors)
    _save(c, by, person_id, values, posts)
    audit.note(c, by, "person-added", f"{by.name}登记人员{values['name']}（{person_id}），岗位：{_words(c, posts)}。")


def change(c: Connection, by: Participant, person_id: str, values: Mapping[str, Any], posts: Posts) -> None:
    """Name, phone, note and posts of a person; changed posts end their sessions. Raises NotAllowed, NotFound, InvalidValues."""
    must(by, "administer")
    old = register.card(c, person_id)
    held = {(post.role, post.unit_id) for post in old.posts}
    if by.id == person_id and held != set(posts):
        raise NotAllowed("不能修改自己的岗位，请由另一位系统管理员办理。")
    if errors := _errors(values, posts):
        raise InvalidValues(errors)
    _save(c, by, person_id, values, posts)
    if held != set(posts):
        sessions.close_all(c, person_id)
    audit.note(c, by, "person-changed", f"{by.name}修改人员{values['name']}（{person_id}），岗位：{_words(c, posts)}。")


def set_active(c: Connection, by: Participant, person_id: str, active: bool) -> None:
    """Disable a person, which ends all their sessions in the same transaction, or enable them again. Raises NotAllowed, NotFound."""
    must(by, "administer")
    if by.id == person_id:
        raise NotAllowed("不能停用自己的账号。")
    known = register.card(c, person_id)
    directory.save_person(c, person_id, {"active": active}, by.id)
    if not active:
        sessions.close_all(c, person_id)
    audit.note(c, by, "person-enabled" if active else "person-disabled",
               f"{by.name}{'启用' if active else '停用'}{known.name}（{person_id}）的账号。")


def issue_password(c: Connection, by: Participant, person_id: str, new_hash: str) -> None:
    """A new password, already hashed; all sessions of the person end. Raises NotAllowed, NotFound."""
    must(by, "secure")
    known = register.card(c, person_id)
    directory.save_person(c, person_id, {"password_hash": new_hash}, by.id)
    sessions.close_all(c, person_id)
    audit.note(c, by, "password-issued", f"{by.name}为{known.name}（{person_id}）发放新口令，其登录全部退出。")


def end_sessions(c: Connection, by: Participant, person_id: str) -> None:
    """Sign a person out everywhere. Raises NotAllowed, NotFound."""
    must(by, "secure")
    known = register.card(c, person_id)
    sessions.close_all(c, person_id)
    audit.note(c, by, "sessions-ended", f"{by.name}让{known.name}（{person_id}）的登录全部退出。")


def save_unit(c: Connection, by: Participant, values: Mapping[str, Any], new: bool) -> Unit:
    """Add a unit, or rename one. Raises NotAllowed, NotFound, InvalidValues (id taken, wrong place in the tree)."""
    must(by, "administer")
    unit_id, name = str(values.get("id", "")), str(values.get("name", "")).strip()
    if not name or len(name) > 80:
        raise InvalidValues({"name": "请填写单位名称（不超过 80 字）。"})
    if not new:
        old = directory.unit_of(c, unit_id)
        values = {"id": old.id, "level": old.level, "parent_id": old.parent_id, "polygon": old.polygon}
    elif error := importing.unit_error(c, {**values, "parent": values.get("parent_id")}):
        raise InvalidValues({"id": error})
    saved = directory.save_unit(c, {**values, "name": name})
    audit.note(c, by, "unit-saved", f"{by.name}{'登记' if new else '修改'}单位{saved.name}（{saved.id}）。")
    return saved


def take_in(c: Connection, by: Participant, document: bytes) -> Report:
    """Import an organisation file. Raises as `importing.load` does, and NotAllowed."""
    must(by, "administer")
    report = importing.load(c, document, by.id)
    audit.note(c, by, "organisation-imported", f"{by.name}导入组织文件：{report.summary}")
    return report


def _save(c: Connection, by: Participant, person_id: str, values: Mapping[str, Any], posts: Posts) -> None:
    row = {"name": str(values["name"]).strip(), "phone": values.get("phone") or None, "note": values.get("note") or None}
    directory.save_person(c, person_id, row, by.id)
    directory.set_posts(c, person_id, posts)


def _errors(values: Mapping[str, Any], posts: Posts) -> dict[str, str]:
    errors = {}
    if not 1 <= len(str(values.get("name", "")).strip()) <= 40:
        errors["name"] = "请填写姓名（不超过 40 字）。"
    if len(str(values.get("phone") or "")) > 20:
        errors["phone"] = "电话不超过 20 位。"
    if not posts:
        errors["posts"] = "请至少选择一个岗位；离岗人员请停用账号。"
    return errors


def _words(c: Connection, posts: Posts) -> str:
    names = directory.unit_names(c, {unit_id for _, unit_id in posts})
    return "、".join(f"{names.get(unit_id, unit_id)}{ROLES[role].name}" for role, unit_id in posts)
