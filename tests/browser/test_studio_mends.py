"""One press on a finding mends it: the finding is gone, nothing else has changed, and one step of undo takes it back."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from engine.definitions import Model, Package, examine, read
from engine.studio import arranging
from tests.browser.people import Crowd

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

RULES = Path(__file__).parents[1] / "rules"
READY = ".studio[data-ready='1']"
OPEN = """async xml => { const page = document.querySelector('.studio'); await page.modeler.importXML(xml); await page.check(); }"""
DRAWN = "async () => (await document.querySelector('.studio').modeler.saveXML({ format: true })).xml"
UNDO = "() => document.querySelector('.studio').modeler.get('commandStack').undo()"

# rule → what the button says, kinds that are added, elements that are other than before, rules that speak up because of it
MENDED: dict[str, tuple[str, list[str], set[str], set[str]]] = {
    "gateway-has-default": ("设一条默认出口", [], {"g"}, set()),
    "deadline-has-escalation": ("加一个到期事件", ["boundaryEvent"], set(), {"end-event-reachable", "no-disconnected"}),
    "no-token-quantities": ("去掉令牌数量", [], {"u"}, set()),
    "multi-instance-behavior": ("改回默认的触发方式", [], {"u"}, set()),
    "no-mixed-gateway": ("拆成汇合和分叉", ["flow", "parallelGateway"], {"f_u_j", "f_v_j"}, {"element-has-name"}),
    "no-loop-into-split": ("前面加一个汇合网关", ["exclusiveGateway", "flow"], {"f_s_g", "f_x_g"}, {"element-has-name"}),
    "imported-rewrite": ("把并行网关画出来", ["flow", "parallelGateway"], {"f_u_v", "f_u_w"}, {"element-has-name"}),
    "conditions-exclusive": ("按现在的顺序写上判断顺序", [], {"f_g_u", "f_g_v"}, set()),
    "task-has-type": ("改成人工任务", [], {"u"}, {"user-task-has-role"}),
    "reserved-id": ("换一个编号", ["endEvent"], {"f_u_End", "End"}, set()),
    "process-key": ("把编号改成文件名", [], {"s", "u", "e"}, set()),
    "viewable-only": ("勾选“可执行”", [], set(), set()),
}


def model(xml: str) -> Model:
    return read(xml.encode())


def told(xml: str) -> set[tuple[str, str]]:
    """What the check finds, by rule and element."""
    return {(one.page, one.element_id) for one in examine(Package("p", "流程", xml.encode()))}


def shape(found: Model) -> dict[str, object]:
    """Every element as plain values, without the lines that meet in it."""
    nodes = {one.id: (one.kind, one.name, dict(one.attributes), dict(one.gl), one.children, one.events, one.loop, one.script, one.scope)
             for one in found.nodes.values()}
    flows = {one.id: ("flow", one.name, one.source, one.target, one.condition, dict(one.gl)) for one in found.flows.values()}
    return {**nodes, **flows}


def example(page: str) -> str:
    """The rule's own violating diagram with a picture; of a process that is called as its draft, but for the rule about that."""
    if page == "viewable-only":
        text = (RULES / "reserved-id" / "valid.bpmn").read_text("utf-8").replace('isExecutable="true"', 'isExecutable="false"')
    else:
        text = (RULES / page / "invalid.bpmn").read_text("utf-8")
    return arranging.drawn(re.sub(r'(<bpmn:process id=")[^"]+"', rf'\g<1>{"q" if page == "process-key" else "p"}"', text, count=1))


def compared(before: str, after: str) -> tuple[list[str], set[str]]:
    """Kinds that are new, and ids that are gone or say something else."""
    old, new = shape(model(before)), shape(model(after))
    return (sorted(str(new[one][0]) for one in new.keys() - old.keys()), {one for one in old if old[one] != new.get(one)})


def mended(page: Page, rule: str, words: str) -> tuple[str, str]:
    """The diagram before and after its button was pressed; taken back in one step to what it was."""
    page.evaluate(OPEN, example(rule))
    before = page.evaluate(DRAWN)
    assert rule in {found for found, _ in told(before)}
    finding = page.locator(".finding", has=page.locator(f"a[href$='/{rule}']")).first
    finding.get_by_role("button", name=words, exact=True).click()
    page.wait_for_function("() => document.querySelector('.studio').modeler.get('commandStack').canUndo()")
    after = page.evaluate(DRAWN)
    page.evaluate(UNDO)
    assert page.evaluate("() => document.querySelector('.studio').modeler.get('commandStack').canUndo()") is False
    assert compared(before, page.evaluate(DRAWN)) == ([], set())
    return before, after


def test_what_has_one_mend_is_mended_by_one_press_and_nothing_else_changes(people: Crowd) -> None:
    designer = people.enter("sheji")
    page = designer.goes("/studio")
    page.fill("#f-name", "一键修改")
    page.locator("form[action='/studio/models'] #f-key").fill("p")
    page.get_by_role("button", name="新建草稿").click()
    page.get_by_role("link", name="画图和设置").click()
    page.wait_for_selector(READY)
    page.get_by_role("tab", name="检查").click()
    for rule, (words, added, changed, spoken) in MENDED.items():
        before, after = mended(page, rule, words)
        assert (rule, *compared(before, after)) == (rule, added, changed)
        assert rule not in {found for found, _ in told(after)}, rule
        assert {found for found, _ in told(after) - told(before)} - ({"names-in-chinese"} | spoken) == set(), rule
    designer.snaps("studio-mended")
