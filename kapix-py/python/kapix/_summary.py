"""What an answer prints: a headline and a few lines, as text and as a table of a notebook. Nothing is computed here."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from ._money import amount

if TYPE_CHECKING:
    from ._engine import AuditRecord
    from ._record import Record

# A headline, and name and text of each line.
Summary = tuple[str, "list[tuple[str, str]]"]

# A caption alone, the names of columns, and rows.
Grid = list[list[str]]

# The longest text of one line.
TEXT_MAX = 100
# The most items of a list that are named, and the most fields of a struct.
ITEMS_MAX = 3
FIELDS_MAX = 8
# Fields of answers that are not printed.
SECRETS = {"private_key"}


def text_of(record: Record) -> str:
    """Returns the class, a headline and a line for each thing worth knowing."""
    return _text(type(record).__name__, _summary(record))


def html_of(record: Record) -> str:
    """Returns the same as a table, and the tables that it holds as tables; every text is escaped. A page is shown whole."""
    name = type(record).__name__
    page = _page(record) if name == "PolicyExplainResponse" else ""
    return "".join([_html(name, _summary(record)), *map(_grid, GRIDS.get(name, lambda _: [])(record)), page])


def record_text(record: AuditRecord) -> str:
    """Returns what a record says of itself."""
    return _text("AuditRecord", _audit_record(record))


def record_html(record: AuditRecord) -> str:
    """Returns the same as a table; every text is escaped."""
    return _html("AuditRecord", _audit_record(record))


def line_of(record: Record) -> str:
    """Returns a struct inside an answer on one line, with its first fields."""
    fields = list(record._fields().items())
    inside = [f"{name}={_short(value)}" for name, value in fields[:FIELDS_MAX]]
    return f"{type(record).__name__}({', '.join([*inside, *(['...'] if len(fields) > FIELDS_MAX else [])])})"


def _text(name: str, summary: Summary) -> str:
    headline, lines = summary
    width = max((len(name) for name, _ in lines), default=0)
    return "\n".join([f"{name}: {headline}" if headline else name, *(f"  {name:{width}}  {text}" for name, text in lines)])


def _html(name: str, summary: Summary) -> str:
    headline, lines = summary
    rows = "".join(f"<tr><th>{html.escape(name)}</th><td>{html.escape(text)}</td></tr>" for name, text in lines)
    head = html.escape(f"{name}: {headline}" if headline else name)
    return f"<table><caption>{head}</caption><tbody>{rows}</tbody></table>"


def _grid(grid: Grid) -> str:
    caption, *rows = grid
    names = "".join(f"<th>{html.escape(name)}</th>" for name in rows[0])
    body = "".join(f"<tr>{''.join(f'<td>{html.escape(text)}</td>' for text in row)}</tr>" for row in rows[1:])
    head = f"<caption>{html.escape(caption[0])}</caption><thead><tr>{names}</tr></thead>"
    return f"<table>{head}<tbody>{body}</tbody></table>"


def _page(it: Any) -> str:
    """Returns the page of a policy: HTML in a frame of its own without scripts, Markdown as text."""
    page = html.escape(it.text, quote=True)
    if it.format == "html":
        return f'<iframe sandbox style="width: 100%; height: 40em; border: 0" srcdoc="{page}"></iframe>'
    return f'<pre style="white-space: pre-wrap">{page}</pre>'


def _summary(record: Any) -> Summary:
    summarise = SUMMARIES.get(getattr(record, "_operation", ""))
    headline, lines = ("", _fields(record)) if summarise is None else summarise(record)
    return _cut(headline), [(name, _cut(text)) for name, text in lines if text]


def _fields(record: Any) -> list[tuple[str, str]]:
    fields = list(record._fields().items())[: 2 * FIELDS_MAX]
    # A secret is for its variable, and neither for a log nor for a notebook.
    return [(name, "(not shown)" if name in SECRETS else _short(value)) for name, value in fields]


# Each line has the name of what it shows, as a caller writes it behind the answer: `explanation.adverse_reasons`.


def _credit_score(it: Any) -> Summary:
    why = it.explanation
    lines = [("card", _reference(it.card)), ("pd", _or_why(it, "pd"))]
    if why is not None:
        lines += [("explanation.adverse_reasons", _items(map(_reason, why.adverse_reasons)))]
        lines += [("explanation.favourable_reasons", _items(map(_reason, why.favourable_reasons)))]
    lines += [("missing_inputs", _missing(it))]
    lines += [("referral_reasons", _items(reason.code for reason in it.referral_reasons))]
    lines += [("referral_reasons[0].message", reason.message) for reason in it.referral_reasons[:1]]
    lines += [_findings(it.findings, "kind")]
    return f"{it.decision}, {it.points} points, band {it.risk_band}", [*lines, ("audit_id", it.audit_id or "")]


def _credit_score_batch(it: Any) -> Summary:
    lines = [("card", _reference(it.card)), ("decisions", _counts(it.decisions)), ("statuses", _counts(it.statuses))]
    lines += [("keys()", _items(it.keys()))]
    lines += [("unused", _items(it.unused)), ("audit_id", it.audit_id or "")]
    return f"{it.rows} rows", lines


# What a reader of a development must see before anything else.
FIRST = ("leaking", "pd_assumed")


def _develop(it: Any) -> Summary:
    lines = [("sample", f"{it.sample.development.rows} rows, {it.sample.development.bads} bad")]
    left_out = ((one.reason, one.rows) for one in it.sample.excluded if one.rows)
    lines.append(("sample.excluded", _counts(dict(left_out))))
    if it.selection is not None:
        lines.append(("selection.chosen", f"{len(it.selection.chosen)}: {_items(it.selection.chosen)}"))
    if it.validation is not None:
        parts = ((part, getattr(it.validation, part)) for part in ("development", "cross", "hold_out", "out_of_time"))
        shown = ", ".join(f"{part} {_auc(report)}" for part, report in parts if report is not None)
        lines.append(("validation", f"AUC {shown}"))
    if it.calibration is not None:
        lines.append(("calibration", it.calibration.refusal or it.calibration.method))
    first = sorted(it.findings, key=lambda finding: finding.code not in FIRST)
    lines += [_findings(first, "code")]
    card = it.artefact
    if card and not card["body"].get("cutoffs"):
        lines.append(("artefact", "no cut-offs were given: the card refers every application"))
    lines.append(("audit_id", it.audit_id or ""))
    return f"card {card['id']}@{card['version']}" if card else f"{len(it.binning)} columns binned, no card", lines


def _evaluate(it: Any) -> Summary:
    measures = f"AUC {_auc(it.validation)}, Gini {_short(it.validation.gini)}, bad rate {_short(it.validation.bad_rate)}"
    lines = [("card", _reference(it.card)), ("validation", measures), ("decisions", _counts(it.decisions))]
    return f"{it.validation.rows} rows", [*lines, ("statuses", _counts(it.statuses)), ("audit_id", it.audit_id or "")]


def _analyze(it: Any) -> Summary:
    features = it.analysis.features
    absent = [f"{feature.name} ({feature.null_reason})" for feature in features if feature.value is None]
    lines = [("currency", it.currency or ""), ("accounts", f"{len(it.accounts)}")]
    shown = (f"{one.name} {_short(one.value)}" for one in features if one.value is not None)
    lines += [("analysis.features", f"{len(features)}: {_items(shown)}")]
    lines += [("analysis.features", f"{len(absent)} null: {_items(absent)}" if absent else ""), _findings(it.findings, "kind")]
    return f"{it.entity_id} as of {it.as_of}", [*lines, ("audit_id", it.audit_id or "")]


def _check(it: Any) -> Summary:
    lines = [("artefacts", _items(map(_reference, it.artefacts)))]
    problems = it.problems[:ITEMS_MAX]
    lines += [(f"problems[{at}]", f"{one.cause} at {one.field}: {one.message}") for at, one in enumerate(problems)]
    return "valid" if it.valid else f"{len(it.problems)} problems", lines


def _describe(it: Any) -> Summary:
    lines = [("artefacts", _items(map(_reference, it.artefacts)) or "none"), ("production", str(it.production))]
    lines += [("operations", f"{len(it.operations)}: {_items(one.name for one in it.operations)}"), ("routes", f"{len(it.routes)}")]
    return f"kapix {it.engine}", lines


def _policy_run(it: Any) -> Summary:
    granted = "" if it.approved_amount_minor is None else amount(it.approved_amount_minor, it.currency)
    lines = [("policy", _reference(it.policy)), ("approved_amount_minor", granted), ("terms", _named(it.terms))]
    first, more = it.reasons[:2], it.reasons[2:]
    lines += [(f"reasons[{at}]", f"{_with_inputs(one)}: {one.text}") for at, one in enumerate(first)]
    lines += [(f"steps[{at}]", _step(one)) for at, one in enumerate(it.steps or ())]
    lines += [("reasons", f"{len(more)} more: {_items(one.code for one in more)}" if more else "")]
    lines += [("matched_rules", _items(f"{row.table}.{row.rule}" for row in it.matched_rules))]
    if it.counter_offer is not None:
        lines.append(("counter_offer", amount(it.counter_offer.amount_minor, it.currency)))
    if it.counterfactual is not None:
        changes = (f"{one.input} {_short(one.from_)} to {_short(one.to)}" for one in it.counterfactual.changes)
        lines.append(("counterfactual", _items(changes)))
    elif it.null_reasons:
        lines.append(("null_reasons", _named(it.null_reasons)))
    lines += [("shadows", _items(_shadow(one) for one in it.shadows or ()))]
    if it.arm is not None:
        lines.append(("arm", f"{it.arm.role}, {it.arm.share:.1%} of applicants"))
    lines += [("unused", _items(it.unused or ())), ("valid_until", _plain(it.valid_until) if it.valid_until else "")]
    return it.outcome, [*lines, ("assumed", _named(it.assumed)), ("audit_id", it.audit_id or "")]


def _with_inputs(it: Any) -> str:
    if it.inputs:
        return f"{it.code} ({_items(it.inputs)})"
    return f"{it.code} ({it.step})" if it.source == "engine" and it.step else it.code


def _step(it: Any) -> str:
    """Returns why a step gave no result, or that it referred; nothing of one that answered."""
    if it.error is not None:
        return f"{it.name}: {it.error['cause']}: {it.error['message']}"
    if it.doubt:
        return f"{it.name}: {it.doubt}: the earlier result {it.audit_id} may not stand for it"
    if it.missing:
        return f"{it.name}: its answer does not have {_items(it.missing)}"
    return f"{it.name} referred the application itself" if it.referred else ""


def _shadow(it: Any) -> str:
    if it.error is not None:
        return f"{it.shadow} {it.error['cause']}"
    return f"{it.shadow} {it.outcome}{', differs' if it.differs else ''}"


def _trace_grid(it: Any) -> Grid:
    """Returns a table of a run: its rows, and of each the cells that did not pass, under columns with their values."""
    grid = [[f"{it.table}: what became of each row"], ["row", "result", *(f"{one.column} = {_short(one.value)}" for one in it.columns)]]
    for row in it.rules:
        cells = {cell.column: f"{cell.cell} {cell.result}" for cell in row.cells or ()}
        grid.append([row.rule, row.result, *(cells.get(one.column, "") for one in it.columns)])
    return grid


def _analysis_grid(it: Any) -> Grid:
    """Returns what was found of a table, under its columns."""
    columns = list(dict.fromkeys(name for one in it.findings for name in one.region))
    grid = [[f"{it.table}: what was found"], ["level", "finding", "rows", *columns]]
    # What must be mended comes first; a gap may be meant.
    found = sorted(it.findings, key=lambda one: ("error", "warning", "info").index(one.level))
    cells = ([one.level, one.kind, _items(one.rules or ())] + [one.region.get(name, "") for name in columns] for one in found)
    return grid + list(cells)


def _test_grid(it: Any) -> Grid:
    rows = [[one.name, one.outcome or "", "passed" if one.passed else one.differs or "failed"] for one in it.tests]
    return [["tests"], ["case", "outcome", "result"], *rows]


def _group_grids(it: Any) -> list[Grid]:
    """Returns the rates of all and of each group, with what was observed, and the adverse impact."""
    parts = ("approved", "referred", "declined")
    bad = [f"bad rate of {name}" for name in parts] if it.rates.observed else []
    head = ["group", "applications", *parts, *bad, "impact ratio", "95 % interval", "beside"]
    rows = [("all", it.rates, None)] + [(f"{one.column} {_or(one.value)}", one.rates, one.adverse_impact) for one in it.groups or ()]
    if len(rows) == 1 and not bad:
        return []
    grid = [["rates"], head]
    for name, rates, impact in rows:
        shares = [_share(one) for one in (rates.approval_rate, rates.referral_rate, rates.decline_rate)]
        observed = [_bad_rate((rates.observed or {}).get(outcome)) for outcome in ("approve", "refer", "decline")] if bad else []
        told = ["", "", ""]
        if impact is not None:
            ends = "" if impact.high is None else f"{impact.low:.2f} to {impact.high:.2f}"
            told = [f"{impact.ratio:.2f}", ends, _or(impact.reference)]
        grid.append([name, str(rates.approved + rates.referred + rates.declined), *shares, *observed, *told])
    return [grid]


def _bad_rate(it: Any) -> str:
    if it is None:
        return ""
    return it.reason or "" if it.bad_rate is None else f"{it.bad_rate:.1%} of {it.observed}"


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.1%}"


def _or(value: Any) -> str:
    return "missing" if value is None else str(value)


def _rule_grid(it: Any) -> Grid:
    return [["rows of tables"], ["table", "row", "applications"], *([one.table, one.rule, str(one.rows)] for one in it.rules)]


# The tables that a notebook shows of a value, by its class.
GRIDS: dict[str, Callable[[Any], list[Grid]]] = {
    "PolicyCheckResponse": lambda it: [_test_grid(it), *(_analysis_grid(one) for one in it.tables if one.findings)],
    "PolicyReplayResponse": lambda it: [*_group_grids(it), _rule_grid(it)],
    "PolicyRunResponse": lambda it: [_trace_grid(one) for one in it.trace or ()],
    "TableAnalysis": lambda it: [_analysis_grid(it)],
    "TableTrace": lambda it: [_trace_grid(it)],
}


def _policy_check(it: Any) -> Summary:
    failed = [test for test in it.tests if not test.passed]
    lines = [(f"problems[{at}]", f"{one.cause} at {one.field}: {one.message}") for at, one in enumerate(it.problems[:ITEMS_MAX])]
    names = _items(f"{one.name}: {one.differs}" for one in failed)
    told = f"{len(it.tests)}, {len(failed)} failed: {names}" if failed else f"{len(it.tests)} passed"
    lines += [("tests", told if it.tests else "")]
    found = [f"{table.table} {finding.kind}" for table in it.tables for finding in table.findings if finding.level != "info"]
    lines += [("tables", f"{len(it.tables)}: {_items(found) or 'nothing found'}" if it.tables else "")]
    counts = ((table.table, sum(finding.level == "info" for finding in table.findings)) for table in it.tables)
    gaps = _items(f"{table} {count}" for table, count in counts if count)
    lines += [("tables", f"gaps {gaps}: nothing is approved by them" if gaps else "")]
    lines += [(f"remarks[{at}]", f"{one.level}: {one.message}") for at, one in enumerate((it.remarks or ())[:ITEMS_MAX])]
    lines += [("jurisdiction", _items(f"{one.rule}: {one.message}" for one in it.jurisdiction)), ("cost", f"{it.cost} steps at most")]
    return "valid" if it.valid else "not valid", [*lines, ("audit_id", it.audit_id or "")]


def _policy_replay(it: Any) -> Summary:
    instant = str(it.as_of) if it.days is None else f"that of each application, {it.days} days in all"
    lines = [("policy", _reference(it.policy)), ("as_of", instant), ("rates", _rates(it.rates))]
    lines += [("reasons", _items(f"{one.code} {one.rows}" for one in it.reasons))]
    never = [f"{one.table}.{one.rule}" for one in it.rules if not one.rows]
    lines += [("rules", f"{len(it.rules)}, never matched: {_items(never)}" if never else f"{len(it.rules)}")]
    lines += [("groups", _items(f"{one.column} {one.value} {_rates(one.rates)}" for one in it.groups or ()))]
    not_decided = [f"{status} {rows}" for status, rows in it.statuses.items() if status != "decided"]
    lines += [("statuses", f"not decided: {_items(not_decided)}" if not_decided else "")]
    lines += [("not_decided", _items(f"{one.column} {one.rows}" for one in it.not_decided or () if one.column))]
    lines += [("absent", _items(it.absent or ())), ("unused", _items(it.unused or ())), ("audit_id", it.audit_id or "")]
    rates = it.rates
    return f"{rates.approved + rates.referred + rates.declined} applications decided", lines


def _policy_diff(it: Any) -> Summary:
    lines = [("policy", _reference(it.policy)), ("other", _reference(it.other))]
    lines += [("documents", f"{len(it.documents)} differences" if it.documents else "")]
    lines += [("tables", _items(f"{one.table} {len(one.differences)}" for one in it.tables or ()))]
    if it.portfolio is not None:
        lines += [("portfolio.rates", _rates(it.portfolio.rates)), ("portfolio.other_rates", _rates(it.portfolio.other_rates))]
        moved = sorted((one for one in it.portfolio.swaps if one.from_ != one.to), key=_swap_order)
        swaps = (f"{one.from_ or 'not decided'} to {one.to or 'not decided'} {one.rows}" for one in moved)
        lines += [("portfolio.swaps", ", ".join(swaps) or "none: both versions decide alike")]
    return _difference(it), [*lines, ("audit_id", it.audit_id or "")]


def _difference(it: Any) -> str:
    """Returns whether two versions differ, in the words of what was compared."""
    if it.policy.sha256 == it.other.sha256:
        return "nothing differs: both are one document"
    if it.portfolio is not None:
        is_same = all(one.from_ == one.to for one in it.portfolio.swaps)
        return "no application has another outcome" if is_same else "what two versions decide differently"
    is_same = not it.documents and all(one.whole and not one.differences for one in it.tables or ())
    return "nothing that decides differs" if is_same else "what two versions decide differently"


def _swap_order(it: Any) -> tuple[bool, int]:
    """Whom the second version refuses where the first lends comes first, then who are most."""
    return (it.from_, it.to) != ("approve", "decline"), -it.rows


def _audit_record(it: AuditRecord) -> Summary:
    lines = [(name, _plain(getattr(it, name))) for name in ("operation", "recorded_at", "seq")]
    lines += [("refused", it.refused)] if it.refused is not None else []
    documents = ((name, getattr(it, name)) for name in ("leaf", "request", "response", "found"))
    lines += [(name, f"{len(document)} bytes") for name, document in documents if document is not None]
    lines.append(("parts", ", ".join(it.parts)))
    return _cut(_plain(it.audit_id)), lines


# What an answer prints, by its operation; others print their fields.
SUMMARIES: dict[str, Callable[[Any], Summary]] = {
    "artefact.check": _check,
    "cashflow.analyze": _analyze,
    "credit.score": _credit_score,
    "credit.score_batch": _credit_score_batch,
    "engine.describe": _describe,
    "policy.check": _policy_check,
    "policy.diff": _policy_diff,
    "policy.replay": _policy_replay,
    "decisions.run": _policy_run,
    "policy.run": _policy_run,
    "scorecard.develop": _develop,
    "scorecard.evaluate": _evaluate,
}


def _reference(it: Any) -> str:
    return f"{it.id}@{it.version}"


def _or_why(it: Any, name: str) -> str:
    value = getattr(it, name)
    return f"null, {it.null_reasons.get('/' + name, 'no reason')}" if value is None else _short(value)


def _missing(it: Any) -> str:
    """Returns the missing inputs, each with the reason where the answer states it."""
    views = () if it.explanation is None else it.explanation.characteristics or ()
    reasons = {view.feature: view.null_reason for view in views if view.null_reason is not None}
    return _items(f"{name} ({reasons[name]})" if name in reasons else name for name in it.missing_inputs)


def _reason(it: Any) -> str:
    return it.code if it.points is None else f"{it.code} {it.points:+.1f}"


def _auc(report: Any) -> str:
    return "null" if report.auc is None else _short(report.auc.value)


def _findings(findings: Any, name: str) -> tuple[str, str]:
    kinds = dict.fromkeys(getattr(finding, name) for finding in findings)
    return "findings", f"{len(findings)}: {_items(kinds)}" if findings else ""


def _rates(it: Any) -> str:
    shares = (("approved", it.approval_rate), ("referred", it.referral_rate), ("declined", it.decline_rate))
    return ", ".join(f"{name} {share:.1%}" for name, share in shares if share is not None)


def _named(values: Mapping[str, Any] | None) -> str:
    return _items(f"{name} {_short(value)}" for name, value in (values or {}).items())


def _counts(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items())


def _items(items: Iterable[str]) -> str:
    every = list(items)
    return ", ".join([*every[:ITEMS_MAX], *([f"{len(every) - ITEMS_MAX} more"] if len(every) > ITEMS_MAX else [])])


def _short(value: Any, *, is_inner: bool = False) -> str:
    """Returns a value in a few characters."""
    if isinstance(value, float):
        is_whole = value.is_integer() or abs(value) >= 1e4
        return f"{value:.0f}" if is_whole and abs(value) < 1e15 else f"{value:.4g}"
    if isinstance(value, tuple):
        return f"({len(value)} items)" if value else "()"
    if isinstance(value, Mapping):
        if not value or is_inner:
            return f"{{{len(value)} fields}}" if value else "{}"
        inside = [f"{name}={_short(one, is_inner=True)}" for name, one in list(value.items())[:FIELDS_MAX]]
        return f"{{{', '.join([*inside, *(['...'] if len(value) > FIELDS_MAX else [])])}}}"
    return _cut(repr(value))


def _plain(value: object) -> str:
    return _cut(value if isinstance(value, str) else repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= TEXT_MAX else text[: TEXT_MAX - 3] + "..."
