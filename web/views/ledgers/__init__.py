"""Ledgers beside penalty cases: money and receipts, goods, recusal, lawyers' roster and advice."""

from web.views.ledgers import advice, goods, letters, money, receipts, recusal, revising, roster
from web.views.ledgers.room import blueprint

NAV = [("ledgers.money", "罚没台账", "table", "keep_money"), ("ledgers.receipts", "票据", "file", "keep_money"),
       ("ledgers.store", "涉案物品", "folder", "keep_goods"), ("ledgers.desk", "法律咨询", "comment", "advise"),
       ("ledgers.roster", "律师值班", "users", "penalties"), ("ledgers.letters", "授权书", "form", "supervise")]

__all__ = ["NAV", "advice", "blueprint", "goods", "letters", "money", "receipts", "recusal", "revising", "roster"]
