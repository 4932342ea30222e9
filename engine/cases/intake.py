"""Taking in requests from elsewhere: a CSV file read row by row through a mapping that the town keeps as data."""

import csv
import datetime as dt
import tomllib
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from engine import clock
from engine.cases import places
from engine.errors import InvalidValues, UnsafeInput
from engine.people import directory
from engine.people.directory import Unit

MAX_BYTES = 50 << 20
MAX_ROWS = 200_000


@dataclass(frozen=True)
class Request:
    """One request in our terms, ready to be reported."""

    line: int
    external_id: str
    created_at: dt.datetime
    unit_id: str
    values: Mapping[str, Any]


@dataclass(frozen=True)
class Fault:
    """A row that cannot be taken in, and why."""

    line: int
    message: str


def read_mapping(path: Path) -> dict[str, Any]:
    """A mapping file (TOML). Raises InvalidValues naming what is missing."""
    try:
        mapping = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise InvalidValues({"mapping": f"找不到对照文件“{path}”。"}) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidValues({"mapping": f"对照文件“{path}”不是正确的 TOML：{error}"}) from error
    missing = [part for part in ("file", "source", "place", "description", "rules") if part not in mapping]
    if missing:
        raise InvalidValues({"mapping": f"对照文件缺少 {'、'.join(missing)} 部分。"})
    return mapping


def read(c: Connection, path: Path, mapping: Mapping[str, Any]) -> Iterator[Request | Fault]:
    """Every row of the file as a Request or a Fault, in file order.

    Raises UnsafeInput when the file as a whole cannot be used (too large, wrong encoding, columns missing).
    """
    if not path.exists():
        raise UnsafeInput(f"找不到文件“{path}”。")
    if path.stat().st_size > MAX_BYTES:
        raise UnsafeInput(f"文件超过 {MAX_BYTES >> 20} MB，请分成几份导入。")
    town = directory.unit_of(c, mapping["file"]["town"])
    grids = directory.units(c, town.path, "grid")
    if not grids:
        raise InvalidValues({"town": f"“{town.name}”还没有网格，请先导入组织。"})
    try:
        with path.open(encoding=mapping["file"].get("encoding", "utf-8"), newline="") as stream:
            reader = csv.DictReader(stream, strict=True)
            _check_columns(reader.fieldnames, mapping)
            yield from _rows(reader, mapping, grids)
    except (UnicodeDecodeError, csv.Error) as error:
        raise UnsafeInput("文件不是完整的 CSV（编码或引号有误），请另存为 UTF-8 编码的 CSV 后再导入。", cause=str(error)) from error


def _check_columns(found: Sequence[str] | None, mapping: Mapping[str, Any]) -> None:
    wanted = {mapping["file"]["key"], mapping["file"]["created"], mapping["source"]["column"],
              mapping["place"]["latitude"], mapping["place"]["longitude"]}
    missing = sorted(wanted - set(found or ()))
    if missing:
        raise UnsafeInput(f"文件缺少列：{'、'.join(missing)}。请核对对照文件中的列名。")


def _rows(reader: Any, mapping: Mapping[str, Any], grids: Sequence[Unit]) -> Iterator[Request | Fault]:
    for number, row in enumerate(reader, 1):
        if number > MAX_ROWS:
            raise UnsafeInput(f"文件超过 {MAX_ROWS} 行，请分成几份导入。")
        try:
            yield _request(reader.line_num, row, mapping, grids)
        except (ValueError, KeyError) as error:
            yield Fault(reader.line_num, str(error.args[0]) if error.args else "这一行无法识别")


def _request(line: int, row: Mapping[str, Any], mapping: Mapping[str, Any], grids: Sequence[Unit]) -> Request:
    if None in row or None in row.values():
        raise ValueError("列数与表头不一致")
    external = str(row[mapping["file"]["key"]]).strip()
    if not external or len(external) > 60:
        raise ValueError("来源编号为空或过长")
    rule = _rule(row, mapping["rules"])
    lon, lat, grid = _place(row, mapping["place"], grids)
    words = mapping["description"]["template"].format(words=rule["words"], place=grid.name)
    source = mapping["source"]["values"].get(row[mapping["source"]["column"]], mapping["source"]["default"])
    values: dict[str, Any] = {
        "category": rule["code"], "description": words, "source": source, "urgent": bool(rule.get("urgent", False)),
        "location": {"lon": lon, "lat": lat, "source_crs": "WGS84", "address": grid.name}}
    return Request(line, external, _moment(row[mapping["file"]["created"]]), grid.id, values)


def _moment(text: str) -> dt.datetime:
    try:
        moment = dt.datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise ValueError(f"时间“{text[:40]}”不正确") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.SHANGHAI)


def _rule(row: Mapping[str, Any], rules: Sequence[Mapping[str, Any]]) -> Mapping[str, Any]:
    for rule in rules:
        if all(str(wanted).lower() in row[column].lower() for column, wanted in rule.items() if column in row):
            return rule
    raise ValueError("没有一条类别规则适用")


def _place(row: Mapping[str, Any], place: Mapping[str, Any], grids: Sequence[Unit]) -> tuple[float, float, Unit]:
    """The request's point moved into the town; without one, a steady choice of grid by the columns that the mapping names."""
    try:
        lat, lon = float(row[place["latitude"]] or 0), float(row[place["longitude"]] or 0)
    except ValueError as error:
        raise ValueError("经纬度不是数字") from error
    if lat and lon:
        if not (-90 <= lat <= 90 and -180 <= lon <= 180):
            raise ValueError("经纬度超出范围")
        source, target = place["from"], place["to"]
        lon = _scaled(lon, (source["west"], source["east"]), (target["west"], target["east"]))
        lat = _scaled(lat, (source["south"], source["north"]), (target["south"], target["north"]))
        grid = places.grid_at(grids, lon, lat, reach=float("inf"))
        if grid is not None:
            return round(lon, 6), round(lat, 6), grid
    text = next((row[column] for column in place["without_coordinates"] if row.get(column)), "")
    grid = grids[zlib.crc32(text.encode()) % len(grids)]
    lon, lat = places.centre(grid.polygon) if grid.polygon else (0.0, 0.0)
    return round(lon, 6), round(lat, 6), grid


def _scaled(value: float, source: tuple[float, float], target: tuple[float, float]) -> float:
    return target[0] + (value - source[0]) / (source[1] - source[0]) * (target[1] - target[0])
