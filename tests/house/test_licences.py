"""`docs/licences.md` lists exactly what the locks install, with the licences the packages state, and the duty of the watermark is kept."""

import re

from tests.house.licences import bundled_packages, python_licence, python_packages
from tests.house.sources import files, text

PAGE = "docs/licences.md"
FREE = re.compile(r"MIT|CC0|BSD|ISC|0BSD|Apache-2\.0|MPL-2\.0|LGPL-(?:2\.1|3\.0)|ZPL-2\.1|PSF-2\.0")


def rows(heading: str) -> dict[str, tuple[str, str]]:
    """Name to version and licence of one table of the page."""
    part = re.search(rf"^## {heading}\n(.*?)(?=^## |\Z)", text(PAGE), re.MULTILINE | re.DOTALL)
    found = re.findall(r"^\| (\S+) \| (\S+) \| (.+?) \|$", part[1], re.MULTILINE)
    return {name: (version, licence) for name, version, licence in found if name != "名称"}


def test_every_python_package_is_listed_with_its_version_and_licence():
    assert rows("Python") == {name: (version, python_licence(name)) for name, version in python_packages().items()}


def test_everything_that_can_reach_a_browser_is_listed_with_its_version_and_licence():
    assert rows("网页和 FEEL 引擎") == bundled_packages()


def test_only_licences_that_we_can_keep():
    licences = {licence for table in ("Python", "网页和 FEEL 引擎") for _, licence in rows(table).values()}

    assert [one for one in licences if not FREE.search(one)] == []


def test_nobody_touches_the_watermark_of_the_diagram():
    ours = files(".js", ".mjs", ".css", ".html", ".py", under=("web/",))

    assert "bpmn-js" in rows("网页和 FEEL 引擎")
    assert [path for path in ours if re.search(r"bjs-powered-by|bpmn\.io/img|PoweredByUtil", text(path))] == []
