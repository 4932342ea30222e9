"""Whether this installation is sound, check by check, and what to do where it is not."""

import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from engine import clock, database, feel, migrations
from engine.deadlines import calendars, default_calendar
from engine.documents import box, fonts, pdf
from engine.errors import EngineError
from web import assets
from web.settings import Settings

SAFE_SQLITE = (3, 51, 3)
LOW, LOWEST = 0.20, 0.05


@dataclass(frozen=True)
class Check:
    """One result. `usable` False: the system cannot run like this; `ok` False: somebody should look at it."""

    name: str
    ok: bool
    usable: bool
    words: str


def installation(settings: Settings) -> list[Check]:
    """All checks of the machine and the database, in the order in which to mend them."""
    checks: tuple[Callable[[Settings], Check], ...] = (
        _python, _disk, _bundle, _feel, _calendar, _database, _sqlite, _clock, _box, _fonts, _office)
    return [check(settings) for check in checks]


def _box(settings: Settings) -> Check:
    """What really protects the opening of uploaded templates, tried by breaking out."""
    try:
        doors = box.open_doors()
    except EngineError as error:
        return Check("模板隔离", False, True, error.message)
    if doors:
        return Check("模板隔离", False, True, f"不完整，缺少：{'、'.join(doors)}；不能使用上传的 Word 模板，系统自带的不受影响")
    return Check("模板隔离", True, True, "内存和时间限制、landlock、seccomp 均有效，试探已被拦住")


def _fonts(settings: Settings) -> Check:
    fonts.use(Path(settings.data) / "fonts")
    found = fonts.files()
    good = bool(found) and ord("堃") in fonts.coverage()
    return Check("文书字体", good, True, f"{len(found)} 个字体文件，来自 {'、'.join(map(str, fonts.folders()))}" if good else
                 "没有中文字体，文书不能正确显示。请安装 fonts-noto-cjk，或者把字体放进数据目录的 fonts 文件夹")


def _office(settings: Settings) -> Check:
    return Check("LibreOffice", pdf.is_possible(), True, "可以把 Word 文书转成 PDF" if pdf.is_possible() else pdf.HOW)


def _python(settings: Settings) -> Check:
    found = sys.version_info[:3]
    good = found >= (3, 11)
    return Check("Python", good, good, f"{'.'.join(map(str, found))}" + ("" if good else "，需要 3.11 或更新版本"))


def _disk(settings: Settings) -> Check:
    folder = Path(settings.data).resolve()
    try:
        existing = next(path for path in (folder, *folder.parents) if path.exists())
        usage = shutil.disk_usage(existing)
        with tempfile.TemporaryFile(dir=existing) as probe:
            probe.write(b"gridloop")
    except OSError as error:
        return Check("数据目录", False, False, f"{folder} 不能写入（{error.strerror}），请检查权限和磁盘空间")
    free = usage.free / usage.total
    words = f"{folder} 剩余 {usage.free / 2**30:.1f} GB（{free:.0%}）"
    return Check("数据目录", free > LOW, free > LOWEST or usage.free > 2**30, words + ("" if free > LOW else "，请尽快清理或扩容"))


def _bundle(settings: Settings) -> Check:
    try:
        names = assets.manifest()
    except (OSError, ValueError) as error:
        return Check("前端资源", False, False, f"清单损坏（{error}），请运行 make setup 重新构建")
    return Check("前端资源", bool(names), bool(names), f"{len(names)} 个文件" if names else "没有构建，请运行 make setup")


def _feel(settings: Settings) -> Check:
    try:
        good = feel.evaluate("1 + 1", {}) == 2
    except EngineError as error:
        return Check("表达式引擎", False, False, error.message)
    return Check("表达式引擎", good, good, "FEEL 可用" if good else "计算结果不正确，请运行 make setup 重新构建")


def _calendar(settings: Settings) -> Check:
    """From December on the next year is asked for too: its notice is out by then."""
    today, known = clock.today(), _known_years(settings)
    wanted = [today.year] + ([today.year + 1] if today.month == 12 else [])
    missing = [str(year) for year in wanted if year not in known]
    if missing:
        years = "、".join(missing)
        return Check("工作日历", False, True, f"{years} 年的放假通知还没有导入，工作日暂按周末推算（临时日历），请在“工作日历”页面导入")
    return Check("工作日历", True, True, f"{'、'.join(map(str, wanted))} 年节假日已录入")


def _known_years(settings: Settings) -> frozenset[int]:
    """As administrators loaded them; as shipped where the database cannot be read, which is a finding of its own."""
    try:
        db = database.connect(settings.database_url, readonly=settings.embedded)
    except EngineError:
        return default_calendar().years
    try:
        with db.reading() as c:
            return calendars.of(c).years
    except (EngineError, DBAPIError):
        return default_calendar().years
    finally:
        db.close()


def _database(settings: Settings) -> Check:
    shown = settings.shown()["database_url"]
    try:
        db = database.connect(settings.database_url, readonly=settings.embedded)
    except EngineError as error:
        return Check("数据库", False, False, error.message)
    try:
        found, wanted = migrations.state(db)
    except EngineError as error:
        return Check("数据库", False, False, f"{error.message}（{shown}）")
    finally:
        db.close()
    current = found == wanted
    return Check("数据库", current, current, f"{shown}，版本 {found or '未建表'}" + ("" if current else "，请运行 gridloop migrate"))


def _sqlite(settings: Settings) -> Check:
    version = sqlite3.sqlite_version_info
    if not settings.embedded:
        return Check("SQLite", True, True, "未使用")
    safe = version >= SAFE_SQLITE
    return Check("SQLite", safe, version >= (3, 35), f"{sqlite3.sqlite_version}" + (
        "" if safe else "；低于 3.51.3，请勿让备份软件等其他程序直接写入或检查点此数据库（Gridloop 自身只用一个写连接，不受影响）"))


def _clock(settings: Settings) -> Check:
    now = clock.now()
    good = now.year >= 2026
    return Check("时钟", good, good, f"{clock.local(now):%Y-%m-%d %H:%M:%S}（北京时间）" + ("" if good else "，系统时间不对，请先校时"))
