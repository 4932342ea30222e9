"""Signing in and out, and what stands between a stranger and a page."""

import dataclasses

import pytest

from engine.people import directory, sessions
from web.words import device


def give_password(database, person_id, password="一句容易记住的比较长的密码!"):
    hashed = sessions.hash_password(password)
    database.run(lambda c: directory.save_person(c, person_id, {"name": "测试", "password_hash": hashed}, None))
    return password


def test_a_stranger_is_led_to_the_sign_in_page(visitor):
    answer = visitor.get("/account")

    assert answer.status_code == 302
    assert "/sign-in?next=" in answer.headers["Location"]


def test_account_and_password_open_a_session(visitor, database, person):
    password = give_password(database, person)

    answer = visitor.client.post("/sign-in", data={"csrf": visitor.token("/sign-in"), "account": person, "password": password})

    assert answer.status_code == 302
    assert visitor.get("/account").status_code == 200


def test_unknown_account_and_wrong_password_read_the_same(visitor, database, person):
    give_password(database, person)

    token = visitor.token("/sign-in")
    answers = [visitor.client.post("/sign-in", data={"csrf": token, "account": who, "password": "不对的密码不对的密码"})
               for who in (person, "nobody-of-this-name")]

    assert [a.status_code for a in answers] == [422, 422]
    assert all("账号或密码不正确" in a.get_data(as_text=True) for a in answers)


def test_five_failures_lock_the_account_even_for_the_right_password(visitor, database, person):
    password = give_password(database, person)
    token = visitor.token("/sign-in")
    for _ in range(5):
        visitor.client.post("/sign-in", data={"csrf": token, "account": person, "password": "不对的密码不对的密码"})

    answer = visitor.client.post("/sign-in", data={"csrf": token, "account": person, "password": password})

    assert answer.status_code == 429
    assert "15 分钟" in answer.get_data(as_text=True)


def test_a_form_without_our_word_is_refused(as_person, person):
    browser = as_person(person)

    answer = browser.client.post("/sign-out")

    assert answer.status_code == 400
    assert browser.get("/account").status_code == 200


def test_a_form_from_another_site_is_refused_even_with_our_word(as_person, person):
    browser = as_person(person)

    answer = browser.client.post("/sign-out", data={"csrf": browser.token()}, headers={"Sec-Fetch-Site": "cross-site"})

    assert answer.status_code == 400


def test_signing_out_ends_the_session_on_the_server(as_person, person):
    browser = as_person(person)
    cookie = browser.client.get_cookie("sid").value

    browser.post("/sign-out")

    browser.client.set_cookie("sid", cookie)
    assert browser.get("/account").status_code == 302


def test_the_next_page_is_never_on_another_site(visitor, person):
    token = visitor.token("/sign-in")
    for address in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
        answer = visitor.client.post("/sign-in/demo", data={"csrf": token, "person": person, "next": address})
        assert answer.headers["Location"] == "/"
        visitor.client.delete_cookie("sid")


def test_one_click_sign_in_exists_only_in_a_demonstration(app, settings, person):
    app.extensions["gridloop"]["settings"] = dataclasses.replace(settings, demo=False)
    client = app.test_client()
    page = client.get("/sign-in").get_data(as_text=True)
    token = page.split('name="csrf-token" content="')[1].split('"')[0]

    answer = client.post("/sign-in/demo", data={"csrf": token, "person": person})

    assert answer.status_code == 404
    assert "演示" not in page


def test_every_answer_carries_the_strict_headers(visitor):
    headers = visitor.get("/sign-in").headers

    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "unsafe-inline" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(("agent", "words"), [
    ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/128.0 Mobile Safari/537.36", "安卓手机上的 Chrome"),
    ("Mozilla/5.0 (iPhone; CPU iPhone OS 17_0) AppleWebKit/605 Version/17.0 Safari/604.1", "苹果手机上的 Safari"),
    ("Mozilla/5.0 (Windows NT 10.0) Chrome/128.0 Safari/537.36 Edg/128.0", "Windows 电脑上的 Edge"),
    ("curl/8", "curl/8"), (None, "未知设备")])
def test_a_device_is_named_as_people_name_it(agent, words):
    assert device(agent) == words
