"""What a drawing must not do to those who work: keep the clock busy, wait for ever in one go, be counted out one by one.

Drafts that mean harm on the pages of the studio are in tests/web/test_studio_hostile.py, expressions in tests/faults/test_feel_limits.py.
"""

import datetime as dt
import io
import json
import os
import shutil
import zipfile
from html import escape
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Table, insert, select

from engine import forms
from engine.definitions import Library, lint, read
from engine.definitions.linter import errors
from engine.errors import ExpressionFailed, InvalidDefinition, InvalidValues, UnsafeInput
from engine.feel import dmn, table_check
from engine.runtime import flood, incidents
from engine.runtime.service_registry import function
from engine.runtime.tables import job, timer
from engine.spiff import timers as due_times
from engine.studio import arriving, exchange, folder, texts
from tests.town import ADMIN, FINDER, Town, drawing

NOW = dt.datetime(2026, 3, 2, 1, 0, tzinfo=dt.UTC)
DAY = dt.timedelta(days=1)

ENDLESS = {
    "every millisecond": ("R/PT0.001S", "太频繁"),
    "every millisecond, a million times": ("R1000000/PT0.001S", "太频繁"),
    "of no length": ("R/PT0S", "太频繁"),
    "every second since the year 1": ("R/0001-01-01T00:00:00Z/PT1S", "太频繁"),
    "every minute since the year 1": ("R/0001-01-01T00:00:00Z/PT1M", "没有得出"),
    "more often than there are numbers": (f"R{'9' * 5000}/P1D", "没有得出"),
    "a hundred million times": ("R100000000/P1D", "次数过多"),
    "ten thousand years": ("P9999Y", "超过 100 年"),
    "ten thousand years, again and again": ("R2/P9999Y", "超过 100 年"),
    "more days than a calendar has": ("P99999999999D", "超过 100 年"),
    "more digits than a number has": (f"P{'9' * 400}D", "超过 100 年"),
    "after the last day": ("9999-12-31T23:59:59-12:00", "没有得出"),
    "before the first day": ("0001-01-01T00:00:00+14:00", "没有得出"),
}


@pytest.mark.parametrize("name", list(ENDLESS))
def test_a_time_that_nobody_can_wait_for_is_refused_at_once(name: str) -> None:
    text, words = ENDLESS[name]

    with pytest.raises(ExpressionFailed, match=words):
        due_times.wait(text, "cycle" if text.startswith("R") else "duration", NOW, "提醒")


def test_a_length_that_is_calculated_has_the_same_bounds() -> None:
    with pytest.raises(ExpressionFailed, match="没有得出"):
        due_times.wait(dt.timedelta(days=999_999_999), "duration", NOW, "提醒")


def test_occurrences_that_were_missed_are_counted_at_once() -> None:
    """A repetition from before there was a shortest step, after the machine had stood still for a year."""
    old = {"due": NOW.isoformat(), "form": "cycle", "left": 10**12, "step": "PT0.001S"}

    found = due_times.following(old, NOW + 365 * DAY)
    assert found is not None
    assert (found["due"], found["left"]) == ((NOW + 365 * DAY + dt.timedelta(milliseconds=1)).isoformat(), 10**12 - 365 * 86_400_000 - 1)
    assert due_times.following({**old, "left": 1000}, NOW + DAY) is None
    assert due_times.following({**old, "step": "PT0S"}, NOW) is None


EVENT = "<intermediateCatchEvent id='w' name='等'><timerEventDefinition>{0}</timerEventDefinition></intermediateCatchEvent>"
ROUND = """
start s
xor again
{0}
xor more default="f_more_again"
end e
s -> again -> w -> more -> again
more -> e [n = 2]
"""
STRAIGHT = "start s\n{0}\nend e\ns -> w -> e\n"
JUDGED = {
    "a cycle of a millisecond": (STRAIGHT, "Cycle", "R1000000/PT0.001S", "LE11"),
    "a cycle of five seconds": (STRAIGHT, "Cycle", "R/PT5S", "LE11"),
    "a wait of ten thousand years": (STRAIGHT, "Duration", "P9999Y", "LE11"),
    "a loop through a timer of no length": (ROUND, "Duration", "PT0S", "LG14"),
    "a loop through a timer of a millisecond": (ROUND, "Duration", "PT0.001S", "LG14"),
    "a loop through a day that is past": (ROUND, "Date", "2020-01-01T00:00:00+08:00", "LG14"),
}


@pytest.mark.parametrize("name", list(JUDGED))
def test_what_keeps_the_clock_busy_is_not_published(name: str) -> None:
    shape, kind, text, code = JUDGED[name]

    found = errors(lint(read(drawing(shape.format(EVENT.format(f'<time{kind}>"{text}"</time{kind}>')))), Library()))
    assert code in [one.rule for one in found]
    assert all(one.hint.endswith("。") for one in found)


def stopped(town: Town) -> list[str]:
    with town.database.reading() as c:
        return [one.message for one in incidents.of(c, town.person(ADMIN))]


def passed_often(town: Town, table: Table, status: str) -> None:
    """As many more rows as an element may be passed in an hour, as if it had been."""
    def add(c: Connection) -> None:
        row = dict(c.execute(select(table).where(table.c.status == status).order_by(table.c.id).limit(1)).one()._mapping)
        del row["id"]
        c.execute(insert(table), [{**row, "key": f"k{number}"} for number in range(flood.MOST)])
    town.run(add)


CALCULATED = """
start s
script one wait = "PT0S"
xor again
{0}
xor more default="f_more_again"
end e
s -> one -> again -> w -> more -> again
more -> e [case.unit = "nowhere"]
"""
TIMED = EVENT.format("<timeDuration>{0}</timeDuration>")
SERVED = "<serviceTask id='w' name='登记台账' gl:function='cases.enter'/>"
HONEST = 'start s\n{0}\nuser look name="看" gl:role="grid_worker" gl:scope="grid"\nend e\ns -> w -> look -> e\n'


def test_a_loop_whose_timer_turns_out_to_have_no_length_stops_and_others_are_served(town: Town) -> None:
    town.draws(CALCULATED.format(TIMED.format("wait")))
    town.report()
    town.waits(milliseconds=5)
    assert stopped(town) == []
    passed_often(town, timer, "fired")
    town.draws(HONEST.format(TIMED.format('"PT1M"')))
    town.report()
    town.waits(minutes=2)

    assert town.todo(FINDER) == ["看"]
    (told,) = stopped(town)
    assert "原地打转" in told and "再重试" in told


def test_a_loop_whose_service_answers_at_once_stops_and_others_are_served(town: Town) -> None:
    asked: list[int] = []

    def enter(payload: dict[str, object]) -> dict[str, object]:
        asked.append(1)
        if len(asked) == 3:
            passed_often(town, job, "done")
        return {}

    town.functions["cases.enter"] = function("cases.enter", enter)
    town.draws(CALCULATED.format(SERVED))
    town.report()

    assert len(asked) == 3
    (told,) = stopped(town)
    assert "原地打转" in told
    town.draws(HONEST.format(SERVED))
    town.report()
    assert town.todo(FINDER) == ["看"]


def table(rows: list[str], policy: str = "FIRST") -> bytes:
    entries = "".join(f"<rule><inputEntry><text>{escape(row)}</text></inputEntry><outputEntry><text>1</text></outputEntry></rule>"
                      for row in rows)
    return (f'<definitions xmlns="{next(iter(dmn.NAMESPACES))}" id="d" name="d" namespace="x"><decision id="x" name="分级"><decisionTable '
            f'hitPolicy="{policy}"><input><inputExpression typeRef="number"><text>a</text></inputExpression></input>'
            f'<output name="o" typeRef="number"/>{entries}</decisionTable></decision></definitions>').encode()


TABLES = {
    "a million rows": (b"<a/>" * 1_500_000, "5 MB"),
    "fifty thousand rows": (table(["-"] * 50_000), "元素过多"),
    "a thousand and one rows": (table(["-"] * 1001), "最多 1000 行"),
    "a cell of a megabyte": (table([",".join(["1"] * 500_000)]), "一格"),
    "six thousand values": (table([", ".join(str(1000 * row + one) for one in range(600)) for row in range(10)]), "5000 个"),
}


@pytest.mark.parametrize("name", list(TABLES))
def test_a_table_that_nobody_can_check_is_refused_in_a_sentence(name: str) -> None:
    document, words = TABLES[name]

    with pytest.raises((UnsafeInput, InvalidDefinition)) as refusal:
        dmn.read(document)
    told = [one.message for one in getattr(refusal.value, "findings", ())] or [refusal.value.message]
    assert any(words in one for one in told)


@pytest.mark.parametrize("policy", ["UNIQUE", "FIRST"])
def test_the_largest_table_is_checked_with_its_work_bounded(policy: str) -> None:
    """Every two rows meet and hardly one covers another: what a search over sets and every two rows would never get through."""
    rows = [f"[{row * 7 % 997}..{row * 13 % 991 + 5000}]" for row in range(dmn.MOST_ROWS)]

    found = list(table_check.check(dmn.read(table(rows, policy))["x"]))
    assert sum(one.rule == "LD02" for one in found) == (table_check.MOST if policy == "UNIQUE" else 0)
    assert sum(one.rule == "LD03" for one in found) == 1


DIAGRAM = drawing('start s\nuser look name="看" gl:role="case_officer" gl:formRef="F-x"\nend e\ns -> look -> e\n').decode()
FORM = "forms/F-x.form.json"


def form(*fields: dict[str, Any]) -> str:
    shape = {"type": "textfield", "id": "f", "key": "k", "label": "字段"}
    return json.dumps({"schemaVersion": 19, "type": "default", "id": "F-x", "components": [{**shape, **one} for one in fields]})


def choices(number: int) -> dict[str, Any]:
    return {"type": "select", "values": [{"value": f"v{one}", "label": f"v{one}"} for one in range(number)]}


FILES = {
    "ten thousand options": ({FORM: form(choices(10_000))}, "最多 5000 个"),
    "a hundred lists of a hundred options": ({FORM: form(*[choices(100)] * 100)}, "最多 5000 个"),
    "five thousand fields": ({FORM: form(*[{}] * 5000)}, "最多 500 个"),
    "a label of a megabyte": ({FORM: form({"label": "长" * 350_000})}, "最多 20000 个"),
    "a name of a megabyte": ({"p.bpmn": DIAGRAM.replace('"看"', f'"{"看" * 350_000}"')}, "最多 1000 个"),
    "an element of twenty thousand attributes": (
        {"p.bpmn": DIAGRAM.replace("<startEvent", "<startEvent " + " ".join(f'a{one}="1"' for one in range(20_000)), 1)}, "最多 500 个"),
    "a NUL by its escape": ({FORM: form({"label": "a\0b"})}, "控制字符"),
    "half a character": ({FORM: form({"label": "\ud800"})}, "JSON"),
    "half a character as it is": ({"scenarios.yaml": "- \ud800"}, "控制字符"),
    "half a character in an example": ({"scenarios.yaml": '- 场景: "\\uD800"'}, "控制字符"),
    "writing turned around": ({"p.bpmn": DIAGRAM.replace('"看"', '"看\u202e了"')}, "文字方向"),
    "writing turned around by its number": ({"p.bpmn": DIAGRAM.replace('"看"', '"看&#x202E;了"')}, "文字方向"),
    "writing turned around in a label": ({FORM: form({"label": "同意\u2066不"})}, "文字方向"),
    "writing turned around in parameters": ({"parameters.toml": 'a = "\\u202e"'}, "文字方向"),
    "examples without end": ({"scenarios.yaml": "- 1\n" * 300_000}, "最多 200000 个"),
    "a number of five thousand digits": ({FORM: f'{{"schemaVersion": {"9" * 5000}, "components": []}}'}, "JSON"),
    "names that differ by case alone": ({"a.dmn": table(["1"]).decode(), "A.dmn": table(["1"]).decode()}, "只差大小写"),
}


@pytest.mark.parametrize("name", list(FILES))
def test_files_that_no_page_could_show_are_refused_in_a_sentence(name: str) -> None:
    files, words = FILES[name]

    with pytest.raises((UnsafeInput, InvalidValues)) as refusal:
        folder.must_fit("p", {"p.bpmn": DIAGRAM, **files})
    said = "；".join(getattr(refusal.value, "errors", {}).values()) or refusal.value.message
    assert words in said and len(said) < 200 and not texts.TURNING.search(said)


def test_what_looks_odd_and_does_no_harm_is_kept() -> None:
    """Signs that join letters, and a long explanation."""
    said = f"<documentation>{'长' * 350_000}</documentation><startEvent"
    odd = DIAGRAM.replace("<startEvent", said, 1).replace('"看"', '"看\u200d\u200b"')

    folder.must_fit("p", {"p.bpmn": odd, FORM: form(choices(1000))})
    assert folder.package_of("p", "流程", {"p.bpmn": odd}).diagram == odd.encode()


def test_a_form_of_runaways_is_judged_after_a_few_of_them() -> None:
    """Every condition is another one that never ends: unseen, they are taken for conditions that may come true."""
    runaways = [{"id": f"f{one}", "key": f"k{one}", "validate": {"required": True},
                 "conditional": {"hide": f"count(for i in 1..1000000000 return {one}) > 0"}} for one in range(200)]
    honest = {"id": "h", "key": "h", "validate": {"required": True}, "conditional": {"hide": "1 = 1"}}

    found = forms.check(forms.load(form(honest, *runaways)))
    assert [one.field for one in found] == ["h"]
    assert "永远隐藏" in found[0].message


def zipped(*members: tuple[str | zipfile.ZipInfo, bytes | str]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return stream.getvalue()


def link(name: str) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(name)
    found.external_attr = 0o120777 << 16
    return found


ZIPS = {
    "a way out": (zipped(("../p.bpmn", DIAGRAM)), "不能使用"),
    "a way from the root": (zipped(("/etc/p.bpmn", DIAGRAM)), "不能使用"),
    "a way out of another system": (zipped(("..\\p.bpmn", DIAGRAM)), "不能使用"),
    "a link": (zipped((link("p.bpmn"), "/etc/passwd")), "链接"),
    "a hundred thousand files": (zipped(*((f"f{one}.dmn", "") for one in range(20_000))), "最多 200 个"),
    "a bomb": (zipped(("p.bpmn", b" " * (50 << 20))), "异常巨大"),
    "a zip in a zip": (zipped(("a.zip", zipped(("p.bpmn", DIAGRAM)))), "不接收"),
    "half a zip": (zipped(("p.bpmn", DIAGRAM))[:200], "损坏"),
}


@pytest.mark.parametrize("name", list(ZIPS))
def test_a_package_that_means_harm_is_refused_before_it_is_unpacked(name: str) -> None:
    package, words = ZIPS[name]

    with pytest.raises(UnsafeInput, match=words):
        arriving.unpack([("a.zip", package)])


def test_a_folder_of_links_devices_and_far_too_much_is_not_read(tmp_path: Path) -> None:
    home, forms = tmp_path / "p", tmp_path / "forms"
    forms.mkdir()
    exchange.write(tmp_path / "root", "p", {"p.bpmn": DIAGRAM})
    shutil.move(tmp_path / "root" / "bpmn" / "p", home)
    assert exchange.read(home, forms)[0] == "p"

    for path, make, words in (
            (home / "passwd.dmn", lambda path: path.symlink_to("/etc/passwd"), "链接"),
            (forms / "F-x.form.json", lambda path: path.symlink_to("/dev/zero"), "链接"),
            (home / "pipe.dmn", os.mkfifo, "设备"),
            (home / "large.dmn", lambda path: path.write_bytes(b" " * ((5 << 20) + 1)), "5 MB")):
        make(path)
        with pytest.raises(UnsafeInput, match=words):
            exchange.read(home, forms)
        path.unlink()
    for number in range(folder.MOST_FILES + 1):
        (home / f"{number}.dmn").touch()
    with pytest.raises(UnsafeInput, match="最多 200 个"):
        exchange.read(home, forms)
