"""What people do on the pages of the grid loop, in their own words: the language of the tests of this folder."""

import io
import re

from PIL import Image

FINDER, CADRE, OTHER_CADRE, STRANGER = "wg01", "cs01", "cs02", "lx-dd1"
DISPATCHER, COMMANDER, INSPECTOR = "dd1", "zhz", "jw1"


def photo(colour: str = "green", name: str = "现场.jpg") -> tuple[io.BytesIO, str]:
    """A small JPEG as a browser uploads it."""
    picture = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(picture, "JPEG")
    picture.seek(0)
    return picture, name


def report(browser, key: str = "k1", **changes):
    """Send the report page's form as it stands without scripts."""
    values = {
        "key": key, "category": "0102", "source": "patrol", "description": "东街口垃圾堆放，没有人清理", "location.address": "东街 12 号",
        "location.lon": "118.908", "location.lat": "29.177", "photos:files": [photo("green"), photo("blue")], **changes}
    return browser.post("/report", values, content_type="multipart/form-data")


def number_of(answer) -> str:
    """The case's number from the address one is sent to."""
    return answer.headers["Location"].rpartition("/")[2]


def only_task(browser) -> str:
    """The id of the one work item in this person's list."""
    found = set(re.findall(r"/tasks/([0-9a-f]{32})\"", text(browser.get("/tasks"))))
    assert len(found) == 1, found
    return found.pop()


def hidden(browser, item: str) -> dict[str, str]:
    """What the page sends along: its key and the revision it shows."""
    page = text(browser.get(f"/tasks/{item}"))
    return {name: re.search(rf'name="{name}" value="([^"]*)"', page).group(1) for name in ("key", "revision")}


CORRECTED = {"correction_outcome": "corrected", "correction_measures": ["persuade"], "correction_words": "已当面劝导，当场清理干净"}


def correct(browser, item: str, **changes):
    """Do 村社纠正: put right on the spot."""
    values = {**hidden(browser, item), **CORRECTED, "photos_after:files": [photo("red")], **changes}
    return browser.post(f"/tasks/{item}", values, content_type="multipart/form-data")


def text(answer) -> str:
    """The page."""
    return answer.get_data(as_text=True)
