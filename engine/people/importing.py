"""An organisation file (units, people, posts; TOML) taken into the register: checked as a whole, then written, as often as one likes.

Whoever is in the register but not in the file stays untouched; nobody is disabled by an import.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, select

from engine.errors import InvalidValues, UnsafeInput
from engine.people import certificate_import, directory, sessions
from engine.people.roles import ABOVE, EXCLUSIVE, LEVEL_NAMES, ROLES
from engine.people.tables import person, post, unit

LARGEST = 5 * 1024 * 1024
MOST_ROWS = 20_000
ORDER = tuple(LEVEL_NAMES)

Rows = Sequence[Mapping[str, Any]]
Errors = dict[str, str]


@dataclass(frozen=True)
class Organisation:
    """A file that has been read and checked by itself, not yet against the register."""

    name: str
    units: Rows
    people: Rows


@dataclass(frozen=True)
class Report:
    """How many rows were new, changed, or already as the file says."""

    units_added: int
    units_changed: int
    people_added: int
    people_changed: int
    unchanged: int

    @property
    def summary(self) -> str:
        """In one line."""
        return (f"单位新增 {self.units_added}、更新 {self.units_changed}，人员新增 {self.people_added}、更新 {self.people_changed}，"
                f"未变 {self.unchanged}。")


def read(document: bytes) -> Organisation:
    """The file's rows. Raises UnsafeInput (too large, not TOML) and InvalidValues, whose errors name each faulty row."""
    if len(document) > LARGEST:
        raise UnsafeInput("组织文件超过 5 MB，已拒绝。请检查是否选错了文件。")
    if not document.strip():
        raise UnsafeInput("没有收到文件，或者文件是空的。请选择组织文件（TOML）。")
    try:
        content = tomllib.loads(document.decode("utf-8-sig"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, RecursionError) as error:
        raise UnsafeInput(f"文件不是正确的 TOML（UTF-8 编码）：{error}。请对照组织文件说明检查该处。") from error
    units, people = _rows(content, "units"), _rows(content, "people")
    if len(units) + len(people) > MOST_ROWS:
        raise UnsafeInput(f"一次最多导入 {MOST_ROWS} 行，请分成几个文件。")
    organisation = content.get("organisation")
    return Organisation(str(organisation.get("name", "")) if isinstance(organisation, dict) else "", units, people)


def load(c: Connection, document: bytes, by: str | None = None) -> Report:
    """Read a file and take it in, all of it or nothing: units first, upper ones before lower ones, then people with their posts.

    Whose posts changed has to sign in again. Raises as `read` does, and InvalidValues with "units.3" or "people.12" as paths.
    """
    organisation = read(document)
    errors = dict(_unit_errors(c, organisation.units))
    levels = _levels(c, organisation.units)
    errors |= dict(_person_errors(organisation.people, levels))
    if errors:
        raise InvalidValues(errors, f"组织文件有 {len(errors)} 行需要更正，没有导入任何内容。请按提示修改后重新导入。")
    counts = {"units_added": 0, "units_changed": 0, "people_added": 0, "people_changed": 0, "unchanged": 0}
    for row in sorted(organisation.units, key=lambda r: ORDER.index(r["level"])):
        counts[_take_unit(c, row)] += 1
    for row in organisation.people:
        counts[_take_person(c, row, by)] += 1
    return Report(**counts)


def _rows(content: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    rows = content.get(name, [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise UnsafeInput(f"组织文件中的 {name} 应当写成若干段 [[{name}]]。")
    return rows


def _levels(c: Connection, rows: Rows) -> dict[str, str]:
    """Level by unit id, of the register and of the file together."""
    known = {r.id: r.level for r in c.execute(select(unit.c.id, unit.c.level))}
    return known | {str(row.get("id")): str(row.get("level")) for row in rows}


def _text_error(row: Mapping[str, Any], fields: Mapping[str, tuple[str, int]]) -> str | None:
    for field, (label, longest) in fields.items():
        value = row.get(field)
        if not isinstance(value, str) or not value.strip() or len(value) > longest or not value.isprintable():
            return f"{label}（{field}）应为 1 至 {longest} 个字。"
        if field == "id" and ("/" in value or value != value.strip()):
            return f"{label}（id）不能含斜线或首尾空格。"
    return None


def unit_error(c: Connection, row: Mapping[str, Any]) -> str | None:
    """What is wrong with one new unit, None when it can be added."""
    if str(row.get("id")) in directory.unit_names(c, [str(row.get("id"))]):
        return "这个单位编码已被使用，请换一个。"
    return next((reason for _, reason in _unit_errors(c, [row])), None)


def _unit_errors(c: Connection, rows: Rows) -> Iterator[tuple[str, str]]:
    known = {r.id: r for r in c.execute(select(unit.c.id, unit.c.name, unit.c.level, unit.c.parent_id).order_by(unit.c.id))}
    levels = _levels(c, rows)
    departments = [(r.id, r.name.strip(), r.parent_id) for r in known.values() if r.level == "department"]
    seen: set[str] = set()
    for number, row in enumerate(rows, 1):
        reason = _text_error(row, {"id": ("编码", 40), "name": ("名称", 80)}) or _place_error(row, levels)
        if reason is None and row["id"] in seen:
            reason = f"编码“{row['id']}”在文件中出现了两次。"
        old = known.get(row.get("id"))
        if reason is None and old is not None and (old.level, old.parent_id) != (row["level"], row.get("parent")):
            reason = f"“{row['name']}”已登记，不能更换上级或层级。请新建单位。"
        if reason is None and row["level"] == "department":
            reason = _twin(row, departments)
        seen.add(str(row.get("id")))
        if reason is not None:
            yield f"units.{number}", f"第 {number} 个单位（{row.get('id', '无编码')}）：{reason}"


def _twin(row: Mapping[str, Any], departments: list[tuple[str, str, str]]) -> str | None:
    """A department has one unit: work is offered to it by its name. The row joins those that are known."""
    here = (row["id"], row["name"].strip(), row["parent"])
    other = next((one[0] for one in departments if one[0] != here[0] and one[1:] == here[1:]), None)
    departments.append(here)
    return f"部门“{here[1]}”已经登记（编码 {other}），一个部门只设一个单位。" if other else None


def _place_error(row: Mapping[str, Any], levels: Mapping[str, str]) -> str | None:
    level, parent = str(row.get("level")), row.get("parent")
    if level not in LEVEL_NAMES:
        return f"层级（level）应为 {'、'.join(LEVEL_NAMES)} 之一。"
    if parent is None:
        return None if level == "city" else "缺少上级单位（parent）。"
    if levels.get(str(parent)) not in LEVEL_NAMES:
        return f"上级单位“{parent}”不存在。"
    if levels[str(parent)] not in ABOVE[level]:
        above = "、".join(LEVEL_NAMES[one] for one in ABOVE[level])
        return f"{LEVEL_NAMES[level]}不能设在上级单位“{parent}”下面，上级应是{above}。" if above else "市没有上级单位。"
    return None


def _person_errors(rows: Rows, levels: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    seen: set[str] = set()
    for number, row in enumerate(rows, 1):
        reason = _text_error(row, {"id": ("登录名", 40), "name": ("姓名", 40)}) or _posts_error(row.get("posts"), levels)
        if reason is None and row["id"] in seen:
            reason = f"登录名“{row['id']}”在文件中出现了两次。"
        seen.add(str(row.get("id")))
        if reason is not None:
            yield f"people.{number}", f"第 {number} 个人员（{row.get('id', '无登录名')}）：{reason}"


def _posts_error(posts: Any, levels: Mapping[str, str]) -> str | None:
    if not isinstance(posts, list) or not posts or not all(isinstance(p, dict) for p in posts):
        return "至少写一个岗位，例如 posts = [{ role = \"grid_worker\", unit = \"网格编码\" }]。"
    for entry in posts:
        role, place = str(entry.get("role")), str(entry.get("unit"))
        if role not in ROLES:
            return f"没有“{role}”这个岗位。"
        if place not in levels:
            return f"岗位所在单位“{place}”不存在。"
        if levels[place] not in ROLES[role].levels:
            return f"岗位“{ROLES[role].name}”应设在{ROLES[role].level_words}，“{place}”不是。"
    if len({str(entry.get("role")) for entry in posts} & EXCLUSIVE) > 1:
        return "系统、安全、审计管理员必须由不同的人担任。"
    return None


def _take_unit(c: Connection, row: Mapping[str, Any]) -> str:
    values = {"id": row["id"], "name": row["name"], "level": row["level"], "parent_id": row.get("parent"), "polygon": row.get("polygon")}
    old = c.execute(select(unit.c.name, unit.c.polygon, unit.c.sort).where(unit.c.id == row["id"])).first()
    if old is not None and (old.name, old.polygon) == (values["name"], values["polygon"]):
        return "unchanged"
    directory.save_unit(c, values | {"sort": 0 if old is None else old.sort})
    return "units_added" if old is None else "units_changed"


def _take_person(c: Connection, row: Mapping[str, Any], by: str | None) -> str:
    values = {"name": row["name"], "phone": row.get("phone"), "note": _note(row)}
    posts = {(entry["role"], entry["unit"]) for entry in row["posts"]}
    old = c.execute(select(person.c.name, person.c.phone, person.c.note).where(person.c.id == row["id"])).first()
    held = {(r.role, r.unit_id) for r in c.execute(select(post.c.role, post.c.unit_id).where(post.c.person_id == row["id"]))}
    if old is not None and held == posts and tuple(old) == tuple(values.values()):
        certificate_import.from_organisation(c, row, by)
        return "unchanged"
    directory.save_person(c, row["id"], values, by)
    certificate_import.from_organisation(c, row, by)
    if held != posts:
        directory.set_posts(c, row["id"], sorted(posts))
        sessions.close_all(c, row["id"])
    return "people_added" if old is None else "people_changed"


def _note(row: Mapping[str, Any]) -> str | None:
    """Office and certificate, as one readable line."""
    parts = [str(row["office"])] if row.get("office") else []
    if row.get("certificate"):
        until = f"，有效期至 {row['certificate_until']}" if row.get("certificate_until") else ""
        parts.append(f"执法证 {row['certificate']}（{row.get('certificate_kind', '类别未填')}）{until}")
    return "；".join(parts) or None
