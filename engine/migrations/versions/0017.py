"""Drafts of whole processes, who works on them, and requests to publish."""

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""
