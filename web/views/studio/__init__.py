"""The designers' room: what is published and what is being written, drafts, comparing, publishing, and the pages of the rules."""

from web.views.studio import (
    comparing,
    decision_pages,
    draft_pages,
    editor,
    example_changes,
    examples,
    form_pages,
    lawful,
    load,
    models,
    moves,
    parameter_pages,
    pattern_pages,
    published,
    publishing,
    replays,
    rights,
    rule_pages,
    rule_views,
    trials,
)
from web.views.studio.room import blueprint

NAV = (("studio.overview", "设计角", "flow", "design"), ("studio.requests", "流程审批", "check", "approve_models"),
       ("studio.rights", "流程权限", "shield", "administer"))

__all__ = ["NAV", "blueprint", "comparing", "decision_pages", "draft_pages", "editor", "example_changes", "examples", "form_pages",
           "lawful", "load", "models", "moves", "parameter_pages", "pattern_pages", "published", "publishing", "replays", "rights",
           "rule_pages", "rule_views", "trials"]
