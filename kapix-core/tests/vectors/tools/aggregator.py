"""Writes the vectors of `transactions.read` for JSON of aggregators: documents as their providers publish them, with
invented rows, and what each row is, by hand. Shares no code with the engine and never calls it.

    python kapix-core/tests/vectors/tools/aggregator.py
"""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import vector_files

FOLDER = Path(__file__).parents[1] / "transactions.read"

PLAID = "Plaid, API reference, Transactions, /transactions/sync"
MONO = "Mono, documentation, Financial data, Transactions"
STITCH = "Stitch, API reference, object Transaction"
AKIBA = "Akiba risk scoring API, Example Transactions Object"
MPESA = "By hand, of a row with the columns of an M-PESA statement"


def document(value: Any) -> str:
    """Returns a document in base64; text stays as it is."""
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    return base64.b64encode(text.encode()).decode()


def vector(name: str, source: str, pages: list[Any], **more: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"operation": "transactions.read", "tolerance": 0, "name": name, "source": source}
    found["request"] = dict(more.pop("request", {}))
    found["request"] |= {"document": document(pages[0])} if len(pages) == 1 else {"documents": [*map(document, pages)]}
    return found | more


def plaid(number: str, date: str, amount: Any, **more: Any) -> dict[str, Any]:
    row = {"transaction_id": number, "account_id": "acc-1", "date": date, "amount": amount, "iso_currency_code": "USD"}
    return row | {"name": "row", "pending": False, "pending_transaction_id": None} | more


def category(detailed: str, primary: str) -> dict[str, Any]:
    return {"personal_finance_category": {"primary": primary, "detailed": detailed}}


def mono(number: str, date: str, amount: int, kind: str, balance: int, **more: Any) -> dict[str, Any]:
    row = {"id": number, "narration": "row", "amount": amount, "type": kind, "balance": balance, "date": date}
    return row | {"category": "unknown"} | more


def edge(number: str, quantity: Any, balance: Any, date: str, currency: str = "ZAR") -> dict[str, Any]:
    money = {"amount": {"quantity": quantity, "currency": currency}}
    balances = {"runningBalance": {"quantity": balance, "currency": currency}}
    return {"node": {"id": number, **money, **balances, "description": "row", "date": date}}


def mpesa(receipt: str, time: str, paid_in: Any, withdrawn: Any, balance: str, **more: Any) -> dict[str, Any]:
    row = {"Receipt No.": receipt, "Completion Time": time, "Details": "row", "Transaction Status": "COMPLETED"}
    return row | {"Paid In": paid_in, "Withdrawn": withdrawn, "Balance": balance} | more


def rows(*transactions: dict[str, Any], **account: Any) -> dict[str, Any]:
    return {"accounts": [{**account, "transactions": list(transactions)}], "rows": len(transactions)}


def refused(cause: str, *fields: str) -> dict[str, Any]:
    return {"code": "VALIDATION_ERROR", "cause": cause, "fields": list(fields)}


NGN = {"account": {"currency": "NGN"}}
SAVINGS = category("TRANSFER_OUT_SAVINGS", "TRANSFER_OUT")
LOAN = category("TRANSFER_IN_CASH_ADVANCES_AND_LOANS", "TRANSFER_IN")
WAGES = category("INCOME_WAGES", "INCOME")


def presets() -> dict[str, dict[str, Any]]:
    """Returns what each preset reads."""
    found: dict[str, dict[str, Any]] = {}
    found["plaid_sign"] = vector(
        "money out is positive and becomes a debit; the posted row names its pending one; only three kinds of category stay",
        f"{PLAID}: amount is positive when money moves out of the account; pending_transaction_id; taxonomy of personal_finance_category",
        [{"added": [plaid("q", "2026-03-01", 28.34, pending=True), plaid("w", "2026-03-02", -1500, **WAGES),
                    plaid("p", "2026-03-03", 28.34, pending_transaction_id="q", merchant_name="Shop"),
                    plaid("s", "2026-03-04", 200, **SAVINGS), plaid("l", "2026-03-05", -750.5, **LOAN)],
          "modified": [], "removed": [], "has_more": False}],
        response=rows(
            {"amount_minor": -2834, "at": "2026-03-01", "status": "pending", "id": "q"},
            {"amount_minor": 150000, "at": "2026-03-02", "id": "w"},
            {"amount_minor": -2834, "at": "2026-03-03", "id": "p", "pending_id": "q", "counterparty": "Shop"},
            {"amount_minor": -20000, "at": "2026-03-04", "id": "s", "category": "own_transfer"},
            {"amount_minor": 75050, "at": "2026-03-05", "id": "l", "category": "loan"},
            account_id="acc-1", currency="USD") | {"profile": {"format": "json", "preset": "plaid", "sign": "debit_positive"}},
        absent=["/accounts/0/transactions/1/category"])
    found["plaid_pages"] = vector(
        "two pages: a modified row replaces, a removed one leaves wherever it stands, one on both pages counts once",
        f"{PLAID}: added, modified and removed; by hand: 2 + 2 + 1 rows, of which 1 replaced, 1 removed, 1 repeated",
        [{"added": [plaid("a", "2026-03-01", 1), plaid("b", "2026-03-02", 2)], "modified": [],
          "removed": [{"transaction_id": "c", "account_id": "acc-1"}], "has_more": True},
         {"added": [plaid("c", "2026-03-03", 3), plaid("b", "2026-03-02", 2)],
          "modified": [plaid("a", "2026-03-01", 1.5)], "removed": [], "has_more": False}],
        response=rows({"amount_minor": -150, "id": "a"}, {"amount_minor": -200, "id": "b"})
        | {"left_out": {"counts": {"removed": 1, "repeated": 1, "replaced": 1}}, "findings": []})
    found["plaid_page_missing"] = vector(
        "the only page says that another follows", f"{PLAID}: has_more is true while updates remain to be fetched",
        [{"added": [plaid("a", "2026-03-01", 1)], "modified": [], "removed": [], "has_more": True}],
        response={"findings": [{"kind": "pages_missing", "severity": "refer"}], "rows": 1})
    found["plaid_categories"] = vector(
        "a table of the request stands in place of that of the preset", "By hand: the table names INCOME only, in another case",
        [{"added": [plaid("w", "2026-03-02", -1500, **WAGES), plaid("l", "2026-03-05", -750.5, **LOAN)]}],
        request={"profile": {"categories": {"income": "salary"}}},
        response=rows({"amount_minor": 150000, "category": "salary"}, {"amount_minor": 75050}),
        absent=["/accounts/0/transactions/1/category"])
    found["mono_minor"] = vector(
        "amounts in kobo, the direction by type, newest first", f"{MONO}: response object; amounts in the lowest denomination",
        [{"status": "successful", "message": "x", "meta": {"total": 3, "page": 1, "previous": None, "next": None},
          "data": [mono("c", "2023-12-14T00:02:00.500Z", 500, "debit", 1500),
                   mono("b", "2023-12-09T13:23:00.100Z", 1000, "debit", 2000),
                   mono("a", "2023-12-08T09:00:00.000Z", 3000, "credit", 3000, category="reversal")]}],
        request=NGN,
        response=rows(
            {"amount_minor": 3000, "at": "2023-12-08T09:00:00Z", "balance_minor": 3000, "category": "reversal", "type": "credit"},
            {"amount_minor": -1000, "at": "2023-12-09T13:23:00.100Z", "balance_minor": 2000, "type": "debit"},
            {"amount_minor": -500, "at": "2023-12-14T00:02:00.500Z", "balance_minor": 1500, "type": "debit"},
            currency="NGN", account_id="account")
        | {"proof": {"balances_chained": 2, "balances_checked": 2, "totals": [{"kind": "rows", "stated_minor": 3, "found_minor": 3}]},
           "findings": [{"kind": "newest_first", "severity": "info"}]})
    found["mono_total"] = vector(
        "fewer rows than the provider counts", f"{MONO}: meta.total is the number of transactions of the account",
        [{"data": [mono("a", "2023-12-08T09:00:00.000Z", 3000, "credit", 3000)], "meta": {"total": 307, "page": 1, "next": "page=2"}}],
        request=NGN, response={"findings": [{"kind": "pages_missing"}, {"kind": "total_mismatch", "severity": "refer"}], "rows": 1})
    found["stitch_accounts"] = vector(
        "signed decimals of two accounts, of which one states no id",
        f"{STITCH}: a positive amount is an inflow; quantity and currency; runningBalance is the balance after it",
        [{"data": {"user": {"bankAccounts": [
            {"id": "one", "transactions": {"edges": [edge("a", "-12.50", "87.5", "2026-03-01"), edge("b", 100, 187.50, "2026-03-02")]}},
            {"transactions": {"edges": [edge("a", "3.00", "3.00", "2026-03-01")]}}]}}}],
        response={"rows": 3, "proof": {"balances_chained": 1, "balances_checked": 1}, "accounts": [
            {"account_id": "one", "currency": "ZAR", "transactions": [
                {"amount_minor": -1250, "balance_minor": 8750}, {"amount_minor": 10000, "balance_minor": 18750}]},
            {"account_id": "account-2", "transactions": [{"amount_minor": 300, "balance_minor": 300}]}]})
    found["akiba_example"] = vector(
        "the published rows: one id on two days is two rows", f"{AKIBA}; 1774672448 and 1574672448 are seconds since 1970",
        [{"transactions": [
            {"external_transaction_id": "958d14298-91ee-405d-89da-248c30eaf0e81-pending", "type": "debit", "amount": amount,
             "currency": "ZAR", "status": "Approved", "account_name": "Capitec-bank", "account_number": "123-123-123",
             "balance": {"amount": balance, "currency": "ZAR", "type": "ClosingAvailable"}, "date_time": seconds}
            for amount, balance, seconds in ((-255, 12105, 1774672448), (-100, 12005, 1574672448))]}],
        response=rows(
            {"amount_minor": -10000, "at": "2019-11-25T09:00:48Z", "balance_minor": 1200500},
            {"amount_minor": -25500, "at": "2026-03-28T04:34:08Z", "balance_minor": 1210500}, account_id="123-123-123", currency="ZAR"))
    found["mpesa_rows"] = vector(
        "local times of Nairobi, a withdrawal of either sign, a payment and its charge under one receipt, a failed row",
        f"{MPESA}: 2026-03-02 00:30 at +03:00 is 2026-03-01 21:30 in UTC; 2,500 - 1,300 - 23 = 1,177",
        [[mpesa("UA1234567Y", "2026-03-01 08:00:00", "2,500.00", "", "2,500.00"),
          mpesa("UA1234567X", "2026-03-02 00:30:00", "0.00", "1,300.00", "1,200.00"),
          mpesa("UA1234567X", "2026-03-02 00:30:00", "", "-23.00", "1,177.00"),
          mpesa("UA1234567Z", "2026-03-02 09:00:00", "", "-50.00", "1,177.00", **{"Transaction Status": "Failed"})]],
        response=rows(
            {"amount_minor": 250000, "at": "2026-03-01T05:00:00Z", "balance_minor": 250000},
            {"amount_minor": -130000, "at": "2026-03-01T21:30:00Z", "balance_minor": 120000},
            {"amount_minor": -2300, "at": "2026-03-01T21:30:00Z", "balance_minor": 117700},
            {"amount_minor": -5000, "status": "failed"},
            currency="KES", kind="mobile_money", utc_offset="+03:00")
        | {"profile": {"preset": "mpesa"}, "proof": {"balances_chained": 2, "balances_checked": 2}})
    found["mpesa_repeated"] = vector(
        "the same statement pulled twice", "By hand: 2 rows, each given twice; a payment and its charge stay two",
        [[mpesa("UA1", "2026-03-02 00:30:00", "", "100.00", "900.00"), mpesa("UA1", "2026-03-02 00:30:00", "", "5.00", "895.00")]] * 2,
        response=rows({"amount_minor": -10000}, {"amount_minor": -500}) | {"left_out": {"counts": {"repeated": 2}}})
    found["own_pointers"] = vector(
        "a preset of the request", "RFC 6901, section 4: `~1` is `/` and `~0` is `~`; by hand: 12.5 KES is 1,250 cents",
        [{"page": {"lines": [{"ref": 7, "when": "2026-03-01", "money": {"out": "12.5"}, "a/b": {"~": "x"}, "kind": "OUT"}]}}],
        request={"account": {"currency": "KES"}, "profile": {"pointers": {
            "rows": ["/page/lines"], "id": ["/ref"], "time": ["/when"], "amount": ["/money/out"], "type": ["/kind"],
            "types": {"out": "debit"}, "description": ["/a~1b/~0"]}}},
        response=rows({"amount_minor": -1250, "id": "7", "description": "x", "type": "debit"}))
    found["amount_text"] = vector(
        "an amount that a binary64 does not hold", "Python 3.11: decimal.Decimal('20000000000000.01').scaleb(2)",
        ['[{"date_time":0,"amount":20000000000000.01,"currency":"KES"},{"date_time":60,"amount":1.5E2,"currency":"KES"}]'],
        response=rows({"amount_minor": 2000000000000001}, {"amount_minor": 15000}))
    return found


def refusals() -> dict[str, dict[str, Any]]:
    """Returns documents that are refused."""
    found: dict[str, dict[str, Any]] = {}

    def of(case: str, name: str, source: str, error: dict[str, Any], *pages: Any, **request: Any) -> None:
        found[case] = vector(name, source, list(pages), request=request, error=error)

    good = plaid("a", "2026-03-01", 1)
    of("precision", "a third decimal of a currency with two", "ISO 4217: USD has a minor unit of 2 decimals; 0.001 has 3",
       refused("money.precision", "/document/added/1/amount"), {"added": [good, plaid("b", "2026-03-01", 0.001)]})
    of("precision_text", "a number that only its text tells from an exact one",
       "By hand: 20000000000000.012 has 3 decimals; IEEE 754 binary64 gives 20000000000000.01 the same number",
       refused("money.precision", "/document/0/amount"), '[{"date_time":0,"amount":20000000000000.012,"currency":"KES"}]')
    of("thousands", "one comma before three digits groups thousands or marks decimals",
       "By hand: 1,234 is 1234 to one writer and 1.234 to another",
       refused("money.precision", "/document/0/amount"), [{"date_time": 0, "amount": "1,234", "currency": "KES"}])
    of("currency", "no currency in the document and none stated", f"{MONO}: a row of version 2 has no currency",
       refused("statement.unstated", "/document/data/0/currency"), {"data": [mono("a", "2023-12-08T09:00:00Z", 1, "credit", 1)]})
    of("currency_mixed", "the request states another currency than the row", "By hand: the row is in USD, the request states EUR",
       refused("money.currency_mixed", "/document/added/0/iso_currency_code"), {"added": [good]}, account={"currency": "EUR"})
    of("date", "a date that is not ISO 8601", f"{PLAID}: dates are ISO 8601, YYYY-MM-DD",
       refused("time.syntax", "/document/added/0/date"), {"added": [plaid("a", "03/01/2026", 1)]})
    of("offset", "a local time without an offset", "RFC 3339, section 4.4: local time without its offset is no instant",
       refused("time.offset", "/document/added/0/date"), {"added": [plaid("a", "2026-03-01 10:00:00", 1)]})
    of("sign", "a credit of money out", f"{AKIBA}: a debit is negative; -5 as a credit contradicts itself",
       refused("transaction.sign", "/document/0/amount"), [{"date_time": 0, "amount": -5, "currency": "KES", "type": "credit"}])
    of("sides", "money in and money out in one row", f"{MPESA}: one of the two columns has a value",
       refused("transaction.sign", "/document/0/Withdrawn"), [mpesa("UA1", "2026-03-02 00:30:00", "5.00", "5.00", "1.00")])
    of("status", "a status that nobody knows", f"{AKIBA}: Approved, Pending and Declined; Lost is none",
       refused("json.shape", "/document/0/status"), [{"date_time": 0, "amount": 5, "currency": "KES", "status": "Lost"}])
    of("page_place", "the place of a fault on the second page", "By hand: page 1, row 0",
       refused("id.invalid", "/documents/1/added/0/transaction_id"), {"added": [good]}, {"added": [plaid("x" * 129, "2026-03-01", 1)]})
    of("no_preset", "a shape that no provider has", "By hand: the member `rows` holds no object",
       refused("statement.form", "/document"), {"rows": [1, 2]})
    of("two_presets", "a row that is one of Mono and one of Plaid", "By hand: it has narration and type, and transaction_id and account_id",
       refused("statement.unstated", "/profile/preset"), [mono("a", "2023-12-08", 1, "credit", 1, transaction_id="a", account_id="b", currency="NGN")])
    of("preset_unknown", "a preset that does not ship", "By hand: `paid` is not one of akiba, mono, mpesa, plaid, stitch",
       refused("value.out_of_range", "/profile/preset"), {"added": [good]}, profile={"preset": "paid"})
    of("pointers", "a pointer that does not begin with a slash", "RFC 6901, section 3: a pointer is empty or begins with `/`",
       refused("value.out_of_range", "/profile/pointers/time/0"), {"rows": []},
       profile={"pointers": {"rows": ["/rows"], "time": ["at"], "amount": ["/amount"]}})
    of("two_accounts", "a balance of one account for two", "By hand: acc-1 and acc-2 are two accounts with one balance stated",
       refused("data.features_and_data", "/account/opening_balance_minor"),
       {"added": [good, plaid("b", "2026-03-01", 1, account_id="acc-2")]}, account={"opening_balance_minor": 5})
    found["empty"] = vector("no row", "By hand: `added` is empty", [{"added": []}], request={"profile": {"preset": "plaid"}},
                            error={"code": "INSUFFICIENT_DATA", "cause": "statement.empty", "fields": ["/document"]})
    of("name_twice", "a name that stands twice", "RFC 7493 (I-JSON), section 2.3: an object has no two members of one name",
       refused("json.duplicate_key", "/document/added/0/amount"), '{"added":[{"amount":1,"amount":2}]}')
    return found


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, title, vectors in (
        ("aggregator.json", "JSON of aggregators by their presets", presets()),
        ("aggregator_refused.json", "JSON of aggregators that is refused", refusals()),
    ):
        (FOLDER / name).write_text(vector_files.text(vector_files.topic_of(vectors, title)) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
