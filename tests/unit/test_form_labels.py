"""Every printed choice is one of the words its own field offers, and answers the question the field asks."""

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from engine import forms
from engine.documents import form_fields
from engine.forms.model import Field

FORMS = sorted((Path(__file__).parents[2] / "forms").glob("*.form.json"))
CHOICES = ("radio", "select", "checklist")


def chosen_from(fields: Iterable[Field]) -> Iterator[Field]:
    for field in fields:
        yield from chosen_from(field.children)
        if field.type in CHOICES and field.options:
            yield field


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.name.partition(".")[0])
def test_what_is_printed_of_a_choice_is_its_label_and_answers_its_question(path: Path) -> None:
    for field in chosen_from(forms.load(path.read_text("utf-8")).components):
        labels = [option.label for option in field.options]
        values = [[option.value] if field.type == "checklist" else option.value for option in field.options]
        assert [form_fields.chosen(field, value) for value in values] == labels
        assert len(set(labels)) == len(labels), f"{field.key}: two answers read the same"
        assert not field.key.endswith("opinion"), f"{field.key}: an opinion is words, it is printed as it was written"
        asked = set((field.label or "").partition("是否")[2])
        assert not asked or all(asked & set(label) or label in ("是", "否") for label in labels), f"“{field.label}”：{labels}"
