"""Signs: the list, one with its evidence, what the inspector found of it, the list as a spreadsheet, and the thresholds."""

import datetime as dt
import io
from typing import Any

from flask import flash, redirect, render_template, request, send_file, url_for

from engine import clock
from engine.errors import InvalidValues, NotFound
from engine.supervision import signs as sought
from engine.supervision.signs import Entry, Filters, thresholds
from web import addresses
from web.auth import policy
from web.context import database, me
from web.views.supervision import XLSX, blueprint, case_address, sheet

HEADS = ("种类", "时间", "提示（需人工核实）", "涉及人员", "编号", "事项", "测得与阈值", "核实结论", "核实说明", "核实人", "核实时间")
WIDTHS = (16, 17, 48, 20, 26, 40, 48, 10, 40, 12, 17)
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
FAR = 10**14
"""A moment in milliseconds beyond this is none that an address of ours could hold."""


def _filters() -> Filters:
    """From the address, or from the hidden fields of a form."""
    asked = {name: request.values.get(name, "").strip()[:80] for name in ("kind", "unit")}
    return Filters(**asked, state=request.values.get("state", "") or sought.OPEN, words=request.values.get("q", "").strip()[:80],
                   days=request.values.get("days", 30, int))


def _address(**changes: Any) -> str:
    """This list with some filters changed; empty ones are left out of the address."""
    return addresses.of("supervision.signs", {**addresses.asked(), "page": None, **changes})


def sign_address(entry: Entry) -> str:
    """The page of one sign."""
    return url_for("supervision.sign", kind=entry.kind, key=entry.key, at=int((entry.at - EPOCH) / dt.timedelta(milliseconds=1)))


@blueprint.get("/signs")
@policy("supervise")
def signs() -> Any:
    """What is to be looked into, or what was."""
    filters, page = _filters(), request.args.get("page", 1, int)
    with database().reading() as c:
        listing = sought.listed(c, me(), filters, page)
    return render_template("supervision/signs.html", listing=listing, filters=filters, address=_address, sign_address=sign_address,
                           case_address=case_address, KINDS=sought.KINDS, VERDICTS=sought.VERDICTS, SIGN_STATES=sought.STATES,
                           SPANS=sought.SPANS, HINT=sought.HINT, now=clock.now())


def _moment() -> dt.datetime:
    found = request.values.get("at", -1, int)
    if not 0 <= found < FAR:
        raise NotFound("这个链接不完整，请返回异常提示列表重新打开。")
    return EPOCH + dt.timedelta(milliseconds=found)


def _show(errors: dict[str, str]) -> Any:
    with database().reading() as c:
        entry = sought.one(c, me(), request.values.get("kind", ""), request.values.get("key", "")[:200], _moment())
    may_mark = me().may("order", sought.unit_of(entry)) and me().id not in entry.persons
    return render_template("supervision/signs_one.html", entry=entry, kind=sought.KINDS[entry.kind], errors=errors, typed=request.form,
                           case_address=case_address, may_mark=may_mark, VERDICTS=sought.VERDICTS, HINT=sought.HINT,
                           at=request.values["at"]), 422 if errors else 200


@blueprint.get("/signs/one")
@policy("supervise")
def sign() -> Any:
    """One sign with its evidence."""
    return _show({})


@blueprint.post("/signs/one")
@policy("order")
def mark_sign() -> Any:
    """What the inspector found of it."""
    by, at, form = me(), _moment(), request.form
    try:
        entry = database().run(lambda c: sought.mark_found(c, by, (form.get("kind", ""), form.get("key", ""), at), form))
    except InvalidValues as refusal:
        return _show(refusal.errors)
    flash(f"已记下核实结论：{sought.VERDICTS[entry['verdict']]}。这条提示不再出现在待核实中。")
    return redirect(url_for("supervision.signs"))


@blueprint.post("/signs/export")
@policy("supervise")
def export_signs() -> Any:
    """The list as a spreadsheet that names who took it out and when."""
    by, filters = me(), _filters()
    entries = database().run(lambda c: sought.export(c, by, filters))
    mark = sheet.taken(by, f"共 {len(entries)} 行。{filters.text()}。{sought.HINT}，不是结论。")
    content = sheet.book([("异常提示", mark, (HEADS, *map(_row, entries)), WIDTHS)], by)
    name = f"异常提示-{clock.local(clock.now()):%Y%m%d-%H%M}.xlsx"
    return send_file(io.BytesIO(content), XLSX, as_attachment=True, download_name=name)


def _row(entry: Entry) -> tuple[Any, ...]:
    measured = "；".join(f"{one.name} {one.value}（阈值：{one.threshold}）" for one in entry.sign.measures) if entry.sign else ""
    found = (entry.mark.word, entry.mark.note, entry.mark.by, entry.mark.at) if entry.mark else ("", "", "", None)
    return (entry.kind_name, entry.at, entry.summary, "、".join(entry.persons.values()), "、".join(case.number for case in entry.cases),
            "；".join(case.title for case in entry.cases), measured, *found)


def _thresholds(errors: dict[str, str]) -> Any:
    with database().reading() as c:
        sheet_of = thresholds.listed(c, me())
    return render_template("supervision/signs_thresholds.html", thresholds=sheet_of, KINDS=sought.KINDS, errors=errors, typed=request.form,
                           may_change=me().may("administer")), 422 if errors else 200


@blueprint.get("/signs/thresholds")
@policy("supervise", "administer")
def sign_thresholds() -> Any:
    """From when something is shown, and why."""
    return _thresholds({})


@blueprint.post("/signs/thresholds/<key>")
@policy("administer")
def change_threshold(key: str) -> Any:
    """Another value from now on; empty: the declared one again."""
    by, text = me(), request.form.get("value", "")[:40]
    try:
        value = database().run(lambda c: thresholds.change(c, by, key, text))
    except InvalidValues as refusal:
        return _thresholds(refusal.errors)
    flash("已恢复为默认值。" if value is None else f"已改为 {value}，即时生效。")
    return redirect(url_for("supervision.sign_thresholds", _anchor=f"f-{key.replace('.', '-')}"))
