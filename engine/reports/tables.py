"""Figures kept ready: what is open now and how many of each, and how many of what happened on which day.

Everything here is computed from the tables of other rooms and can be thrown away and made again. A scope is a unit: counts are kept
for every unit above a line, so that a page of any unit reads as many rows whatever is open.
"""

from sqlalchemy import BigInteger, Column, Index, Integer, PrimaryKeyConstraint, String, Table, Text

from engine.database import JSONText, UTCDateTime, metadata

board_line = Table(
    "board_line", metadata,
    Column("id", String(80), primary_key=True),  # a work item's id, "clock:<id>" or "case:<id>"
    Column("instance_id", BigInteger, nullable=False),
    Column("rank", Integer, nullable=False),  # what it is and how late, in the order of lists
    Column("sort_at", UTCDateTime, nullable=False),
    Column("city_id", String(40)),
    Column("town_id", String(40)),
    Column("area_id", String(40)),
    Column("village_id", String(40)),
    Column("grid_id", String(40)),
    Column("unit_path", String(200), nullable=False),
    Column("link", String(40), nullable=False),
    Column("holder", String(160), nullable=False),
    Column("office", String(80), nullable=False),
    Column("matter", String(80), nullable=False),
    Column("rule", String(40), nullable=False),
    Column("state", String(16), nullable=False),
    Column("opened_at", UTCDateTime, nullable=False),
    Column("warn_at", UTCDateTime),
    Column("due_at", UTCDateTime),
    Column("turn_at", UTCDateTime),  # when time alone makes it later than it is
    Index("line_of_case", "instance_id"),
    Index("line_by_turn", "turn_at"),
    Index("line_of_city", "city_id", "rank", "sort_at", "id"),
    Index("line_of_town", "town_id", "rank", "sort_at", "id"),
    Index("line_of_area", "area_id", "rank", "sort_at", "id"),
    Index("line_of_village", "village_id", "rank", "sort_at", "id"),
    Index("line_of_grid", "grid_id", "rank", "sort_at", "id"),
    Index("line_of_holder", "holder", "rank", "sort_at", "id"),
    Index("line_of_office", "office", "rank", "sort_at", "id"),
    Index("line_of_matter", "matter", "rank", "sort_at", "id"),
    Index("line_of_rule", "rule", "rank", "sort_at", "id"),
    Index("line_of_link", "link", "rank", "sort_at", "id"))

board_count = Table(
    "board_count", metadata,
    Column("scope_id", String(40), nullable=False),
    Column("facet", String(16), nullable=False),
    Column("key", String(160), nullable=False),
    Column("late", Integer, nullable=False),
    Column("soon", Integer, nullable=False),
    Column("fine", Integer, nullable=False),
    Column("none", Integer, nullable=False),
    Column("stopped", Integer, nullable=False),
    Column("total", Integer, nullable=False),
    PrimaryKeyConstraint("scope_id", "facet", "key"),
    Index("count_by_late", "scope_id", "facet", "late", "total"))

daily_figure = Table(
    "daily_figure", metadata,
    Column("day", String(10), nullable=False),  # in Shanghai, 2026-03-02
    Column("scope_id", String(40), nullable=False),
    Column("link", String(40), nullable=False),
    Column("measure", String(16), nullable=False),
    Column("n", Integer, nullable=False),
    Column("total_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("scope_id", "day", "link", "measure"),
    Index("daily_figure_by_day", "day"))

figure_state = Table(
    "figure_state", metadata,
    Column("name", String(40), primary_key=True),
    Column("as_of", UTCDateTime),  # everything before this moment is counted; none while they are made for the first time
    Column("value", JSONText, nullable=False))

time_total = Table(
    "time_total", metadata,
    Column("month", Integer, nullable=False),  # of the case's end in Shanghai, 202603
    Column("unit_id", String(80), nullable=False),
    Column("unit_path", Text, nullable=False),
    Column("person_id", String(80), nullable=False),  # "" for the cases themselves
    Column("part", String(16), nullable=False),  # a part of the time, or "whole"
    Column("cases", Integer, nullable=False),
    Column("wall_ms", BigInteger, nullable=False),
    Column("work_ms", BigInteger, nullable=False),
    PrimaryKeyConstraint("month", "unit_id", "person_id", "part"),
    Index("time_total_by_unit", "unit_path", "month"),
    Index("time_total_by_person", "person_id", "month"))

step_total = Table(
    "step_total", metadata,
    Column("process_key", String(120), nullable=False),
    Column("definition_id", BigInteger, nullable=False),
    Column("month", Integer, nullable=False),
    Column("unit_id", String(80), nullable=False),
    Column("unit_path", Text, nullable=False),
    Column("element_id", String(120), nullable=False),
    Column("measure", String(16), nullable=False),  # wall, work: done steps by how long they took; limited, late: how many
    Column("bucket", Integer, nullable=False),
    Column("number", Integer, nullable=False),
    PrimaryKeyConstraint("process_key", "definition_id", "month", "unit_id", "element_id", "measure", "bucket"))
