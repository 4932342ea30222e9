"""The monthly report: who may see it, its numbers' lists, and what leaves the system with a name on it."""

import datetime as dt
import io
import re

import pytest
from openpyxl import load_workbook

from engine import clock
from engine.database import Database
from engine.people import directory
from engine.supervision import audit
from tests.web import loop

INSPECTOR, FOREIGN_INSPECTOR, GRID_WORKER = "jw1", "lx-jw1", "wg01"


@pytest.fixture
def march(database: Database) -> int:
    """A case reported on 2 March; it is the evening of the next day."""
    with clock.use(clock.Simulated(dt.datetime(2026, 3, 2, 9, 0, tzinfo=clock.SHANGHAI))):
        return loop.report(database, description='=HYPERLINK("http://x")')


@pytest.fixture(autouse=True)
def later():
    with clock.use(clock.Simulated(dt.datetime(2026, 3, 3, 18, 0, tzinfo=clock.SHANGHAI))):
        yield


def text(answer: object) -> str:
    return answer.get_data(as_text=True)


def test_the_report_says_what_it_counts_for_whom_and_who_looked(as_person, march: int) -> None:
    page = text(as_person(INSPECTOR).get("/reports/monthly?month=2026-03"))

    assert "青石镇 2026-03" in page and "（jw1）" in page and "仅限工作使用" in page
    assert "村社纠正成功且三十日内未回潮 ÷ 应由村社先行纠正" in page and "第七十四条" in page
    assert '<svg class="chart"' in page and "style=" not in page and "<script>" not in page


def test_a_number_opens_its_list(as_person, march: int) -> None:
    inspector = as_person(INSPECTOR)
    page = text(inspector.get("/reports/monthly?month=2026-03"))
    address, number = re.search(r'href="(/reports/behind[^"]*kpi=KPI-01[^"]*part=n)">(\d+)<', page).groups()

    listed = text(inspector.get(address.replace("&amp;", "&")))

    assert number == "1" and 'id="count">1<' in listed and f'href="/cases/{march}"' in listed


def test_another_town_has_its_own_month(as_person, march: int) -> None:
    foreign = as_person(FOREIGN_INSPECTOR)

    assert "这个月没有数字" in text(foreign.get("/reports/monthly?month=2026-03"))
    assert "这个月没有数字" in text(foreign.get("/reports/monthly?month=2026-03&unit=990100101"))
    assert 'id="count">0<' in text(foreign.get("/reports/behind?month=2026-03&unit=990100101&kpi=KPI-01&part=n"))
    assert f'href="/cases/{march}"' not in text(foreign.get("/reports/behind?month=2026-03&kpi=KPI-01&part=raw"))


@pytest.mark.parametrize("address", ["/reports/monthly", "/reports/behind?month=2026-03&kpi=KPI-01&part=n"])
@pytest.mark.parametrize("person, status", [(GRID_WORKER, 403), ("xitong", 403), ("dd1", 403), ("sfj", 200), (INSPECTOR, 200)])
def test_only_supervising_posts_may_look(as_person, address: str, person: str, status: int) -> None:
    assert as_person(person).get(address).status_code == status


@pytest.mark.parametrize("address, status", [
    ("/reports/monthly?month=2026-13", 422), ("/reports/monthly?month=2027-01", 422), ("/reports/monthly?unit=nowhere", 404),
    ("/reports/behind?month=2026-03&kpi=KPI-15&part=n", 404), ("/reports/behind?month=x&kpi=KPI-01&part=n", 422)])
def test_what_there_is_not_is_refused_in_words(as_person, address: str, status: int) -> None:
    assert as_person(INSPECTOR).get(address).status_code == status


def test_the_spreadsheet_names_who_took_it_and_holds_no_formulas(as_person, march: int, database: Database) -> None:
    answer = as_person(INSPECTOR).post("/reports/export", {"month": "2026-03"})

    book = load_workbook(io.BytesIO(answer.data))
    assert book.sheetnames == ["指标", "每日", "各单位", "办理时长", "尚不能统计"]
    for sheet in book:
        assert "jw1" in sheet["A1"].value and "2026-03-03 18:00 导出" in sheet["A1"].value
        assert sheet.oddFooter.center.text.endswith("2026-03-03 18:00")
        cells = [cell for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
        assert cells and all(cell.data_type != "f" and cell.quotePrefix for cell in cells)
    with database.reading() as c:
        newest = audit.entries(c, directory.participant(c, "shenji"))[0]
    assert newest.actor == INSPECTOR and newest.kind == "exported" and "2026-03 监督月报" in newest.text


def test_the_list_of_the_board_holds_no_formulas_either(as_person, march: int) -> None:
    answer = as_person(INSPECTOR).post("/supervision/export", {"kind": "step"})

    cells = [cell for row in load_workbook(io.BytesIO(answer.data)).active.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert any("HYPERLINK" in cell.value for cell in cells) and all(cell.data_type != "f" and cell.quotePrefix for cell in cells)


def test_a_refused_export_leaves_no_record(as_person, march: int, database: Database) -> None:
    assert as_person(GRID_WORKER).post("/reports/export", {"month": "2026-03"}).status_code == 403
    assert as_person(INSPECTOR).post("/reports/export", {"month": "2026-99"}).status_code == 422
    with database.reading() as c:
        assert not audit.noted(c, "exported")
