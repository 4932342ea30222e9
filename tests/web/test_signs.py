"""The pages of signs: who sees them, how one is looked into and marked, what leaves the system, and who changes the thresholds."""

import datetime as dt
import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from engine import clock
from engine.database import Database
from engine.rehearsal.album import draw
from tests.sample_town import NEIGHBOUR
from tests.sign_town import SignTown
from web.settings import Settings

INSPECTOR, FOREIGN_INSPECTOR, COMMANDER = "jw1", "lx-jw1", "zhz1"


@pytest.fixture
def town(database: Database, settings: Settings) -> SignTown:
    """Two findings of today with the same photo."""
    made = SignTown(database, Path(settings.files), clock.Simulated(clock.now() - dt.timedelta(hours=40)))
    with clock.use(made.clock):
        made.finds(photos=[made.uploads(draw(7))])
        made.clock.advance(dt.timedelta(hours=30))
        made.finds(NEIGHBOUR, photos=[made.uploads(draw(7), NEIGHBOUR)])
    return made


def text(answer: object) -> str:
    return answer.get_data(as_text=True)


def first_link(page: str) -> str:
    """The address of the first sign on the list."""
    begin = page.index('href="/supervision/signs/one?') + len('href="')
    return page[begin:page.index('"', begin)].replace("&amp;", "&")


def fields(link: str) -> dict[str, str]:
    """What the form of a sign's page carries."""
    return dict(part.split("=", 1) for part in link.partition("?")[2].replace("%3A", ":").split("&"))


def test_the_list_shows_a_sign_as_a_hint_and_leads_to_its_evidence(as_person, town: SignTown) -> None:
    browser = as_person(INSPECTOR)

    page = text(browser.get("/supervision/signs"))
    one = text(browser.get(first_link(page)))

    assert "照片重复使用" in page and "提示，需人工核实" in page
    assert "同一文件" in one and "/thumb" in one and "看这件事" in one and "核实的经过和依据" in one
    assert 'href="/cases/' in one


def test_a_marked_sign_leaves_the_list_and_stays_readable(as_person, town: SignTown) -> None:
    browser = as_person(INSPECTOR)
    link = first_link(text(browser.get("/supervision/signs")))

    missing = browser.post("/supervision/signs/one", {**fields(link), "verdict": "true", "note": " "})
    answer = browser.post("/supervision/signs/one", {**fields(link), "verdict": "true", "note": "两处不是同一现场"})

    assert missing.status_code == 422 and "请写明核实的经过" in text(missing)
    assert answer.status_code == 302
    assert "没有待核实的提示" in text(browser.get("/supervision/signs"))
    assert "属实" in text(browser.get("/supervision/signs?state=marked"))
    assert "两处不是同一现场" in text(browser.get(link))


def test_who_supervises_without_ordering_reads_and_does_not_mark(as_person, town: SignTown) -> None:
    link = first_link(text(as_person(INSPECTOR).get("/supervision/signs")))
    leader = as_person(town.steerer())

    page = leader.get(link)
    answer = leader.post("/supervision/signs/one", {**fields(link), "verdict": "true", "note": "理由"})

    assert page.status_code == 200 and "记下结论" not in text(page)
    assert answer.status_code == 403


@pytest.mark.parametrize(("person", "status"), [("wg01", 403), ("xitong", 403), (FOREIGN_INSPECTOR, 404)])
def test_nobody_else_opens_a_sign(as_person, town: SignTown, person: str, status: int) -> None:
    link = first_link(text(as_person(INSPECTOR).get("/supervision/signs")))

    assert as_person(person).get(link).status_code == status


@pytest.mark.parametrize("query", ["", "?kind=reused-photos&key=x&at=1", "?kind=x&key=x&at=1", "?kind=reused-photos&key=x&at=9" + "9" * 30,
                                   "?kind=reused-photos&key=x&at=-5"])
def test_an_address_that_leads_to_no_sign_is_said_so(as_person, query: str) -> None:
    assert as_person(INSPECTOR).get("/supervision/signs/one" + query).status_code == 404


@pytest.mark.parametrize("query", ["?kind=x", "?state=x", "?days=3"])
def test_an_unknown_filter_is_refused(as_person, query: str) -> None:
    assert as_person(INSPECTOR).get("/supervision/signs" + query).status_code == 422


def test_the_export_names_who_took_it_and_is_recorded(as_person, database: Database, town: SignTown) -> None:
    answer = as_person(INSPECTOR).post("/supervision/signs/export", {"days": "7"})

    sheet = load_workbook(io.BytesIO(answer.data)).active
    assert "jw1" in sheet["A1"].value and "提示，需人工核实" in sheet["A1"].value and "近 7 日" in sheet["A1"].value
    assert [cell.value for cell in sheet[3]][:1] == ["照片重复使用"]
    with database.reading() as c:
        assert c.exec_driver_sql("SELECT count(*) FROM record WHERE kind = 'exported' AND actor = 'jw1'").scalar() == 1


def test_thresholds_are_read_by_inspectors_and_changed_by_administrators(as_person, town: SignTown) -> None:
    inspector, admin = as_person(INSPECTOR), as_person("xitong")

    assert "保存<span" not in text(inspector.get("/supervision/signs/thresholds"))
    assert inspector.post("/supervision/signs/thresholds/photo.hours", {"value": "100"}).status_code == 403
    assert admin.post("/supervision/signs/thresholds/photo.hours", {"value": "100"}).status_code == 302
    refused = admin.post("/supervision/signs/thresholds/approve.count", {"value": "1"})

    assert refused.status_code == 422 and "3 至 50" in text(refused)
    page = text(admin.get("/supervision/signs/thresholds"))
    assert 'value="100"' in page and "已改" in page
    assert admin.post("/supervision/signs/thresholds/x.y", {"value": "1"}).status_code == 404
