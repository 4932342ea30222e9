"""A designer tries out: trial, form designer, examples and replay, at a desk and on a phone; a folder is dropped; wide screens are used."""

import pytest
from playwright.sync_api import expect

from tests.browser.test_every_page import AXE, RULES
from tests.town import drawing

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ASK = "rules => axe.run({exclude: ['.diagram', '.studio-canvas']}, {runOnly: rules})"
WIDE, LAPTOP, PHONE = {"width": 1920, "height": 1000}, {"width": 1280, "height": 800}, {"width": 390, "height": 844}
DROP = """([selector, name, text]) => {
  const carried = new DataTransfer();
  carried.items.add(new File([text], name));
  carried.items.add(new File(['x'], 'picture.png'));
  document.querySelector(selector).dispatchEvent(new DragEvent('drop', {dataTransfer: carried, bubbles: true, cancelable: true})); }"""
SLOW = 120_000
STEPS = """
start s
user look name="核查" gl:role="case_officer" gl:limit="2" gl:limitUnit="workingDays"
<boundaryEvent id="late" name="超时" attachedToRef="look" cancelActivity="false">
<timerEventDefinition><timeDate>deadline.due</timeDate></timerEventDefinition></boundaryEvent>
user ask name="督促" gl:role="team_leader"
end e
end f
s -> look -> e
late -> ask -> f
"""


def looked_at(designer, path, name):
    """The page at both widths: nothing for axe to find, nothing over the edge."""
    page = designer.page
    for size in (LAPTOP, PHONE):
        page.set_viewport_size(size)
        page = designer.goes(path)
        page.evaluate(AXE.read_text("utf-8"))
        found = page.evaluate(ASK, RULES)["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:200]) for one in found] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= size["width"], path
        designer.snaps(name)
    page.set_viewport_size(LAPTOP)
    return page


def test_a_draft_dropped_on_the_overview_is_tried_out_and_looked_at(people):
    designer = people.enter("sheji")
    page = designer.goes("/studio")
    page.evaluate(DROP, ["form[data-drop]", "drawn.bpmn", drawing(STEPS).decode()])
    page.wait_for_url("**/studio/models/*")
    at = page.url.removeprefix(designer.address)

    page = looked_at(designer, f"{at}/trial", "studio-trial-begin")
    page.locator("form[action$='/trial/start'] button[type=submit]").click()
    expect(page.locator("#clock-title")).to_be_visible(timeout=SLOW)
    page.get_by_role("button", name="30 个工作日").click()
    expect(page.locator("main")).to_contain_text("经过30 个工作日", timeout=SLOW)
    looked_at(designer, f"{at}/trial", "studio-trial")

    page.fill("#f-name", "超时督促")
    page.get_by_role("button", name="存为例子").click()
    page.get_by_role("button", name="全部运行").click()
    expect(page.locator("main")).to_contain_text("1 个例子全部成立", timeout=SLOW)
    looked_at(designer, f"{at}/examples", "studio-examples")
    looked_at(designer, f"{at}/replay", "studio-replay")
    looked_at(designer, f"{at}/load?arrivals=12&people.case_officer=1&hours.look=3", "studio-load")
    looked_at(designer, f"{at}/forms", "studio-forms")

    page.set_viewport_size(WIDE)
    page = designer.goes(f"{at}/draw")
    page.wait_for_selector(".studio[data-ready='1']")
    assert page.locator(".studio-canvas").bounding_box()["width"] > 1250
    designer.snaps("studio-draw")
