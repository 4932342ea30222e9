"""S03 through the pages alone: a finding, a case, a fine that is not paid, the court, the dossier in the archive."""

import csv
import datetime as dt
import hashlib
import io
import zipfile

import pytest
from playwright.sync_api import expect

from engine.clock import local
from engine.documents import pages
from engine.law import sample
from engine.people import qualifications
from tests.browser.people import PHONE, PHOTOS, photo
from tests.penalty_town import credit_code

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

ARTICLE = "《X省城市市容和环境卫生管理条例》第十八条"
DEPARTMENT = "fq1"
FACTS = "青石甲公司门头广告灯箱破损，责令十日内改正，复查没有改正。"
AGREE = "同意。"
LONGEST = dt.timedelta(days=20)
"""A machine that was off for longer than a month asks an administrator first."""
PLACE = "东街12号青石甲公司"
POINTS = ("authority", "facts", "law", "procedure", "discretion", "papers", "crime")
PAPERS = ("立案审批表", "责令改正通知书", "行政处罚决定书", "行政处罚事先告知书", "履行行政决定催告书", "现场检查（勘验）笔录",
          "行政处罚强制执行申请书")


class Office:
    """The people of one town at one case, and its clock."""

    def __init__(self, people, town):
        self.people, self.town, self.inside, self.case = people, town, {}, ""
        town.database.run(lambda c: qualifications.sample(c, ["ba1", "ba2", "fzy1"]))
        town.database.run(lambda c: sample.load(c, "990100101"))

    def __getitem__(self, who):
        if who not in self.inside:
            self.inside[who] = self.people.enter(who, PHONE if who in ("wg01", "cs01") else {"width": 1360, "height": 860})
            self.inside[who].forgives("401")
        return self.inside[who]

    @property
    def today(self):
        return local(self.town.time()).date()

    def until(self, day):
        """Let time go by, at most twenty days at once, and sign everybody in again when their sessions are over."""
        while self.today < day:
            self.town.waits(days=min(day - self.today, LONGEST).days)
        for who, person in self.inside.items():
            person.signs_in(who) if "/sign-in" in person.goes("/tasks").url else None

    def serves(self):
        values = {"method": "direct", "service_on": self.today.isoformat(), "place": PLACE, "receiver": "赵志强", "relation": "法定代表人"}
        officer = self["ba1"]
        officer.opens("送达")
        expect(officer.page.locator("aside, main").first).to_contain_text("要送达的文书")
        officer.fills(**values, photos=[photo("送达")])
        officer.submits()


def finding(office):
    office["wg01"].reports(category="0202", description="门头广告破损，边角翘起", location__address=PLACE)
    office["cs01"].does("村社纠正", correction_outcome="refused", correction_measures=["persuade"], correction_words="上门两次没有修",
                        correction_reason="店主不配合")
    office["pq1"].does("片区研判上报", area_outcome="report", area_note="情况属实")
    office["dd1"].does("协调中心受理", accept_outcome="accepted")
    office["dz1"].does("执法队签收", officer="ba1", assistant="ba2")
    officer = office["ba1"]
    officer.does("现场核查", onsite_outcome="order", onsite_facts="灯箱破损约两平方米", photos_onsite=PHOTOS)
    officer.opens("责令改正")
    expect(officer.page.locator("aside").first).to_contain_text("责令改正通知书")
    officer.fills(rectify_kind="within", party_kind="organisation", party_name="青石甲公司", rectify_days="10",
                  order_facts="设置在青石镇东街12号的灯箱破损约两平方米。", rectify_demand="修复或者拆除")
    officer.submits()
    officer.opens("送达责令改正通知书")
    expect(officer.page.locator("aside").first).to_contain_text("改〔2026〕1号")
    page = officer.does("送达责令改正通知书", method="direct", service_on=office.today.isoformat(), place=PLACE, receiver="赵志强",
                        relation="法定代表人", photos_served=[photo("回证")])
    expect(page.locator("#notices")).not_to_contain_text("全部办完")
    office.until(office.today + dt.timedelta(days=11))
    officer.does("复查", recheck_outcome="not_corrected", recheck_note="没有修复", photos_recheck=[photo("复查")])
    officer.does("立案建议", filing_advice="file", filing_item="SR-sign", filing_party_kind="organisation", filing_party_name="青石甲公司",
                 filing_matter="户外广告设施不符合容貌标准", filing_reason="责令改正，逾期没有改正。")


def filed(office):
    officer = office["ba1"]
    officer.does("核查并申请立案", filing_advice="file", process="到场检查、复查。", suggestion="有照片，属本机关管辖。")
    office["ba2"].does("协办人会签立案", confirm_outcome="agree", confirm_opinion=AGREE)
    office["dz1"].does("队长审核立案", filing_advice="file", opinion=AGREE)
    leader = office["fgld"]
    expect(leader.opens("批准立案").locator("[name=opinion]").first).to_have_value("")
    leader.fills(filing_outcome="file", opinion=AGREE)
    leader.submits()
    page = officer.goes("/penalty")
    page.get_by_role("link", name="青石甲公司").first.click()
    office.case = page.url.removeprefix(officer.address)
    expect(page.locator(".task-line")).to_contain_text("〔2026〕1号")


def guided(office):
    """The department that gave the power away says how its first case here is handled."""
    office[DEPARTMENT].does("首案指导", guidance_text="查明设置人，先责令改正。", guidance_contact="市城市管理局 0000-12345678")


def corrected(office):
    """The party's data, a piece of evidence, a record that three people sign."""
    officer, page = office["ba1"], office["ba1"].goes(office.case)
    page.locator("#party summary").first.click()
    form = page.locator("#party form").first
    for name, value in (("legal_representative", "赵志强"), ("address", "青石镇东街12号"), ("id_number", credit_code(5))):
        form.locator(f"[name=party_{name}]").fill(value)
    form.locator("[name=reason]").fill("查询登记信息")
    with page.expect_navigation():
        form.locator("button").click()
    page.get_by_role("tab", name="证据").click()
    page.locator("#evidence summary").click()
    page.locator("#f-kind").select_option("documentary")
    for name, value in (("title", "门头广告破损照片"), ("origin", "现场拍摄"), ("purpose", "证明门头广告破损")):
        page.locator(f"#f-{name}").fill(value)
    page.locator("#f-files").set_input_files(list(PHOTOS))
    with page.expect_navigation():
        page.get_by_role("button", name="登记证据").click()
    expect(page.locator("#notices")).to_contain_text("证据已登记")
    number = office.case.rpartition("/")[2]
    page = officer.goes(f"/cases/{number}/documents/new?document=DOC-06")
    day = (office.today - dt.timedelta(days=1)).isoformat()
    officer.fills(officers__1__person="ba2", started_at=f"{day}T09:00", ended_at=f"{day}T09:30", place=PLACE,
                  findings="灯箱破损，没有修复。")
    with page.expect_navigation():
        page.get_by_role("button", name="保存，去签名").click()
    record = page.url.removeprefix(officer.address)
    for who, role, name in (("ba1", "officers", ""), ("ba2", "officers", ""), ("ba1", "party", "赵志强")):
        office[who].goes(record)
        signed(office[who].page, role, name)


def signed(page, role, name):
    page.locator("#sign-role").select_option(role)
    canvas = page.locator("[data-signature] canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    page.mouse.move(box["x"] + 40, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 200, box["y"] + 90, steps=4)
    page.mouse.up()
    expect(page.locator("[data-signature] [name=image]")).not_to_have_value("")
    page.locator("#sign-name").fill(name)
    with page.expect_navigation():
        page.get_by_role("button", name="保存签名").click()
    expect(page.locator("#notices")).to_contain_text("签名已保存")


def decided(office):
    officer = office["ba1"]
    officer.does("是否责令改正", correction_choice="before", correction_note="立案前已责令改正。")
    officer.does("调查取证", investigation_note="现场检查。", recorded=True, certificates_shown=True)
    officer.opens("调查终结报告")
    officer.fills(proposal_kind="penalty", proposal_kinds=["fine"])
    officer.fills(facts=FACTS, report_violated_text=ARTICLE, proposal_fine="5000", proposal_basis="XSR:18", proposal_grade="ordinary",
                  process="现场检查。", reasons="逾期没有改造，影响市容。")
    officer.submits()
    office["ba2"].does("协办人会签报告", confirm_outcome="agree", confirm_opinion=AGREE)
    office["dz1"].does("队长审核报告", team_report_outcome="agree", opinion=AGREE)
    reviewer = office["fzy1"]
    reviewer.does("接收审核材料", materials_complete=True, review_way="direct")
    points = {f"points_{one}": "合法适当" for one in POINTS} | {"points_crime": "不涉嫌犯罪"}
    reviewer.does("法制审核", **points, review_outcome="agree", review_opinion="事实清楚，同意。")
    officer.does("事先告知")
    office.serves()
    office.until(office.today + dt.timedelta(days=9))
    officer.does("听取陈述申辩", statement_outcome="none")
    officer.does("决定审批", decision_kind="penalty", statement_text="你单位在规定期限内没有提出陈述和申辩。",
                 opinion="建议按告知的内容处罚。")
    office["fgld"].does("分管领导审核", leader_outcome="agree", opinion=AGREE)
    office["zz"].does("负责人决定处罚", decision_outcome="agree", opinion="同意处罚。")
    office.serves()


def enforced(office):
    officer, day = office["ba1"], office.today
    officer.does("安排履行", enforce_path="none", told_payment=True)
    officer.opens("制作公示稿")
    officer.fills(publicity_outcome="publish")
    officer.fills(public_text="青石甲公司门头广告破损逾期不改，罚款五千元。", redacted=["address"])
    officer.submits()
    reviewer = office["fzy1"]
    reviewer.opens("核对公示稿")
    reviewer.fills(publicity_check_outcome="release")
    reviewer.fills(no_personal_data=True, published_on=day.isoformat(), published_at="镇政府网站", publicity_check_note=AGREE)
    reviewer.submits()
    office.until(day.replace(month=10, day=13))
    officer.does("制作催告书", obligation="缴纳罚款和加处罚款。", days="10", manner="到代收银行缴纳")
    office.serves()
    office.until(day.replace(month=10, day=29))
    officer.does("记录陈述申辩", statement_outcome="none")
    office["zz"].does("申请法院强制执行", request="强制执行罚款和加处罚款。", subject="共计10000元。",
                      party_opinion="没有陈述申辩，没有履行。", attachments="决定书、催告书及回证。", head_signed=True)
    today = office.today.isoformat()
    officer.does("登记法院受理", acceptance_outcome="accepted", acceptance_on=today, acceptance_number="（2026）行审12号")
    officer.does("登记法院裁定", ruling_outcome="granted", ruling_on=today, ruling_number="（2026）行审12号")
    officer.opens("登记法院执行结果")
    officer.fills(execution_outcome="forced")
    officer.fills(execution_note="扣划到位。", payment_channel="court", payment_amount="10000", payment_day=today,
                  receipt_number="法院票0001")
    officer.submits()


def archived(office):
    officer = office["ba1"]
    officer.does("结案申请", performance="法院强制执行到位。", opinion="符合结案条件。")
    office["dz1"].does("队长审核结案", closing_team_outcome="agree", opinion=AGREE)
    office["fgld"].does("批准结案", closing_outcome="agree", opinion=AGREE)
    office.town.waits(minutes=1)
    officer.opens("整理案卷")
    officer.fills(retention="30年", order="RESULT_FIRST", archive_compiled=True)
    officer.submits()
    page = officer.goes(f"/cases/{office.case.rpartition('/')[2]}/dossier")
    with page.expect_navigation():
        page.get_by_role("button", name="生成案卷").first.click()
    expect(page.locator("#four-title")).to_contain_text("通过")
    office["fzy1"].does("检查并归档", archive_outcome="agree", four_properties=True, archive_opinion="合格。")


def taken(page, name):
    """What the link of that name downloads."""
    with page.expect_download() as download:
        page.get_by_role("link", name=name).click()
    return download.value.suggested_filename, download.value.path().read_bytes()


def test_s03_from_the_finding_to_the_archived_dossier(people, town):
    office = Office(people, town)
    finding(office)
    filed(office)
    guided(office)
    corrected(office)
    decided(office)
    enforced(office)
    archived(office)

    page = office["fzy1"].goes(f"/cases/{office.case.rpartition('/')[2]}/dossier")
    expect(page.locator("main")).to_contain_text("案卷不能再改动")
    listed = page.locator("#v-main + *").inner_text()
    assert [one for one in PAPERS if one not in listed] == [] and listed.count("送达回证") == 4
    name, volume = taken(page, "下载正卷")
    assert name.endswith("-正卷.pdf") and pages.count(volume) >= len(PAPERS) + 5
    _, package = taken(page, "下载归档包")
    with zipfile.ZipFile(io.BytesIO(package)) as packed:
        assert {"正卷.pdf", "副卷.pdf", "元数据.xml", "四性检测报告.xml"} <= set(packed.namelist())
        digests = list(csv.DictReader(io.StringIO(packed.read("摘要清单.csv").decode("utf-8-sig"))))
        assert len(digests) > len(PAPERS)
        assert [one["文件"] for one in digests if hashlib.sha256(packed.read(one["文件"])).hexdigest() != one["SHA-256"]] == []
