"""A person in front of a browser, in the words of the tests; whatever a page does wrong is noted and fails the test at its end."""

import io
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

DESK, PHONE = {"width": 1360, "height": 860}, {"width": 390, "height": 844}
NAMES = {1360: "desk", 390: "phone", 320: "narrow", 680: "zoomed"}
SCREENS = Path(__file__).resolve().parents[2] / "build/screens"
AT_REST = "() => !document.querySelector('.htmx-request, .htmx-swapping, .htmx-settling')"
BARS = "way => document.querySelectorAll('.topbar, nav.bottom').forEach(bar => { bar.style.position = way; })"
"""A picture of a whole page shows its bars where it begins and ends, not in its middle."""

HERE = {"longitude": 118.90886, "latitude": 29.17759, "accuracy": 12}
"""A point in the grid of the first grid worker (WGS84)."""


def photo(name: str = "现场", colour: str = "#7a9e7e") -> dict[str, Any]:
    """A picture as it comes from a phone's camera; every name gives other bytes."""
    picture = Image.new("RGB", (640, 480), colour)
    draw = ImageDraw.Draw(picture)
    draw.rectangle((0, 320, 640, 480), fill="#8a8a8a")
    draw.rectangle((220, 180, 420, 360), fill="#b5651d")
    draw.text((20, 20), name.encode("unicode_escape").decode(), fill="white")
    buffer = io.BytesIO()
    picture.save(buffer, "JPEG")
    return {"name": f"{name}.jpg", "mimeType": "image/jpeg", "buffer": buffer.getvalue()}


PHOTOS = (photo("远景"), photo("近景", "#c2b280"))
FINDING = {"photos": PHOTOS, "category": "0501", "location__address": "东街 12 号门前", "description": "店铺占用人行道摆摊"}


class Person:
    """Somebody at work. `faults` are console errors, page errors, refused content and requests to anybody but our server."""

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.context, self.address = context, address
        self.faults: list[str] = []
        self.posts: list[str] = []
        self._forgiven: list[str] = []
        context.on("page", self._watch)
        self.page = context.new_page()

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.faults.append(f"page: {error}"))
        page.on("console", lambda line: self.faults.append(f"console: {line.text}") if line.type in ("error", "warning") else None)
        page.on("request", lambda asked: self._asked(asked.method, asked.url))

    def _asked(self, method: str, url: str) -> None:
        if not url.startswith((self.address, "data:", "blob:")):
            self.faults.append(f"foreign: {url}")
        if method == "POST":
            self.posts.append(url.removeprefix(self.address))

    def forgives(self, *words: str) -> None:
        """The browser's own remark on an answer this test provokes, such as "409"."""
        self._forgiven.extend(words)

    def unforgiven(self) -> list[str]:
        """What was wrong on this person's pages."""
        return [fault for fault in self.faults if not any(word in fault for word in self._forgiven)]

    def signs_in(self, person: str, then: str = "") -> "Person":
        """One click on the own name, as in every demonstration."""
        self.page.goto(f"{self.address}/sign-in{'?next=' + then if then else ''}")
        button = self.page.locator(f"button[name=person][value='{person}']").first
        while not button.is_visible():
            self.page.locator("details:not([open])", has=button).first.locator("> summary").click()
        button.click()
        self.page.wait_for_url(lambda url: "/sign-in" not in url)
        return self

    def goes(self, path: str) -> Page:
        """Open an address of ours."""
        self.page.goto(self.address + path)
        return self.page

    def rows(self, path: str = "/tasks") -> list[str]:
        """The steps on the list, as they read."""
        self.goes(path)
        return [" ".join(text.split()) for text in self.page.locator("#rows tr[data-row] td[data-label='环节']").all_inner_texts()]

    def opens(self, step: str) -> Page:
        """Claim or open the one row of this step on the list."""
        self.goes("/tasks")
        row = self.page.locator("#rows tr[data-row]", has=self.page.locator("td[data-label='环节']", has_text=step))
        row.locator(".act-cell").locator("a, button").first.click()
        self.page.wait_for_url("**/tasks/*")
        expect(self.page.locator("h1")).to_have_text(step)
        return self.page

    def does(self, step: str, **values: Any) -> Page:
        """Open a step, fill it in, submit it, and see that it went through."""
        self.opens(step)
        self.fills(**values)
        self.submits()
        expect(self.page.locator("#notices")).to_contain_text(f"“{step}”已提交")
        return self.page

    def fills(self, **values: Any) -> None:
        """Fill in fields by the names they have in the form; a field that stands within a place is written place__address."""
        for name, value in values.items():
            self._fill(name.replace("__", "."), value)

    def _fill(self, name: str, value: Any) -> None:
        if self.page.locator(f"[data-photos='{name}']").count():
            self._photos(name, value)
            return
        field = self.page.locator(f"[name='{name}']:not([type=hidden])").first
        kind = field.evaluate("f => f.type")
        if kind in ("radio", "checkbox"):
            for one in value if isinstance(value, list) else [value]:
                self._chooses(self.page.locator(f"[name='{name}'][value='{'on' if one is True else one}']"))
        elif kind.startswith("select"):
            field.select_option(value)
        else:
            field.fill(value)
        self.page.wait_for_function(AT_REST)

    def _chooses(self, box: Locator) -> None:
        box.check()
        self.page.wait_for_function(AT_REST)

    def _photos(self, name: str, photos: Any) -> None:
        field = self.page.locator(f"[data-photos='{name}']")
        before = field.locator(".photos li").count()
        field.locator("input[type=file]").last.set_input_files(list(photos))
        expect(field.locator(".photos li")).to_have_count(before + len(photos))

    def submits(self) -> None:
        """Press the page's one submit button and wait for the answer's page."""
        with self.page.expect_navigation():
            self.page.locator(".submit-bar button[type=submit]").click()

    def reports(self, **changes: Any) -> str:
        """Report a finding from the phone; answers the case's number."""
        self.goes("/report")
        self.fills(**{**FINDING, **changes})
        self.page.locator("#report-form [type=submit]").click()
        self.page.wait_for_url("**/report/done/*")
        return self.page.url.rpartition("/")[2]

    def snaps(self, name: str) -> None:
        """Keep a picture of the page for people to look at."""
        SCREENS.mkdir(parents=True, exist_ok=True)
        self.page.wait_for_function(AT_REST)
        self.page.evaluate("() => scrollTo(0, 0)")
        width = self.page.viewport_size["width"]
        self.page.evaluate(BARS, "static")
        self.page.screenshot(path=SCREENS / f"{name}-{NAMES.get(width, width)}.png", full_page=True)
        self.page.evaluate(BARS, "")


class Crowd:
    """People with browsers of their own at one server."""

    def __init__(self, browser: Browser, address: str) -> None:
        self._browser, self._address, self._people = browser, address, []

    def somebody(self, size: dict[str, int] = DESK, **more: Any) -> Person:
        """Nobody in particular yet: a fresh browser."""
        given = {"viewport": size, "locale": "zh-CN", "timezone_id": "Asia/Shanghai", **more}
        if size is PHONE:
            given = {"has_touch": True, "is_mobile": True, **given}
        context = self._browser.new_context(**given)
        context.set_default_timeout(30_000)
        person = Person(context, self._address)
        self._people.append(person)
        return person

    def enter(self, who: str, size: dict[str, int] = DESK, **more: Any) -> Person:
        """Somebody of the sample town, signed in."""
        return self.somebody(size, **more).signs_in(who)

    def faults(self) -> list[str]:
        """Everything wrong on any page of anybody."""
        return [fault for person in self._people for fault in person.unforgiven()]

    def close(self) -> None:
        """Close every browser."""
        for person in self._people:
            person.context.close()
