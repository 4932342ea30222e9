"""Diagrams that were kept as drafts before there was a studio are drafts of it afterwards, word for word."""

from alembic import command
from alembic.config import Config
from sqlalchemy import text

from engine import migrations
from engine.database import connect
from engine.people import Participant, Post
from engine.studio import drafts

SHE = Participant("she", "名she", (Post("process_designer", "city", "/", "市", "city"),))
NAMED = '<?xml version="1.0" encoding="UTF-8"?><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">' \
    '<process id="dogs" name="养犬"/></definitions>'
OTHER = '<?xml version="1.0" encoding="GB18030"?><definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"><!-- 注 --></definitions>'


def test_kept_diagrams_become_drafts(database_url: str, request):
    if database_url.startswith("sqlite"):
        url = f"sqlite:///{request.getfixturevalue('tmp_path')}/old.db"
    else:
        server = request.getfixturevalue("postgres")
        made = server.create()
        url = made.render_as_string(hide_password=False)
    database = connect(url)
    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER))

    def to(c, revision: str) -> None:
        config.attributes["connection"] = c
        command.upgrade(config, revision)

    database.run(lambda c: to(c, "0016"))
    row = text("INSERT INTO diagram_draft (id, name, original, diagram, findings, stored_at, stored_by)"
               " VALUES (:i, :n, :o, :o, '[]', 1000, 'she')")
    kept = [{"i": 1, "n": "养犬草图", "o": NAMED.encode()}, {"i": 2, "n": "外来", "o": OTHER.encode("gb18030")}]
    database.run(lambda c: c.execute(row, kept) and None)
    database.run(lambda c: to(c, "head"))

    with database.reading() as c:
        found = [drafts.open_draft(c, SHE, line.id) for line in sorted(drafts.lines(c, SHE), key=lambda one: one.id)]
        kept = [drafts.at_revision(c, one.id, 1) for one in found]
    database.close()
    assert [(one.key, one.name, one.revision, one.state) for one in found] == [
        ("dogs", "养犬草图", 1, "open"), ("imported_2", "外来", 1, "open")]
    assert [dict(one.files) for one in found] == kept == [
        {"dogs.bpmn": NAMED}, {"imported_2.bpmn": OTHER.replace("GB18030", "UTF-8")}]
