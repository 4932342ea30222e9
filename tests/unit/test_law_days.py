"""Versions of an article by day: whatever spans a file gives, either it is refused, or every day has one version at most, and lookup
finds exactly that one."""

import datetime as dt
import tempfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.database import connect
from engine.errors import InvalidState, InvalidValues, UnsafeInput
from engine.law import loading, statutes

FIRST = dt.date(2020, 1, 1)
SPANS = st.lists(st.tuples(st.integers(0, 40), st.none() | st.integers(0, 20)), min_size=1, max_size=5)


def _file(spans):
    """A statute whose article 1 has a version for each span: (first day, length or open)."""
    head = '[statute]\nid = "T"\ntitle = "试验条例"\nshort = "试验条例"\nkind = "local"\n'
    rows = []
    for number, (first, length) in enumerate(spans):
        begins = FIRST + dt.timedelta(days=first)
        ends = "" if length is None else f"to = {begins + dt.timedelta(days=length)}\n"
        rows.append(f'[[article]]\nnumber = "1"\ntext = "第{number}版"\nfrom = {begins}\n{ends}')
    return (head + "\n".join(rows)).encode()


def _covering(spans, day):
    """Which of the spans hold on a day, counted by hand."""
    return [number for number, (first, length) in enumerate(spans) if first <= day and (length is None or day <= first + length)]


@pytest.fixture(scope="module")
def base():
    with tempfile.TemporaryDirectory() as folder:
        opened = connect(f"sqlite:///{folder}/law.db")
        opened.create_schema()
        yield opened
        opened.close()


class _Undo(Exception):
    """Nothing of an example is kept."""


def _found(c, day):
    try:
        return [statutes.article(c, "T:1", day=FIRST + dt.timedelta(days=day)).text]
    except InvalidState:
        return []


@settings(deadline=None, max_examples=60)
@given(spans=SPANS)
def test_a_day_has_one_version_or_none_and_an_overlap_is_refused(base, spans):
    overlap = any(len(_covering(spans, day)) > 1 for day in range(70))

    def example(c):
        if overlap:
            with pytest.raises(InvalidValues):
                loading.load(c, _file(spans), by=None)
        else:
            loading.load(c, _file(spans), by=None)
            for day in range(-1, 70):
                assert _found(c, day) == [f"第{number}版" for number in _covering(spans, day)]
        raise _Undo

    with pytest.raises(_Undo):
        base.run(example)


def test_a_file_that_is_too_large_is_refused_before_it_is_read(base):
    with pytest.raises(UnsafeInput):
        base.run(lambda c: loading.load(c, b"x" * (loading.LARGEST + 1), by=None).new)
