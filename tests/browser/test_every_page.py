"""Every main page, at a desk and on a phone: axe finds nothing, nothing overflows, nobody else is asked, the console is silent."""

import pytest
from playwright.sync_api import expect

from tests.browser.people import DESK, PHONE
from web import assets

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

AXE = assets.DIST.parents[1] / "assets/node_modules/axe-core/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]
ASK = """rules => axe.run(document, {runOnly: rules})
  .then(found => found.violations.map(v => `${v.id}: ${v.nodes.map(n => n.html.slice(0, 120)).join(' | ')}`))"""
SPILL = """() => { const wide = document.documentElement.clientWidth, own = '.diagram, .map, .tabs, .visually-hidden, .skip, [hidden]';
  return [...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > wide + 1 && !e.closest(own))
    .map(e => e.outerHTML.slice(0, 100)).slice(0, 3); }"""
"""What reaches over the right edge, hidden by its frame or not. Pictures to be moved and rows of tabs scroll by themselves."""

READY = """() => document.readyState === 'complete'
  && !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling, [hx-trigger=load]')
  && [...document.querySelectorAll('[data-lazy=diagram]')].every(d => !d.offsetParent || d.dataset.ready)"""
ZOOMED, NARROW = {"width": 680, "height": 430}, {"width": 320, "height": 640}
PAGES = {
    "": ["/sign-in"],
    "dd1": ["/tasks", "/tasks?view=done", "TASK", "/cases", "CASE", "/account", "/notices"],
    "wg01": ["/report"],
    "fzy1": ["/penalty", "/penalty?status=closed", "/penalty/new", "/hearings", "/hearings?span=list", "/hearings/new", "/hearings/rooms"],
    "dz1": ["/penalty/new", "/penalty/new?process=penalty", "/penalty/new?process=summary_penalty"],
    "jw1": ["/supervision", "/supervision?level=late", "/supervision/by/village", "/reports/monthly?month=2026-02",
            "/reports/behind?month=2026-02&kpi=KPI-01&part=n"],
    "sheji": ["/studio", "DEFINITION", "/studio/rules", "/studio/lawful"],
    "xitong": ["/admin/people", "/admin/units", "/admin/parameters", "/admin/organisation", "/admin/incidents", "/admin/check",
               "/admin/calendar", "/admin/calendar?year=2027", "/admin/calendar/moves"],
    "anquan": ["/admin/accounts", "/admin/tokens"],
    "shenji": ["/admin/records"],
}
FOUND = {"TASK": ("/tasks", "#rows td.main-cell a"), "CASE": ("/cases", "td.main-cell a"), "DEFINITION": ("/studio", "td.main-cell a")}


def named(path):
    """A page's name for its picture."""
    return "page-" + path.strip("/").replace("/", "-").replace("?", "-").replace("=", "-").lower()


def open_page(person, path):
    """Open an address, or the first one of its kind on a list, and wait until everything lazy is there."""
    if path in FOUND:
        where, link = FOUND[path]
        path = person.goes(where).locator(link).first.get_attribute("href")
    page = person.goes(path)
    page.wait_for_function(READY)
    return page


def somebody(staff, who, size):
    """Signed in, or nobody."""
    return staff.enter(who, size) if who else staff.somebody(size)


@pytest.mark.parametrize(("size", "half"), [(DESK, ZOOMED), (PHONE, NARROW)], ids=["desk", "phone"])
@pytest.mark.parametrize("who", list(PAGES))
def test_pages_are_clean(staff, who, size, half):
    """`half`: a desk at 200 % zoom, the narrowest phone (WCAG 1.4.4 and 1.4.10)."""
    person, violations, spilled = somebody(staff, who, size), {}, {}
    for path in PAGES[who]:
        page = open_page(person, path)
        person.snaps(named(path))
        page.evaluate(AXE.read_text("utf-8"))
        violations[path] = page.evaluate(ASK, RULES)
        spilled[path] = page.evaluate(SPILL)
        page.set_viewport_size(half)
        spilled[path, "small"] = page.evaluate(SPILL)
        if path in ("/tasks", "/report", "TASK", "/supervision"):
            person.snaps(named(path))
        page.set_viewport_size(size)

    assert {path: found for path, found in violations.items() if found} == {}
    assert {path: found for path, found in spilled.items() if found} == {}


def test_large_letters_stay_on_and_fit(staff):
    clerk = staff.enter("dd1", PHONE)
    page = clerk.goes("/tasks")
    small = page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)")
    page.get_by_role("button", name="切换大字号").click()

    page.wait_for_load_state()
    assert page.evaluate("parseFloat(getComputedStyle(document.body).fontSize)") > small
    open_page(clerk, "TASK")
    assert page.evaluate(SPILL) == []
    clerk.snaps("task-large")


def test_a_case_prints_whole(staff):
    page = open_page(staff.enter("dd1"), "CASE")
    title = page.locator("h1").inner_text()
    page.emulate_media(media="print")

    expect(page.locator("h1")).to_be_visible()
    expect(page.locator(".timeline")).to_be_visible()
    for hidden in (".topbar", "nav.side", "nav.bottom", "#comment-text"):
        expect(page.locator(hidden)).to_be_hidden()
    paper = page.pdf(format="A4")
    assert paper.startswith(b"%PDF") and len(paper) > 20_000 and title


def test_colours_can_be_forced(staff):
    page = open_page(staff.enter("dd1"), "/tasks")
    page.emulate_media(forced_colors="active")

    chip = page.locator("#rows .chip").first
    assert chip.inner_text().strip()[0] in "■▲●○‖"
