"""A reconsideration in three steps that stands for the shipped process of remedies: it pauses, says its result, and resumes."""

from engine.definitions import Package
from tests.notation import extension, xml

PAUSE, RESULT = ("pause_day", "pause_ground", "resume_day", "document"), ("remedy_outcome", "outcome_on", "outcome_number")
FORMS = {key: {"schemaVersion": 19, "type": "default", "id": key, "components": [
    {"type": "textfield", "id": name, "key": name, "label": name} for name in names]} for key, names in (("F", PAUSE), ("R", RESULT))}
REVIEWER = 'gl:role="legal_reviewer" gl:scope="town"'
DRAWING = f"""
    {extension(*(f'<gl:variable name="{name}" type="text" shared="true"/>' for name in PAUSE))}
    start s
    <userTask id="register" name="登记" {REVIEWER} gl:formRef="F" gl:act="cases.pause_surcharge"/>
    <userTask id="result" name="登记结果" {REVIEWER} gl:formRef="R"/>
    <userTask id="over" name="恢复" {REVIEWER} gl:formRef="F" gl:act="cases.resume_surcharge" gl:resultVariable="resumed"/>
    end e
    s -> register -> result -> over -> e
"""
PAPER = "县府复决〔2026〕1号"


def package() -> Package:
    """The process, ready to be published under the key of the shipped one."""
    drawn = xml(DRAWING, "remedy").replace(b'<process id="remedy"', b'<process id="remedy" gl:startRoles="legal_reviewer"')
    return Package("remedy", "复议、诉讼应诉", drawn, forms=FORMS)


def steps(since: str, until: str = "", outcome: str = "changed") -> list[tuple[str, dict[str, str]]]:
    """What the reviewer enters step by step; without an end, the reconsideration is left open."""
    begun = [("登记", {"pause_day": since, "pause_ground": "reconsideration", "document": "县府复受〔2026〕1号"})]
    ended = [("登记结果", {"remedy_outcome": outcome, "outcome_on": until, "outcome_number": PAPER}),
             ("恢复", {"resume_day": until, "pause_ground": "reconsideration", "document": PAPER})]
    return begun + (ended if until else [])
