"""The only door through which XML of strangers comes in: bounded in size and count, no DTD, nothing from outside.

Order (reliability rule): size, then structure, then parse. Every refusal is an UnsafeInput with a sentence for the designer.
"""

from lxml import etree

from engine.errors import UnsafeInput

MAX_BYTES = 5 << 20
MAX_ITEMS, MAX_ATTRIBUTES = 100_000, 500  # in a file, of one element: reading them takes the square of their number
MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"


def open_xml(document: bytes) -> etree._Element:
    """The root element of an untrusted XML document in any encoding the file declares.

    Raises UnsafeInput: empty, larger than 5 MB, any DOCTYPE, more than 100,000 elements and attributes, not well-formed.
    """
    if not document.strip():
        raise UnsafeInput("文件是空的，请重新导出流程图后再上传。")
    if len(document) > MAX_BYTES:
        raise UnsafeInput("文件超过 5 MB，已拒绝。请拆成几个流程，或去掉嵌入的图片后再上传。", size=len(document))
    if b"<!DOCTYPE" in document[:4096]:
        raise UnsafeInput("文件中含有 DOCTYPE 声明，可能引用外部内容，已拒绝。请去掉该声明后再上传。")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False)
    try:
        root = etree.fromstring(document, parser)
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        raise UnsafeInput("文件不是完整的 XML，无法读取。请在流程设计器中重新导出后再上传。", cause=str(error)) from error
    information = root.getroottree().docinfo
    if information.internalDTD is not None:
        raise UnsafeInput("文件中含有 DOCTYPE 声明，可能引用外部内容，已拒绝。请去掉该声明后再上传。")
    counts = [len(one.attrib) for one in root.iter()]
    if max(counts) > MAX_ATTRIBUTES:
        raise UnsafeInput(f"文件中有一个元素带 {max(counts)} 个属性，最多 {MAX_ATTRIBUTES} 个，已拒绝。请在流程设计器中重新导出后再上传。")
    if sum(counts) + len(counts) > MAX_ITEMS:
        raise UnsafeInput("文件中的元素过多，已拒绝。请把流程拆成几个较小的流程。")
    return root


def open_bpmn(document: bytes) -> etree._Element:
    """The same for a BPMN 2.0 file. Raises UnsafeInput also when the root is something else, such as a decision table."""
    root = open_xml(document)
    if root.tag != f"{{{MODEL}}}definitions":
        raise UnsafeInput("这不是 BPMN 流程图文件。请选择 .bpmn 文件；决策表（.dmn）请放在流程图旁边一起发布。", root=str(root.tag)[:200])
    return root


def local_name(element: etree._Element) -> str:
    """The tag without its namespace; "" for comments and processing instructions."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def namespace(element: etree._Element) -> str | None:
    """The namespace of the tag; None for comments and processing instructions."""
    return etree.QName(element).namespace if isinstance(element.tag, str) else None


def is_bpmn(element: etree._Element, *names: str) -> bool:
    """True for an element of the BPMN namespace with one of these local names (any name when none is given)."""
    return namespace(element) == MODEL and (not names or local_name(element) in names)


def text_of(element: etree._Element | None) -> str:
    """The stripped text of an element, "" when there is none."""
    return "".join(str(part) for part in element.itertext()).strip() if element is not None else ""
