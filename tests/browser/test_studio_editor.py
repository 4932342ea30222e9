"""A designer draws: the panel's pickers, what the check says, saving by itself, undo beyond a reload, two people on one draft."""

import re
from dataclasses import replace

import pytest
from lxml import etree
from playwright.sync_api import expect

from engine.definitions import read
from tests.browser.test_every_page import AXE, RULES

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ASK = "rules => axe.run({exclude: ['.studio-canvas']}, {runOnly: rules})"
READY = ".studio[data-ready='1']"
SELECT = """id => { const m = document.querySelector('.studio').modeler, e = m.get('elementRegistry').get(id);
  m.get('selection').select(e); m.get('canvas').scrollToElement(e, 150); }"""
SHAPES = "kind => document.querySelector('.studio').modeler.get('elementRegistry').filter(e => e.type === kind).map(e => e.id)"
NAMED = """([id, name]) => document.querySelector('.studio').modeler.get('elementRegistry').get(id)?.businessObject.name === name"""
MISSING = "() => [...document.querySelector('.studio').missing]"


def begin(designer, name, key):
    """A new draft from the empty pattern, opened for drawing."""
    page = designer.goes("/studio")
    page.fill("#f-name", name)
    page.locator("form[action='/studio/models'] #f-key").fill(key)
    page.get_by_role("button", name="新建草稿").click()
    expect(page.locator("h1")).to_contain_text(name)
    page.get_by_role("link", name="画图和设置").click()
    page.wait_for_selector(READY)
    return page


def saved(page):
    expect(page.locator("[data-studio=state]")).to_contain_text("已保存", timeout=20_000)


def test_a_draft_is_drawn_set_saved_and_undone_beyond_a_reload(people):
    designer = people.enter("sheji")
    page = begin(designer, "露天焚烧", "burning")
    task = page.evaluate(SHAPES, "bpmn:UserTask")[0]
    page.evaluate(SELECT, task)
    name = page.get_by_label("名称", exact=True)
    before = name.input_value()
    name.press("End")
    name.press_sequentially("（现场", delay=30)
    page.wait_for_timeout(900)  # the pause in which a panel might be painted anew
    name.press_sequentially("核实）", delay=30)
    expect(name).to_have_value(before + "（现场核实）")
    saved(page)
    page.get_by_label("办理岗位").select_option("team_leader")
    saved(page)
    designer.snaps("studio-draw")

    page.reload()
    page.wait_for_selector(READY)
    page.evaluate(SELECT, task)
    expect(page.get_by_label("办理岗位")).to_have_value("team_leader")
    expect(page.get_by_label("名称", exact=True)).to_have_value(before + "（现场核实）")
    page.get_by_role("button", name="撤销").click()
    expect(page.locator("[data-studio=state]")).to_contain_text("回到第")
    page.evaluate(SELECT, task)
    expect(page.get_by_label("办理岗位")).not_to_have_value("team_leader")
    assert page.evaluate(MISSING) == []


def test_what_is_wrong_is_told_while_drawing_and_mended(people):
    designer = people.enter("sheji")
    page = begin(designer, "违规广告", "advert")
    task = page.evaluate(SHAPES, "bpmn:UserTask")[0]
    page.evaluate(SELECT, task)
    role = page.get_by_label("办理岗位").input_value()
    page.get_by_label("办理岗位").select_option("")
    page.get_by_role("tab", name="检查").click()
    finding = page.locator(".finding", has_text="岗位").first
    expect(finding).to_be_visible(timeout=20_000)
    expect(page.locator(".finding-badge").first).to_be_visible()
    designer.snaps("studio-draw-findings")
    finding.get_by_role("button", name="看这里").click()
    page.get_by_role("tab", name="设置").click()
    page.get_by_label("办理岗位").select_option(role)
    page.get_by_role("tab", name="检查").click()
    expect(page.locator(".finding-error", has_text="岗位")).to_have_count(0, timeout=20_000)
    saved(page)


def test_an_expression_is_read_at_once_and_names_are_offered(people):
    designer = people.enter("sheji")
    page = begin(designer, "乱停车", "parking")
    task = page.evaluate(SHAPES, "bpmn:UserTask")[0]
    page.evaluate(SELECT, task)
    area = page.get_by_label("指定办理人")
    area.fill("case.")
    area.press_sequentially("rep")
    expect(page.get_by_role("option", name=re.compile("case.reporter"))).to_be_visible()
    area.press("Enter")
    expect(area).to_have_value("case.reporter")
    area.press_sequentially(" +")
    expect(page.locator(".studio-wrong", has_text="没有写完")).to_be_visible()
    area.fill("")
    saved(page)


def test_who_saves_late_is_told_and_nothing_is_lost(people):
    first, second = people.enter("sheji"), people.enter("sheji")
    page = begin(first, "夜间施工", "night_work")
    other = second.goes(page.url.removeprefix(first.address))
    other.wait_for_selector(READY)
    task = page.evaluate(SHAPES, "bpmn:UserTask")[0]
    page.evaluate(SELECT, task)
    page.get_by_label("名称", exact=True).fill("甲的名称")
    saved(page)
    second.forgives("409")
    other.evaluate(SELECT, task)
    other.get_by_label("名称", exact=True).fill("乙的名称")
    expect(other.locator("dialog", has_text="别人先保存了")).to_be_visible(timeout=20_000)
    with other.expect_download() as copy:
        other.get_by_role("button", name="载入对方的").click()
    assert "乙的名称" in copy.value.path().read_text("utf-8")
    other.wait_for_function(NAMED, arg=[task, "甲的名称"])
    other.evaluate(SELECT, task)
    expect(other.get_by_label("名称", exact=True)).to_have_value("甲的名称")


def test_it_is_exported_as_a_file_and_as_a_picture(people):
    designer = people.enter("sheji")
    page = begin(designer, "占道施工", "road_work")
    for act, ending, begins in (("BPMN 流程图", ".bpmn", b"<?xml"), ("SVG 图片", ".svg", b"<?xml"), ("PNG 图片", ".png", b"\x89PNG")):
        page.locator("summary", has_text="导出").click()
        with page.expect_download() as made:
            page.get_by_role("button", name=act).click()
        assert made.value.suggested_filename == f"road_work{ending}"
        assert made.value.path().read_bytes().startswith(begins)
        page.locator("summary", has_text="导出").click()


HOSTILE = "</text><script>alert(1)</script><img src=x onerror=alert(1)>"
EVERYWHERE = """name => { const m = document.querySelector('.studio').modeler;
  m.get('elementRegistry').filter(e => e.businessObject?.$instanceOf('bpmn:FlowElement') && !e.labelTarget).forEach(e => {
    e.di.set('bioc:stroke', `"/>${name}`);
    e.di.set('bioc:fill', 'url(javascript:alert(1))');
    m.get('modeling').updateLabel(e, name); }); }"""
"""Names and colours, as a file from elsewhere may have them."""


def test_a_picture_of_names_that_are_scripts_runs_none(people):
    designer = people.enter("sheji")
    page = begin(designer, "恶意名称", "hostile_names")
    page.evaluate(EVERYWHERE, HOSTILE)
    saved(page)
    page.locator("summary", has_text="导出").click()
    with page.expect_download() as made:
        page.get_by_role("button", name="SVG 图片").click()
    drawn = etree.fromstring(made.value.path().read_bytes())

    assert "alert(1)" in "".join(drawn.itertext())
    assert [one.tag for one in drawn.iter(etree.Element) if etree.QName(one).localname in ("script", "img", "foreignObject", "a")] == []
    assert [name for one in drawn.iter(etree.Element) for name in one.attrib if name.startswith("on")] == []


def test_the_page_can_be_used_without_seeing_the_canvas(people):
    designer = people.enter("sheji")
    page = begin(designer, "油烟扰民", "fumes_talk")
    page.evaluate(SELECT, page.evaluate(SHAPES, "bpmn:UserTask")[0])
    page.evaluate(AXE.read_text("utf-8"))
    found = page.evaluate(ASK, RULES)
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found["violations"]] == []


def test_nothing_of_a_diagram_is_lost_by_opening_and_saving_it(people):
    """A countersign names its list in plain text, which the drawing library would drop."""
    designer = people.enter("sheji")
    page = designer.goes("/studio")
    page.locator("main").get_by_role("link", name="集体讨论", exact=True).click()
    page.get_by_role("button", name="在此版基础上修改").click()
    expect(page.locator("h1")).to_contain_text("草稿")
    at = page.url
    before = read(page.request.get(f"{at}/files").json()["files"]["collective_discussion.bpmn"].encode())
    page.goto(f"{at}/draw")
    page.wait_for_selector(READY)
    page.evaluate(SELECT, "discussion_opinion")
    expect(page.get_by_label("名单变量")).to_have_value("members")
    page.get_by_label("名称", exact=True).fill("发表讨论意见")
    saved(page)
    after = read(page.request.get(f"{at}/files").json()["files"]["collective_discussion.bpmn"].encode())

    assert after.nodes["discussion_opinion"].name == "发表讨论意见"
    nameless = [{key: replace(node, name="") for key, node in one.nodes.items()} for one in (before, after)]
    assert nameless[0] == nameless[1]
    assert (after.flows, after.processes) == (before.flows, before.processes)


def test_a_decision_table_is_edited_as_rows(people):
    designer = people.enter("sheji")
    page = designer.goes("/studio")
    page.locator("main").get_by_role("link", name="网格闭环", exact=True).click()
    page.get_by_role("button", name="在此版基础上修改").click()
    at = page.url
    page.locator("a[href*='/decisions/']", has_text="relapse_level.dmn").click()
    page.wait_for_selector(".decisions[data-ready='1']")
    cell = page.locator(".dmn-decision-table-container td.output-cell").first
    cell.click()
    page.keyboard.press("Control+A")
    page.keyboard.type('"team"')
    page.locator("h1").click()
    saved(page)
    designer.snaps("studio-decision")
    text = page.request.get(f"{at}/files").json()["files"]["relapse_level.dmn"]
    assert text.count('"team"') == 2
    assert page.evaluate("() => [...document.querySelector('.decisions').missing]") == []


def test_what_was_drawn_offline_does_not_overwrite_what_somebody_saved_meanwhile(people):
    first, second = people.enter("sheji"), people.enter("sheji")
    page = begin(first, "离线改图", "offline_edit")
    at, task = page.url, page.evaluate(SHAPES, "bpmn:UserTask")[0]
    first.forgives("ERR_INTERNET_DISCONNECTED")
    page.evaluate(SELECT, task)
    first.context.set_offline(True)
    page.get_by_label("名称", exact=True).fill("甲离线改的")
    expect(page.locator("[data-studio=state]")).to_contain_text("已存在本机", timeout=20_000)

    other = second.goes(at.removeprefix(second.address))
    other.wait_for_selector(READY)
    other.evaluate(SELECT, task)
    other.get_by_label("名称", exact=True).fill("乙先存的")
    saved(other)

    page.close(run_before_unload=False)
    first.context.set_offline(False)
    first.forgives("409")
    again = first.context.new_page()
    again.goto(at)
    again.get_by_role("button", name="接着改").click()
    expect(again.locator("dialog", has_text="别人先保存了")).to_be_visible(timeout=20_000)


def test_a_file_without_a_picture_and_in_another_encoding_is_taken_in(people):
    designer = people.enter("sheji")
    page = begin(designer, "外来流程", "foreign")
    plain = """<?xml version="1.0" encoding="ISO-8859-1"?>
    <definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="urn:x">
    <process id="foreign" isExecutable="true">
    <startEvent id="a"/><userTask id="b" name="Pr\u00fcfung"/><endEvent id="c"/>
    <sequenceFlow id="f" sourceRef="a" targetRef="b"/><sequenceFlow id="g" sourceRef="b" targetRef="c"/></process></definitions>"""
    page.locator("#studio-import").set_input_files({"name": "x.bpmn", "mimeType": "application/xml", "buffer": plain.encode("latin-1")})
    page.get_by_role("dialog").get_by_role("button", name="导入").click()
    saved(page)
    text = page.request.get(page.url.replace("/draw", "/files")).json()["files"]["foreign.bpmn"]
    assert 'name="Prüfung"' in text and "BPMNShape" in text
