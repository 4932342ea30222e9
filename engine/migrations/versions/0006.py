"""Figures kept ready."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None

BIGKEY = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def board_count() -> None:
    op.create_table('board_count',
        sa.Column('scope_id', sa.String(length=40), nullable=False),
        sa.Column('facet', sa.String(length=16), nullable=False),
        sa.Column('key', sa.String(length=160), nullable=False),
        sa.Column('late', sa.Integer(), nullable=False),
        sa.Column('soon', sa.Integer(), nullable=False),
        sa.Column('fine', sa.Integer(), nullable=False),
        sa.Column('none', sa.Integer(), nullable=False),
        sa.Column('stopped', sa.Integer(), nullable=False),
        sa.Column('total', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('scope_id', 'facet', 'key')
    )
    op.create_index('count_by_late', 'board_count', ['scope_id', 'facet', 'late', 'total'], unique=False)


def board_line() -> None:
    op.create_table('board_line',
        sa.Column('id', sa.String(length=80), nullable=False),
        sa.Column('instance_id', sa.BigInteger(), nullable=False),
        sa.Column('rank', sa.Integer(), nullable=False),
        sa.Column('sort_at', sa.BigInteger(), nullable=False),
        sa.Column('city_id', sa.String(length=40), nullable=True),
        sa.Column('town_id', sa.String(length=40), nullable=True),
        sa.Column('area_id', sa.String(length=40), nullable=True),
        sa.Column('village_id', sa.String(length=40), nullable=True),
        sa.Column('grid_id', sa.String(length=40), nullable=True),
        sa.Column('unit_path', sa.String(length=200), nullable=False),
        sa.Column('link', sa.String(length=40), nullable=False),
        sa.Column('holder', sa.String(length=160), nullable=False),
        sa.Column('office', sa.String(length=80), nullable=False),
        sa.Column('matter', sa.String(length=80), nullable=False),
        sa.Column('rule', sa.String(length=40), nullable=False),
        sa.Column('state', sa.String(length=16), nullable=False),
        sa.Column('opened_at', sa.BigInteger(), nullable=False),
        sa.Column('warn_at', sa.BigInteger(), nullable=True),
        sa.Column('due_at', sa.BigInteger(), nullable=True),
        sa.Column('turn_at', sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint('id')
    )
    op.create_index('line_by_turn', 'board_line', ['turn_at'], unique=False)
    op.create_index('line_of_area', 'board_line', ['area_id', 'rank', 'sort_at', 'id'], unique=False)
    op.create_index('line_of_case', 'board_line', ['instance_id'], unique=False)
    op.create_index('line_of_city', 'board_line', ['city_id', 'rank', 'sort_at', 'id'], unique=False)
    op.create_index('line_of_grid', 'board_line', ['grid_id', 'rank', 'sort_at', 'id'], unique=False)
    op.create_index('line_of_holder', 'board_line', ['holder', 'rank', 'sort_at', 'id'], unique=False)
    op.create_index('line_of_link', 'board_line', ['link', 'rank', 'sort_at', 'id'], unique=False)
    op.create_index('line_of_matter', 'board_line', ['matter', 'rank', 'sort_at', 'id'], unique=False)
    op.create_index('line_of_office', 'board_line', ['office', 'rank', 'sort_at', 'id'], unique=False)
    op.create_index('line_of_rule', 'board_line', ['rule', 'rank', 'sort_at', 'id'], unique=False)
    op.create_index('line_of_town', 'board_line', ['town_id', 'rank', 'sort_at', 'id'], unique=False)
    op.create_index('line_of_village', 'board_line', ['village_id', 'rank', 'sort_at', 'id'], unique=False)


def daily_figure() -> None:
    op.create_table('daily_figure',
        sa.Column('day', sa.String(length=10), nullable=False),
        sa.Column('scope_id', sa.String(length=40), nullable=False),
        sa.Column('link', sa.String(length=40), nullable=False),
        sa.Column('measure', sa.String(length=16), nullable=False),
        sa.Column('n', sa.Integer(), nullable=False),
        sa.Column('total_ms', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('scope_id', 'day', 'link', 'measure')
    )
    op.create_index('daily_figure_by_day', 'daily_figure', ['day'], unique=False)


def figure_state() -> None:
    op.create_table('figure_state',
        sa.Column('name', sa.String(length=40), nullable=False),
        sa.Column('as_of', sa.BigInteger(), nullable=True),
        sa.Column('value', sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint('name')
    )


def period_indexes() -> None:
    op.create_index('finding_by_time', 'finding', ['reported_at'], unique=False)
    op.create_index('instance_by_end', 'process_instance', ['ended_at'], unique=False)
    op.create_index('work_item_by_creation', 'work_item', ['created_at'], unique=False)
    op.create_index('work_item_by_end', 'work_item', ['ended_at'], unique=False)
    op.create_index('work_item_by_limit', 'work_item', ['due_at'], unique=False)
    op.create_index('work_item_by_warning', 'work_item', ['warn_at'], unique=False)


def step_total() -> None:
    op.create_table('step_total',
        sa.Column('process_key', sa.String(length=120), nullable=False),
        sa.Column('definition_id', sa.BigInteger(), nullable=False),
        sa.Column('month', sa.Integer(), nullable=False),
        sa.Column('unit_id', sa.String(length=80), nullable=False),
        sa.Column('unit_path', sa.Text(), nullable=False),
        sa.Column('element_id', sa.String(length=120), nullable=False),
        sa.Column('measure', sa.String(length=16), nullable=False),
        sa.Column('bucket', sa.Integer(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint('process_key', 'definition_id', 'month', 'unit_id', 'element_id', 'measure', 'bucket')
    )


def time_total() -> None:
    op.create_table('time_total',
        sa.Column('month', sa.Integer(), nullable=False),
        sa.Column('unit_id', sa.String(length=80), nullable=False),
        sa.Column('unit_path', sa.Text(), nullable=False),
        sa.Column('person_id', sa.String(length=80), nullable=False),
        sa.Column('part', sa.String(length=16), nullable=False),
        sa.Column('cases', sa.Integer(), nullable=False),
        sa.Column('wall_ms', sa.BigInteger(), nullable=False),
        sa.Column('work_ms', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('month', 'unit_id', 'person_id', 'part')
    )
    op.create_index('time_total_by_person', 'time_total', ['person_id', 'month'], unique=False)
    op.create_index('time_total_by_unit', 'time_total', ['unit_path', 'month'], unique=False)


def upgrade() -> None:
    """The board, the daily figures, the indexes by which lists of a period are read, and where time went."""
    board_count()
    board_line()
    daily_figure()
    figure_state()
    period_indexes()
    step_total()
    time_total()
