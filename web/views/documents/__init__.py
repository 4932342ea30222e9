"""Documents of cases: what there is, previews, records written and signed on the spot, files, service; and the templates of Word papers."""

from web.views.documents import findings, papers, records, shelf
from web.views.documents.room import blueprint

NAV = [("documents.shelf", "文书模板", "file", "penalties")]

__all__ = ["NAV", "blueprint", "findings", "papers", "records", "shelf"]
