"""What holds for every page, whoever writes it."""

import re

import pytest

from web.auth import Policy

CHOICE = re.compile(r"<any\(([^,)]*)[^>]*>")
"""A part of an address that is one of some words; its first word stands for it."""


def routes(app):
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint != "static"]


def test_every_route_declares_who_may_use_it(app):
    undeclared = [rule.rule for rule in routes(app) if not isinstance(getattr(app.view_functions[rule.endpoint], "policy", None), Policy)]

    assert undeclared == []


def test_a_stranger_gets_nothing_but_the_sign_in_page(app):
    client = app.test_client()
    for rule in routes(app):
        policy = app.view_functions[rule.endpoint].policy
        if policy.public or rule.rule.startswith("/api/"):
            continue
        address = CHOICE.sub(r"\1", rule.rule)
        for name in rule.arguments:
            for kind in ("int:", "uuid:", "path:", ""):
                address = address.replace(f"<{kind}{name}>", "1")
        method = "get" if "GET" in rule.methods else "post"
        answer = getattr(client, method)(address)
        assert answer.status_code in (302, 400, 401), (rule.rule, answer.status_code)


def test_a_write_needs_our_word_unless_it_authenticates_otherwise(app, as_person):
    browser = as_person("wg01")
    for rule in routes(app):
        policy = app.view_functions[rule.endpoint].policy
        if "POST" not in rule.methods or not policy.csrf:
            continue
        address = CHOICE.sub(r"\1", rule.rule)
        for name in rule.arguments:
            for kind in ("int:", "uuid:", "path:", ""):
                address = address.replace(f"<{kind}{name}>", "1")
        assert browser.client.post(address).status_code == 400, rule.rule


@pytest.mark.parametrize("address", ["/tasks", "/report", "/cases", "/account"])
def test_pages_hold_no_inline_script_or_style(as_person, address):
    page = as_person("wg01").get(address).get_data(as_text=True)

    assert " style=" not in page and "<style" not in page and " onclick=" not in page and "javascript:" not in page
