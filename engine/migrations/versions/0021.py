"""Trials, recorded tests and replays of a draft."""

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
