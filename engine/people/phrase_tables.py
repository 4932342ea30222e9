"""The table of phrases that people keep."""

from sqlalchemy import Column, Index, String, Table

from engine.database import BIGKEY, metadata

LONGEST = 100

stock_phrase = Table(
    "stock_phrase", metadata,
    Column("id", BIGKEY, primary_key=True),
    Column("person_id", String(40), nullable=False),
    Column("text", String(LONGEST), nullable=False),
    Index("phrase_of_person", "person_id"))
