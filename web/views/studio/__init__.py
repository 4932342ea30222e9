"""The designers' room: what is published and what is being written, drafts, comparing, publishing, and the pages of the rules."""

from web.views.studio import draft_pages, models, published, rule_pages, rule_views, trials
from web.views.studio.room import blueprint

NAV = (("studio.overview", "设计角", "flow", "design"),)

__all__ = ["NAV", "blueprint", "draft_pages", "models", "published", "rule_pages", "rule_views", "trials"]
