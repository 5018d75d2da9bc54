"""What of an applicant's rows counts once, what is in doubt, and which days are covered.

Every rule is worked out by comparing all pairs of rows, in the order that docs/methods/cash_flow.md states. Shares no
code with the engine.
"""

from datetime import timedelta

MOVES = {
    "transfer", "transfers", "trf", "tfr", "xfer", "virement", "transferencia", "transferência", "uhamisho",
    "überweisung", "sweep", "topup"}
WHOSE, PLACES = {"own", "self", "internal"}, {"account", "wallet", "saving", "savings", "akiba", "epargne"}


def word_list(text):
    return "".join(c if c.isalpha() else " " for c in text).lower().split()


def text_of(row):
    raw = row["raw"]
    return raw.get("description") if (raw.get("description") or "").strip() else raw.get("counterparty") or ""


def words(row):
    return "".join(word for word in word_list(text_of(row)) if word not in ("pending", "posted"))


def category(raw):
    """The caller's category without case, spaces, hyphens and underscores."""
    word = raw.get("category")
    return None if word is None else "".join(word.replace("-", " ").replace("_", " ").split()).lower()


def same(one, other, by, apart=0):
    if apart is not None and abs((one["day"] - other["day"]).days) != apart or one["amount"] != other["amount"] or one["amount"] == 0:
        return False
    if by == "id":
        return one["raw"].get("id") is not None and one["raw"].get("id") == other["raw"].get("id")
    if by == "balance":
        return one["stated"] is not None and one["stated"] == other["stated"]
    if by == "text" and not words(one):
        return False
    free = by == "text" or one["stated"] is None or other["stated"] is None
    return (by == "amount" or words(one) == words(other)) and free


def content(row):
    """What a row says, later days and absent values first."""
    raw = row["raw"]
    texts = [(raw.get(name) is not None, raw.get(name) or "") for name in ("id", "description", "counterparty", "category")]
    balance = (row["stated"] is not None, row["stated"] or 0)
    return -row["day"].toordinal(), row["amount"], balance, raw.get("status") == "pending", texts


def by_size(holders, before):
    """The largest first, of these what comes before, of these by what the rows say."""
    return sorted(range(len(holders)), key=lambda at: (-len(holders[at]), before[at], [content(row) for row in holders[at]], at))


def copies_of_uploads(holders):
    """Pairs (holder, row index) of copies with the rows that are kept; the largest upload keeps its own."""
    order = by_size(holders, [holder[0]["day"].toordinal() if holder else 0 for holder in holders])
    pairs = []
    for by in ("id", "balance", "text of uploads"):
        pairs += agreeing(holders, order, by, pairs, {(copy[0], *own) for copy, own in pairs}, (0,))
    gone = {copy for copy, _ in pairs}
    return gone, {own for _, own in pairs} - gone, pairs


def agreeing(holders, order, by, known, used, apart):
    """Rows of a smaller holder that agree in a key with one of a larger, each of these once for each smaller one."""
    gone, found, used = {copy for copy, _ in known}, [], set(used)
    for days in apart:
        for rank, big in enumerate(order):
            for small in order[rank + 1:]:
                for place, row in enumerate(holders[small]):
                    if (small, place) in gone | {copy for copy, _ in found}:
                        continue
                    for mine, other in enumerate(holders[big]):
                        if (big, mine) not in gone and (small, big, mine) not in used and same(row, other, by, days):
                            found.append(((small, place), (big, mine)))
                            used.add((small, big, mine))
                            break
    return found


def contradict(one, other):
    """Whether two rows state two ids or two balances."""
    ids, stated = {one["raw"].get("id"), other["raw"].get("id")}, {one["stated"], other["stated"]}
    return len(ids - {None}) > 1 or len(stated - {None}) > 1


def copies_of_accounts(holders, openings):
    """The same for accounts, whose days may be a day apart."""
    order = by_size(holders, [sum(row["stated"] or 0 for row in holder) for holder in holders])
    pairs = []
    for by, apart in (("id", (0, 1)), ("balance", (0, 1)), ("id", (None,)), ("balance", (None,)), ("text", (0, 1)),
                      ("amount", (0, 1))):
        used = {(copy[0], *own) for copy, own in pairs}
        found = agreeing(holders, order, by, pairs, used, apart)
        for at, holder in enumerate(holders):
            new = [(copy, own) for copy, own in found if copy[0] == at]
            count = len(new) + sum(copy[0] == at for copy, _ in pairs)
            half = count * 2 >= sum(row["amount"] != 0 for row in holder)
            amounts = {holder[copy[1]]["amount"] for copy, _ in pairs + new if copy[0] == at}
            many = half and count >= 5 and len(amounts) >= 3
            begin_alike = openings[at] and any(openings[own[0]] == openings[at] for _, own in new)
            others = sum(row["amount"] != 0 for row in holder) - count
            whole = new and (others == 0 or others == 1 and len(amounts) > 1)
            if whole and any(contradict(holder[copy[1]], holders[own[0]][own[1]]) for copy, own in pairs + new
                             if copy[0] == at):
                whole = False
            if by == "text" and not (count >= 5 and half or whole):
                found = [pair for pair in found if pair not in new]
            if apart == (None,) and not many or by == "amount" and not (many or half and begin_alike):
                found = [pair for pair in found if pair not in new]
        pairs += found
    return {copy for copy, _ in pairs}


def merge_uploads(rows, count):
    if count < 2:
        return rows
    holders = [[row for row in rows if row["upload"] == at] for at in range(count)]
    gone, kept, pairs = copies_of_uploads(holders)
    for at, holder in enumerate(holders):
        for place, row in enumerate(holder):
            inside = any(other and at != k and other[0]["day"] < row["day"] < other[-1]["day"]
                         for k, other in enumerate(holders))
            if (at, place) not in gone | kept and row["amount"] != 0 and inside:
                row["disputed"] = True
    # Of the copies of one row the booked one stays, of these one with a balance.
    groups = []
    for copy, own in pairs:
        touched = [group for group in groups if copy in group or own in group]
        groups = [group for group in groups if group not in touched] + [[own, copy] if not touched else
                  list(dict.fromkeys([own, *sum(touched, []), copy]))]
    left_out = set()
    for group in groups:
        of_group = [holders[at][place] for at, place in group]
        of_group.sort(key=lambda row: (row["raw"].get("status") == "pending", row["stated"] is None))
        left_out |= {id(row) for row in of_group[1:]}
    return [row for row in rows if id(row) not in left_out]


def described(row):
    """The words of a row's description, none where it has only a counterparty."""
    return words(row) if (row["raw"].get("description") or "").strip() else ""


def settle_pending(rows):
    waiting = [row for row in rows if row["raw"].get("status") == "pending"]
    booked = [row for row in rows if row["raw"].get("status") != "pending"]
    settled = []

    def pair(one, other):
        settled.append(one)
        waiting[:] = [row for row in waiting if row is not one]
        booked[:] = [row for row in booked if row is not other]

    for other in list(booked):
        link = other["raw"].get("pending_id")
        sign = other["amount"] > 0, other["amount"] < 0
        mine = [one for one in rows if one["raw"].get("status") == "pending" and link is not None
                and one["raw"].get("id") == link and (one["amount"] > 0, one["amount"] < 0) == sign][:1]
        if mine and any(one is mine[0] for one in waiting) and abs((mine[0]["day"] - other["day"]).days) <= 14:
            pair(mine[0], other)
    for days in range(15):
        for agree in (lambda a, b: a == b, lambda a, b: not a or not b):
            for one in sorted(waiting, key=lambda row: (row["amount"], row["day"], described(row), row["input"])):
                near = [other for other in booked if other["amount"] == one["amount"]
                        and (other["day"] - one["day"]).days == days and agree(described(one), described(other))]
                if near:
                    pair(one, min(near, key=lambda row: (described(row), row["input"])))
    for row in waiting:
        row["disputed"] = True
    return [row for row in rows if not any(row is one for one in settled)]


def edge(period, name):
    return [period[name]] if period else []


def days_of(account):
    return [row["at"][:10] for row in account["transactions"]]


def opening(uploads):
    if len(uploads) == 1:
        return uploads[0][0].get("opening_balance_minor")
    begins = [(min(edge(p, "from") + days_of(a), default=None), a.get("opening_balance_minor")) for a, p in uploads]
    begins = [(day, minor is None, minor or 0, minor) for day, minor in begins if day is not None]
    return min(begins)[3] if begins and not min(begins)[1] else None


def proven(rows, before):
    """Whether stated balances around each row differ by all rows between them; without one before, only the first stated."""
    out, first = [], 0
    for place, row in enumerate(rows):
        if row["stated"] is None:
            continue
        total = sum(one["amount"] for one in rows[first:place + 1])
        out += [before is not None and before + total == row["stated"]] * (place - first) \
            + [before is None or before + total == row["stated"]]
        before, first = row["stated"], place + 1
    return out + [False] * (len(rows) - len(out))


def one_id_twice(rows, opening, told):
    """Marks rows that repeat an earlier one of their id and amount; `told` are duplicates already."""
    sure = proven(rows, opening)
    for place, row in enumerate(rows):
        own = row["raw"].get("id")
        same_id = [at for at in range(place) if own is not None and rows[at]["raw"].get("id") == own and at not in told]
        if place not in told and any(rows[at]["amount"] == row["amount"] and not (sure[at] and sure[place]) for at in same_id):
            row["disputed"] = True


def shows(row):
    """Whether a row shows that the account was in use."""
    return not row["disputed"] and (row["amount"] != 0 or row["stated"] is not None)


def letters(text):
    """Letters and digits in lower case, without the words of a state."""
    found = "".join(c if c.isalnum() else " " for c in text or "").lower().split()
    return "".join(word for word in found if word not in ("pending", "posted"))


def duplicates(rows, opening):
    """Marks the rows of a day that say nothing else than one that says more; returns their places."""
    sure, told, groups = proven(rows, opening), [], {}
    for place, row in enumerate(rows):
        raw = row["raw"]
        pending = raw.get("status") == "pending"
        groups.setdefault((row["day"], raw["at"], row["amount"], row["stated"], pending, letters(text_of(row))), []).append(place)
    for group in groups.values():
        def said(place):
            return rows[place]["raw"].get("id"), letters(rows[place]["raw"].get("counterparty")) or None

        own = []
        for place in sorted(group, key=lambda at: [it is None for it in said(at)]):
            if any(all(mine is None or theirs is None or mine == theirs for mine, theirs in zip(said(place), said(at)))
                   for at in own):
                told += [] if sure[place] else [place]
            else:
                own.append(place)
    for place in told:
        rows[place]["disputed"] = True
    return told


def stretches(rows, attested=None):
    """The first rows of all stretches but the earliest; no gap within attested days parts the rows."""
    starts, seen = [], None
    for day in sorted({row["day"] for row in rows if shows(row)}):
        place = next(place for place, row in enumerate(rows) if row["day"] == day)
        inside = attested and seen and attested[0] <= seen.isoformat() and day.isoformat() <= attested[1]
        if seen is not None and (day - seen).days > 45 and not inside:
            sure = [row for row in rows if not row["disputed"]]
            earlier = [row for row in rows[:place] if not row["disputed"]]
            anchor = max((at for at, row in enumerate(earlier) if row["stated"] is not None), default=None)
            after = next((at for at in range(len(earlier), len(sure)) if sure[at]["stated"] is not None), None)
            if None in (anchor, after) or sure[after]["stated"] != sure[anchor]["stated"] + sum(
                    row["amount"] for row in sure[anchor + 1:after + 1]):
                starts.append(place)
        seen = day
    return starts


def isolate(rows, starts):
    for first, next_one in zip([0, *starts], starts):
        moved = [row for row in rows[first:next_one] if row["amount"] != 0]
        for row in moved if len(moved) < 5 else ():
            row["disputed"] = True


def led_back_opening(rows, begin, cautious):
    """What a reading adds to an opening balance that was led back over all rows: the doubtful ones that it leaves out."""
    first = next((place for place, row in enumerate(rows) if row["stated"] is not None), None)
    part = [] if first is None else rows[:first + 1]
    return sum(row["amount"] for row in part if row["disputed"] and begin is not None and row["day"] >= begin
               and (row["amount"] < 0) == cautious)


def changed(rows, opening, begin, cautious):
    """What a reading makes of each stated balance: less what it holds and is left out, plus what is taken and it lacks."""
    edges = [place for place, row in enumerate(rows) if row["stated"] is not None]
    out, change, before, first = [row["stated"] for row in rows], 0, opening, 0
    for edge in edges:
        part = rows[first:edge + 1]
        doubtful = [row["amount"] for row in part if row["disputed"] and begin is not None and row["day"] >= begin]
        whole, stated = sum(row["amount"] for row in part), rows[edge]["stated"]
        holds = before is not None and before + whole == stated
        lacks = not holds and before is not None and before + whole - sum(doubtful) == stated
        for amount in doubtful:
            taken = (amount < 0) == cautious
            # What is not known is taken so that the reading is the further from the other.
            held = holds or not lacks and not taken
            change += amount * (taken - held)
        out[edge], before, first = stated + change, stated, edge + 1
    return out


def closing(uploads):
    if len(uploads) == 1:
        return uploads[0][0].get("closing_balance_minor")
    ends = [(max(edge(p, "to") + days_of(a), default=""), a.get("closing_balance_minor")) for a, p in uploads]
    return max((day, minor is not None, -(minor or 0), minor) for day, minor in ends)[3]


def cover(uploads, rows, start, read_on, last_day, stated_opening):
    """First and last covered day, and whether the last is the day on which the provider was read."""
    from datetime import date

    periods = [p for _, p in uploads if p]
    begin = min((date.fromisoformat(p["from"]) for p in periods), default=None)
    stop = max((date.fromisoformat(p["to"]) for p in periods), default=None)
    if begin and begin > last_day:
        begin = stop = None
    current = [row for row in rows[start:] if row["amount"] != 0 or row["stated"] is not None]
    moved = [row["day"] for row in current if row["amount"] != 0]
    if read_on and moved and (min(read_on, last_day) - moved[-1]).days > 45 \
            and sum((moved[-1] - day).days <= 45 for day in moved) >= 5:
        read_on = None
    sure = [row for row in current if not row["disputed"]]
    if not sure:
        if begin is None:
            return None, False
        quiet = None not in (stated_opening, closing(uploads)) and stated_opening == closing(uploads)
        end = stop if quiet or read_on else min(stop, begin + timedelta(days=6))
        first = begin
    else:
        first, last = sure[0]["day"], current[-1]["day"]
        if begin is None:
            end = read_on or last
        elif read_on or closing(uploads) is not None and closing(uploads) == current[-1]["balance"]:
            end = stop
        else:
            end = min(stop, last + timedelta(days=7))
        if begin is not None:
            head = sure[0]["stated"]
            leads = start == 0 and (read_on is not None or None not in (stated_opening, head)
                                    and stated_opening == head - sure[0]["amount"])
            if (first - begin).days <= 7 or leads:
                first = min(first, begin)
    to = min(end, last_day, *([read_on] if read_on else []))
    if sure and first > to:
        first = to = sure[0]["day"]
    given = read_on is not None and min(read_on, last_day) == to
    if sure:
        to = max(to, current[-1]["day"])
    return ([first, to], given) if first <= to else (None, given)


def share(accounts):
    """Marks the rows that a larger account holds too, and accounts that have nothing but the balance of another."""
    for currency in {state["currency"] for state in accounts}:
        own = [state for state in accounts if state["currency"] == currency]
        gone = copies_of_accounts([state["rows"] for state in own], [state["opening"] for state in own])
        for at, state in enumerate(own):
            mine = [place for holder, place in gone if holder == at]
            for place in mine:
                state["rows"][place]["disputed"] = True
            state["copy"] = bool(mine) and len(mine) * 2 >= sum(row["amount"] != 0 for row in state["rows"])
        cash = [state for state in own if not state["owed"]]
        moved = [state for state in cash if any(row["amount"] for row in state["rows"])]
        seen = [end for state in moved for end in (state["opening"], state["rows"][-1]["balance"])]
        for state in cash:
            last = state["rows"][-1]["balance"] if state["rows"] else state["opening"]
            if not any(row["amount"] for row in state["rows"]) and (last or 0) > 0:
                state["copy"] = last in seen
                state["quiet_copy"] = last in seen
                seen.append(last)


def led_back(rows, start):
    """Leads the first balance that is stated from `start` on back to there; returns whether one is."""
    stated = [place for place in range(start, len(rows)) if rows[place]["stated"] is not None]
    for place in range(stated[0] - 1, start - 1, -1) if stated else ():
        rows[place]["balance"] = rows[place + 1]["balance"] - rows[place + 1]["amount"]
    return bool(stated)


def since_the_break(rows, start, closing_balance):
    """Balances of the latest stretch where an earlier one is there; returns whether nothing shows them.

    The first row that states one leads back to the break. Without one they are known where the closing balance is the one
    carried over the break.
    """
    if start == 0 or led_back(rows, start):
        return False
    moved = [row for row in rows[start:] if row["amount"] != 0]
    return not (moved and closing_balance is not None and moved[-1]["balance"] == closing_balance)


BACK = ("reversal", "reversed", "contrepassation", "contre passation", "extourne", "estorno", "storno", "urejesho")


def reversals(rows):
    """A credit that says that a payment was given back, with such a payment within 30 days before, is no income."""
    for row in rows:
        text = " ".join(word for word in word_list(text_of(row)) if word not in ("pending", "posted")) + " "
        if row["amount"] > 0 and any(text.startswith(word + " ") for word in BACK):
            paid = [other for other in rows if other["amount"] == -row["amount"] and 0 <= (row["day"] - other["day"]).days <= 30]
            row["income"] = row["income"] and not paid


def transfer_text(row):
    found = set(word_list(text_of(row)))
    if found & MOVES or found & WHOSE and found & PLACES:
        return "transfer"
    return words(row) and "other " + words(row)


CARDS = {"card", "karte", "cards", "cc", "visa", "amex", "carte", "tarjeta", "cartao", "cartão", "kadi"}
PURCHASES = {"purchase", "pos", "achat", "compra", "kauf", "withdrawal"}
PAYMENTS = {"payment", "payments", "pmt", "pymt", "paid", "thank", "autopay", "paiement", "pago", "pagamento", "zahlung", "malipo"}
REFUNDS = {"refund", "refunded", "return", "returned", "cashback", "chargeback", "remboursement", "reembolso"}


def names_card(row):
    found = word_list(text_of(row))
    return any(word in CARDS or word.endswith(("card", "karte")) for word in found) and not PURCHASES & set(found)


def names_payment(row):
    found = [word for word in word_list(text_of(row)) if word not in ("pending", "posted")]
    back = any(" ".join([*found, ""]).startswith(word + " ") for word in BACK)
    return not found or bool(set(found) & (PAYMENTS | MOVES)) and not set(found) & REFUNDS and not back


def own_transfers(accounts):
    def doubtful(state, row):
        before = state["begin"] is not None and row["day"] < state["begin"]
        return row["disputed"] and not before

    def may(state, row):
        open_to_all = category(row["raw"]) in (None, "owntransfer")
        return open_to_all and (row["amount"] < 0 or not doubtful(state, row))

    legs = [(at, row) for at, state in enumerate(accounts) for row in state["rows"] if may(state, row)]
    taken, payments = set(), []
    # Debits without doubt first; then those in doubt.
    for in_doubt in (False, True):
        for days in range(4):
            for at, credit in sorted(legs, key=lambda leg: (leg[1]["amount"], leg[1]["day"])):
                for step in (days, -days):
                    for other, debit in legs:
                        if id(credit) in taken or id(debit) in taken or at == other or credit["amount"] <= 0:
                            continue
                        if doubtful(accounts[other], debit) and not in_doubt:
                            continue
                        one, two = transfer_text(credit), transfer_text(debit)
                        marked = "owntransfer" in (category(credit["raw"]), category(debit["raw"]))
                        agree = marked or one == two and one or {one, two} == {"", "transfer"}
                        agree = agree or accounts[at]["card"] and names_payment(credit) and names_card(debit)
                        same_money = accounts[at]["currency"] == accounts[other]["currency"]
                        near = (debit["day"] - credit["day"]).days == step
                        if credit["amount"] == -debit["amount"] and near and agree and same_money:
                            taken |= {id(credit), id(debit)}
                            if accounts[at]["card"] and not in_doubt:
                                payments.append((at, max(credit["day"], debit["day"]), legs.index((at, credit)), debit))
                            # A payment into a debt is spent; what it repays counts as nothing already.
                            for leg in () if accounts[at]["owed"] else (credit, debit):
                                leg["transfer"], leg["income"] = True, False
    # What a card bought counts where it was bought: a payment that its purchases until then reach is no spending.
    left = {at: [[row["day"], -row["amount"]] for row in state["rows"]
                 if row["amount"] < 0 and not row["transfer"] and not row["disputed"]]
            for at, state in enumerate(accounts) if state["card"]}
    for at, day, _, debit in sorted(payments, key=lambda it: it[:3]):
        bought = [one for one in left[at] if 0 <= (day - one[0]).days <= 62]
        owed = -debit["amount"]
        if owed <= sum(minor for _, minor in bought):
            debit["transfer"] = True
            for one in bought:
                used = min(owed, one[1])
                one[1], owed = one[1] - used, owed - used
