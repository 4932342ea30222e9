"""A person against whom a case runs is named only to those who have a part in it, whatever page they look at."""

import pytest

from engine import definitions
from tests.town import ROOT
from tests.web import cases

NAME = "王小明"


def text(answer: object) -> str:
    return answer.get_data(as_text=True)


@pytest.fixture
def case(database):
    shipped = [path for path in (ROOT / "bpmn").iterdir() if (path / f"{path.name}.bpmn").exists()]
    for path in definitions.called_first(shipped, ("penalty",)):
        package = definitions.read_folder(path, ROOT / "forms")
        database.run(lambda c, package=package: definitions.deploy(c, package, by=None))
    return cases.opened(database, item="SR-stall")


@pytest.mark.parametrize("page", ["/tasks", "/tasks?view=all", "/cases", "/cases/{case}", "/penalty", "/penalty/{case}", "/notices",
                                  "/cases/{case}/papers"])
def test_who_only_sends_cases_on_reads_no_names(as_person, case, page):
    found = as_person(cases.DISPATCHER).get(page.format(case=case))
    assert found.status_code in (200, 403, 404)
    assert NAME not in text(found)


def test_who_handles_it_reads_it(as_person, case):
    assert NAME in text(as_person(cases.OFFICER).get(f"/penalty/{case}"))
    assert "王**" in text(as_person(cases.OFFICER).get("/tasks"))
