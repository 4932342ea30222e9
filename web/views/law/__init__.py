"""The law that cases are decided by: statutes, the power list of a town, discretion standards, and what stands beside a step."""

from web.views.law import assisting, book, power_list, standards
from web.views.law.room import blueprint

NAV = [("law.book", "法条与权力", "list", "penalties"), ("law.power_list", "赋权清单", "list", "administer")]

__all__ = ["NAV", "assisting", "blueprint", "book", "power_list", "standards"]
