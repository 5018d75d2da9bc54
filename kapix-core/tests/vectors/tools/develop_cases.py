"""The requests of the vectors of `scorecard.develop` and `scorecard.evaluate`: rows from a small generator, and what is
stated by hand beside the recomputation."""

import math

AS_OF = "2026-03-31T12:00:00Z"
# Files and what they are about.
TOPICS = {
    "scorecard.develop/bins.json": "bins of one column: objectives, limits, rules",
    "scorecard.develop/calibration.json": "calibration of the PD on rows held out",
    "scorecard.develop/card.json": "cards: coefficients, points, scaling, selection",
    "scorecard.develop/frames.json": "columns as they come: text, special values, outcomes, types, the scale of weights",
    "scorecard.develop/missing.json": "inputs that are missing: which sets are evidence, and which rows are referred",
    "scorecard.develop/protected.json": "columns that the law protects",
    "scorecard.develop/refused.json": "developments that are refused",
    "scorecard.develop/sample.json": "which rows are fitted, held out and left out",
    "scorecard.evaluate/evaluate.json": "a loaded card measured on rows of known outcome",
}

# What makes a refusal right, by case.
REFUSED = {
    "scorecard.develop": {
        "error_one_class": "By hand: 40 goods and no bads, so ln(goods / bads) has no value",
        "error_three_values": "By hand: 0, 1 and 2 are three values; bad is 1, and without `good` the value 2 is neither",
        "error_target_missing": "By hand: all 40 outcomes are null, so there is neither a good nor a bad row",
        "error_weight_zero": "By hand: a weight counts rows and is above 0; row 0 has 0",
        "error_weight_negative": "By hand: a weight counts rows and is above 0; row 39 has -1",
        "error_weight_missing": "By hand: a weight counts rows and is above 0; row 39 has null",
        "error_target_column": "By hand: the columns are age, months, purpose, utilisation and bad; none is `outcome`",
        "error_weight_column": "By hand: the columns are age, months, purpose, utilisation and bad; none is `w`",
        "error_names": "By hand: the columns are age, months, purpose, utilisation and bad; name 1 of the list, `agee`, is none",
        "error_exclude": "By hand: the columns are age, months, purpose, utilisation and bad; name 0 of the list, `agee`, is none",
        "error_characteristic": "By hand: no column is `a/b`; RFC 6901, section 3: in a pointer `/` is written `~1`",
        "error_hold_out": "By hand: at most 0.9 of the rows is held out, since a tenth at least is fitted; 0.95 leaves a twentieth",
        "error_horizon": "By hand: an outcome window lasts 1 to 36,500 days; 0 is below",
        "error_horizon_alone": "By hand: an outcome window lasts 1 to 36,500 days; 36,501 is beyond",
        "error_missing": "By hand: the columns are age, months, purpose, utilisation and bad; name 0 of the list, `agee`, is none",
        "error_special": "By hand: the special value of months is -9; no column has -8",
        "error_folds": "By hand: a fold is judged by a fit on the others, so there are 2 at least; 1 has no others",
        "error_folds_many": "By hand: folds are 2 to 20, or 0 for none; 21 is beyond",
        "error_continuous_card": "By hand: points come from odds of good and bad, which an amount does not have",
        "error_nothing": "By hand: each attribute needs 30 bads, and the 40 rows hold 19, so no column has two attributes",
        "error_separation": "A. Albert, J. A. Anderson, On the existence of maximum likelihood estimates in logistic regression models, "
            "Biometrika 71 (1984), 1-10: none exists where the classes are separated; `same` is 3 for each good and 4 for each bad",
        "error_settings": "By hand: bins_max 0 is below 1, bins_min 1 above bins_max, size_min 0.7 above a half, p_value_max 0 not "
            "above 0, cuts 2 and 1 do not ascend, and a special value has points of its own, so no card refuses it",
        "error_cutoffs": "By hand: approve lies above refer; 500 lies below 510",
        "error_date": "RFC 3339, section 5.7: February has 28 days, 29 in a leap year; 2025 is none, for 4 does not divide it",
        "error_columns": "By hand: a card is developed from the rows of columns, and the request has none",
    },
    "scorecard.evaluate": {
        "error_target": "By hand: the columns are utilisation, income_minor, sector, outcome and w; none is `bad`",
        "error_nothing": "Kapix API reference, section Errors & Codes, 422: not "
            "enough data; all 90 outcomes are null, so no row can be measured",
        "error_column": "By hand: the card reads utilisation, income_minor and sector; no column is sector",
        "error_weight": "By hand: a weight counts rows and is above 0; all 90 have 0",
        "error_outcome_coded": "By hand: the outcome is 1 and 2, and nothing says which is bad",
    },
}


def topic(operation, case):
    """Returns the name of the file that a case stands in."""
    if operation == "scorecard.evaluate":
        return "evaluate"
    if case in ("card_dates", "card_random_split", "card_split_column"):
        return "sample"
    if case in ("card_beta", "card_calibrated", "card_isotonic", "card_offset", "card_offset_rate", "card_platt_smoothing"):
        return "calibration"
    if case.startswith("card_withheld"):
        return "missing"
    if case.startswith("card_protected"):
        return "protected"
    return {"bins": "bins", "card": "card", "error": "refused", "frame": "frames"}[case.split("_")[0]]


class Rows:
    """A linear congruential generator (D. E. Knuth, MMIX), so that the rows are the same with any version of anything."""

    def __init__(self, seed):
        self.state = seed

    def uniform(self):
        self.state = (self.state * 6364136223846793005 + 1442695040888963407) % 2**64
        return (self.state >> 11) / 2**53

    def whole(self, low, high):
        return low + int(self.uniform() * (high - low + 1))

    def bad(self, odds):
        return int(self.uniform() < 1 / (1 + math.exp(-odds)))


def loans(n, seed):
    """Age and utilisation in whole numbers, months at the address with a special code, a purpose; some values missing."""
    rows, columns = Rows(seed), {"age": [], "months": [], "purpose": [], "utilisation": [], "bad": []}
    for _ in range(n):
        age, months, use = rows.whole(19, 70), rows.whole(0, 240), rows.whole(0, 100)
        purpose = ["car", "home", "school", "trade", "other"][rows.whole(0, 4)]
        risk = {"car": 0.6, "home": -0.9, "school": 0.2, "trade": 0.9, "other": 0.1}[purpose]
        odds = -0.6 + 0.035 * (use - 50) - 0.045 * (age - 40) - 0.006 * (months - 100) + risk
        fate = rows.uniform()
        columns["age"].append(age)
        columns["months"].append(-9 if fate < 0.12 else None if fate < 0.2 else months)
        columns["purpose"].append(None if 0.2 < fate < 0.26 else purpose)
        columns["utilisation"].append(None if 0.26 < fate < 0.36 else use)
        columns["bad"].append(rows.bad(odds))
    return columns


def curve(n, seed, shape):
    """One column x in 0..99 and an outcome whose log-odds follow a shape."""
    rows, columns = Rows(seed), {"x": [], "bad": []}
    for _ in range(n):
        x = rows.whole(0, 99)
        columns["x"].append(x)
        columns["bad"].append(rows.bad(shape(x / 100)))
    return columns


def request(columns, **members):
    return {"as_of": AS_OF, "target": "bad", "columns": columns} | members


GIVEN = {"age": {"binning": {"cuts": [25, 30, 35, 40, 50, 60]}},
         "months": {"binning": {"cuts": [24, 60, 96, 150, 200], "special_values": [-9]}},
         "utilisation": {"binning": {"cuts": [15, 30, 45, 60, 75, 90]}}}
WIDE = {"p_value_max": 1.0, "size_min": 0.1}


def copies(column, settings, limits, n=160, seed=3, shape=None):
    """One column under several names, each with its own binning."""
    own = curve(n, seed, shape or (lambda x: -0.4 + 2.6 * (x - 0.5) + 1.2 * math.sin(7 * x)))
    columns = {name: own["x"] for name in settings} | {"bad": own["bad"]}
    characteristics = {name: {"binning": limits | binning} for name, binning in settings.items()}
    return request(columns, stage="binning", characteristics=characteristics)


def siddiqi():
    """Value, goods and bads of each age group, each a good row and a bad row with weights."""
    table = [(None, 860, 140), (20, 3040, 960), (25, 4920, 1080), (28, 8100, 900), (32, 9500, 500), (40, 6800, 200), (50, 2940, 60)]
    columns = {"age": [], "bad": [], "n": []}
    for age, goods, bads in table:
        columns["age"] += [age, age]
        columns["bad"] += [0, 1]
        columns["n"] += [goods, bads]
    limits = {"cuts": [23, 27, 30, 35, 44], "p_value_max": 1.0, "size_min": 0.0, "trend": "none"}
    return request(columns, stage="binning", weight="n", binning=limits)


def weighted(n, seed):
    columns = loans(n, seed)
    rows = Rows(seed + 1)
    return columns | {"w": [[0.5, 1, 1.25, 2, 3.75][rows.whole(0, 4)] for _ in range(n)]}


def parted(n, seed, parts=("train", "train", "test"), **members):
    columns = loans(n, seed)
    rows = Rows(seed + 2)
    columns["part"] = [parts[rows.whole(0, len(parts) - 1)] for _ in range(n)]
    split = {"split": {"method": "column", "column": "part"}}
    return request(columns, characteristics=GIVEN, sample=split, binning={"missing": "neutral"}, **members)


def dated(n, seed):
    columns = loans(n, seed)
    rows = Rows(seed + 3)
    columns["seen"] = [None if rows.uniform() < 0.04 else f"202{rows.whole(3, 5)}-{rows.whole(1, 12):02}-{rows.whole(1, 28):02}" for _ in range(n)]
    columns["staff"] = [int(rows.uniform() < 0.08) for _ in range(n)]
    sample = {"default_definition": "90 days past due within 12 months", "horizon_days": 365, "population": "made up",
              "observation_date": "seen", "split": {"out_of_time_from": "2024-11-01"},
              "exclusions": [{"column": "staff", "reason": "staff loan", "values": [1]},
                             {"column": "age", "reason": "under age", "below": 21}]}
    return request(columns, characteristics=GIVEN, sample=sample, exclude=["staff"], folds=0)


def words(n, seed):
    columns = loans(n, seed)
    rows = Rows(seed + 4)
    columns["bad"] = ["open" if rows.uniform() < 0.1 else None if rows.uniform() < 0.05 else "lost" if b else "paid" for b in columns["bad"]]
    return request(columns, characteristics=GIVEN, bad=["lost"], good=["paid"], folds=0)


def lenders(n, seed, **members):
    """Two inputs of a bureau that lack together or one alone, and a stated rent that lacks at random or is said to be none."""
    rows = Rows(seed)
    columns = {name: [] for name in ("bureau.late", "bureau.used", "rent", "bad", "part")}
    for _ in range(n):
        late, used, rent = rows.whole(0, 99), rows.whole(0, 99), rows.whole(0, 99)
        columns["bad"].append(rows.bad(-1.6 + 0.035 * (late + used + rent - 150)))
        fate, other = rows.uniform(), rows.uniform()
        columns["bureau.late"].append(None if fate < 0.25 else late)
        columns["bureau.used"].append(None if fate < 0.25 or fate > 0.97 else used)
        columns["rent"].append(None if other < 0.1 else -9 if other < 0.2 else rent)
        columns["part"].append("train" if rows.uniform() < 0.6 else "test")
    cuts = {"binning": {"cuts": [20, 40, 60, 80], "special_values": [-9]}}
    sample = {"split": {"method": "column", "column": "part"}, "default_definition": "90 days past due", "horizon_days": 365,
              "population": "made up"}
    characteristics = {name: cuts for name in ("bureau.late", "bureau.used", "rent")}
    return request(columns, sample=sample, cutoffs={"approve": 480, "refer": 465}, characteristics=characteristics) | members


def with_columns(base, **columns):
    return base | {"columns": base["columns"] | columns}


def plain(n=120, seed=11, **members):
    return request(loans(n, seed), characteristics=GIVEN, folds=0, **members)


def continuous(n, seed):
    rows, columns = Rows(seed), {"x": [], "sector": [], "loss": [], "w": []}
    for _ in range(n):
        x, sector = rows.whole(0, 99), ["farm", "shop", "office"][rows.whole(0, 2)]
        columns["x"].append(None if rows.uniform() < 0.1 else x)
        columns["sector"].append(sector)
        columns["loss"].append(round(40 - 0.3 * x + {"farm": 12, "shop": 0, "office": -9}[sector] + 10 * rows.uniform(), 2))
        columns["w"].append([1, 2, 2.5][rows.whole(0, 2)])
    return {"as_of": AS_OF, "target": "loss", "target_kind": "continuous", "stage": "binning", "weight": "w", "columns": columns,
            "characteristics": {"x": {"binning": {"cuts": [10, 25, 40, 55, 70, 85]}}}}


def cases():
    """Yields operation, case, sentence, request, and members stated by hand."""
    develop = "scorecard.develop"
    trends = {t: {"trend": t} for t in ("ascending", "auto", "concave", "convex", "descending", "none", "peak", "valley")}
    cuts = {"cuts": [10, 20, 30, 40, 50, 60, 70, 80, 90]}
    yield develop, "bins_trends", "the best partition of ten pre-bins under every trend, among all 512", copies("x", trends, cuts | WIDE), {}
    yield (develop, "bins_trends_wave", "the same where the rate rises and falls: the choice is a peak", copies(
        "x", trends, cuts | WIDE, seed=8, shape=lambda x: 1.6 - 16 * (x - 0.45) ** 2), {})
    objectives = {o: {"objective": o} for o in ("hellinger", "iv", "jensen_shannon", "log_likelihood")}
    yield (develop, "bins_objectives", "the best partition by every objective", copies(
        "x", objectives, cuts | WIDE | {"trend": "none", "bins_max": 4}, seed=5), {})
    limits = {"bads": {"bads_min": 12}, "bins_few": {"bins_max": 3}, "bins_many": {"bins_min": 6}, "difference": {"rate_difference_min": 0.15},
              "fisher": {"p_value_max": 0.2, "p_value_test": "fisher"}, "fixed": {"cuts_fixed": [40], "bins_max": 3},
              "goods": {"goods_min": 14}, "p_value": {"p_value_max": 0.1}, "size": {"size_min": 0.18, "size_max": 0.3}}
    yield (develop, "bins_limits", "the best partition under each limit", copies(
        "x", limits, cuts | {"p_value_max": 1.0, "size_min": 0.05, "trend": "none"}, seed=21), {})
    methods = {"quantile": {"prebinning": {"bins_max": 8}}, "uniform": {"prebinning": {"method": "uniform", "bins_max": 7}},
               "quantile_weighted": {"prebinning": {"bins_max": 9}, "trend": "none"}}
    yield (develop, "bins_prebinning", "pre-bins by quantiles and of equal width; cut points are the shortest decimals of their gaps",
           copies("x", methods, WIDE, seed=14), {})
    rules = {r: {"missing": r, "special": "own" if r == "refuse" else r, "special_values": [-9], "cuts": [24, 60, 96, 150, 200]}
             for r in ("closest", "neutral", "own", "refuse", "worst")}
    base = loans(140, 6)
    yield (develop, "bins_rules", "what a missing and a special input earn by every rule; none earns more than 0 without support",
           request({r: base["months"] for r in rules} | {"bad": base["bad"]}, stage="binning",
                   characteristics={r: {"binning": WIDE | b} for r, b in rules.items()}), {})
    base = loans(150, 9)
    rare = [p if k % 40 else "boat" for k, p in enumerate(base["purpose"])]
    yield (develop, "bins_categories", "groups of categories, rare ones together, a special one alone, booleans as text",
           request({"purpose": rare, "special": base["purpose"], "owner": [a > 44 for a in base["age"]], "bad": base["bad"]},
                   stage="binning", binning=WIDE | {"special_values": ["other"], "rare_share": 0.04, "unseen": "worst"}),
           {"findings_hold": []})
    yield (develop, "bins_weights", "weights count as fractions of rows in every figure", request(
        weighted(130, 4), stage="binning", weight="w", characteristics=GIVEN, binning=WIDE), {})
    yield (develop, "bins_siddiqi", "the age table of Siddiqi by weights of goods and bads", siddiqi(), {"siddiqi": True})
    yield develop, "bins_continuous", "bins of a number: means, deviations, Welch's test, weighted", continuous(120, 2), {}
    yield (develop, "bins_odd_columns", "constant, all missing, rare and infeasible columns keep one attribute and say so", with_columns(
        plain(60, 30, stage="binning"), constant=[5] * 60, missing=[None] * 60, names=[f"n{k}" for k in range(60)],
        infeasible=list(range(0, 120, 2))) | {"binning": {"rare_share": 0.05}, "characteristics": GIVEN | {
            "infeasible": {"binning": {"cuts": [40, 80], "bads_min": 50}}}, "exclude": ["age", "months", "purpose", "utilisation"]},
        {"findings_hold": [{"code": "binning", "feature": "infeasible", "message": "relaxing one of `bads_min` would do"}]})

    yield develop, "card", "a card of numbers, categories, missing and special values: coefficients, points, ranks", plain(), {}
    yield (develop, "card_weights", "weights in every figure of a card", request(
        weighted(130, 40), characteristics=GIVEN, weight="w", folds=0, binning={"missing": "neutral"}), {})
    yield (develop, "card_split_column", "a column says which rows are fitted, held out and out of time; Platt's line on the rows held out",
           parted(260, 17, ("train", "train", "test", "later")) | {"sample": {"split": {
               "method": "column", "column": "part", "out_of_time": ["later"]}}}, {})
    yield (develop, "card_calibrated", "with definition, horizon, population and 20 goods and bads outside the fit the PD is calibrated",
           parted(200, 23) | {"sample": {"split": {"method": "column", "column": "part"}, "default_definition": "90 days past due",
                                         "horizon_days": 365, "population": "made up"}},
           {"artefact": {"body": {"pd_basis": {"kind": "calibrated", "horizon_days": 365, "default_definition": "90 days past due",
                                               "population": "made up"}}}})
    yield (develop, "card_offset", "calibration by a shift to the bad rate of the rows held out", parted(200, 24, calibration={"method": "offset"}), {})
    yield (develop, "card_offset_rate", "calibration by a shift to a stated bad rate", parted(
        200, 25, calibration={"method": "offset", "target_rate": 0.08}), {})
    yield (develop, "card_platt_smoothing", "Platt's line with his smoothed outcomes, shifted to a stated bad rate", parted(
        200, 26, calibration={"method": "platt", "smoothing": True, "target_rate": 0.2}), {})
    yield develop, "card_beta", "the beta law on the rows held out", parted(260, 105, calibration={"method": "beta"}), {}
    yield develop, "card_isotonic", "pooled neighbours on the rows held out", parted(220, 28, calibration={"method": "isotonic"}), {}
    yield (develop, "card_dates", "exclusions, outcome windows that are not over, and rows out of time", dated(240, 35), {})
    yield (develop, "card_words", "outcomes as words; rows that are neither good nor bad are left out", words(140, 41), {})
    yield (develop, "card_base_points", "the intercept kept as base points under another law", plain(
        seed=12, scaling={"intercept": "base", "points0": 500, "odds0": 20, "pdo": 40}), {})
    yield (develop, "card_min_max", "totals from 300 to 850", plain(seed=12, scaling={"method": "min_max", "min": 300, "max": 850}), {})
    yield develop, "card_l2", "another penalty on the slopes", plain(seed=13, regression={"l2": 2.5}), {}
    yield (develop, "card_likelihood", "no penalty: maximum likelihood", plain(200, 14, regression={"l2": 0}), {})
    base = plain(200, 15)
    lost = [r == -9 for r in base["columns"]["months"]]
    base = with_columns(base, utilisation=[None if gone else 50 if v is None else v for gone, v in zip(lost, base["columns"]["utilisation"])])
    yield develop, "card_missing_together", "an absence that shows in two characteristics counts once", base, {}
    yield (develop, "card_cutoffs", "stated cut-offs, and the mean points of the rows just above", request(
        {n: v for n, v in loans(300, 50).items() if n in ("age", "utilisation", "bad")}, characteristics={n: GIVEN[n] for n in (
            "age", "utilisation")}, folds=0, cutoffs={"approve": 520, "refer": 500}), {})
    yield (develop, "card_cutoffs_profit", "the cut-off of the greatest profit", plain(
        seed=12, cutoffs={"curve": {"profit": {"gain_per_good_minor": 10000, "loss_per_bad_minor": 45000}}}), {})
    yield (develop, "card_withheld", "two inputs of a bureau that lacked together in 50 rows are evidence, one of them alone is not, "
           "nor is what an applicant leaves out", lenders(700, 80), {})
    yield (develop, "card_withheld_settings", "an input without which nobody is approved, a special value that means none, a least "
           "completeness, and a source that withholds by statement", lenders(
               700, 80, missing={"refer": ["bureau.late"], "special": [-9]},
               minimum={"history_days": 0, "transactions": 0, "completeness": 0.5},
               characteristics={name: {"binning": {"cuts": [20, 40, 60, 80], "special_values": [-9]}} | (
                   {"withheld": "half of the landlords answer"} if name == "rent" else {}) for name in (
                       "bureau.late", "bureau.used", "rent")}), {})
    protected = GIVEN | {"age": GIVEN["age"] | {"protected": True}}
    yield (develop, "card_protected", "a protected column without a legal basis is binned and stays out of the card",
           plain(200, 14) | {"characteristics": protected}, {"findings_hold": [{"code": "protected", "feature": "age"}]})
    allowed = GIVEN | {"age": GIVEN["age"] | {"protected": True, "legal_basis": "12 CFR 1002.6(b)(2)"}}
    yield (develop, "card_protected_allowed", "with a legal basis it may enter, and a finding says so", plain(200, 14) | {
        "characteristics": allowed}, {"selection": {"protected": ["age"]}})
    yield (develop, "card_numbered_rows", "a column that numbers the rows is left out", with_columns(
        plain(seed=12), number=list(range(1000, 1120))), {"findings_hold": [{"code": "id_like", "feature": "number"}]})
    base = plain(seed=12)
    yield (develop, "card_leak", "a column that tells the outcome is left out and said", with_columns(
        base, collected=[7 * b + k % 3 for k, b in enumerate(base["columns"]["bad"])]),
        {"findings_hold": [{"code": "leaking", "feature": "collected"}]})
    yield (develop, "card_random_split", "a fifth held out by the seed, stratified: 30 of 120 rows at a share of a quarter",
           plain(seed=12) | {"seed": 7, "stage": "binning", "sample": {"split": {"method": "random", "hold_out": 0.25}}}, {"counts_only": 0.25})

    odd = lambda **m: plain(40, 60) | m
    column = lambda name, values: with_columns(plain(40, 60), **{name: values})
    yield develop, "error_one_class", "a target of goods only", column("bad", [0] * 40), error("fitting.target", "/target")
    yield develop, "error_three_values", "a target of three values without `good`", column("bad", [k % 3 for k in range(40)]), error("fitting.target", "/target")
    yield develop, "error_target_missing", "no outcome is known", column("bad", [None] * 40), error("fitting.target", "/target")
    yield develop, "error_weight_zero", "a weight of 0", column("w", [0] + [1] * 39) | {"weight": "w"}, error("fitting.weight", "/weight")
    yield develop, "error_weight_negative", "a negative weight", column("w", [1] * 39 + [-1]) | {"weight": "w"}, error("fitting.weight", "/weight")
    yield develop, "error_weight_missing", "a missing weight", column("w", [1] * 39 + [None]) | {"weight": "w"}, error("fitting.weight", "/weight")
    yield develop, "error_target_column", "no column is the target", odd(target="outcome"), error("frame.column_missing", "/target")
    yield develop, "error_weight_column", "no column is the weight", odd(weight="w"), error("frame.column_missing", "/weight")
    yield develop, "error_names", "a name in `include` that no column has", odd(include=["age", "agee"]), error("frame.column_missing", "/include/1")
    yield develop, "error_exclude", "a name in `exclude` that no column has", odd(exclude=["agee"]), error("frame.column_missing", "/exclude/0")
    yield (develop, "error_characteristic", "a name in `characteristics` that no column has", odd(characteristics={"a/b": {}}),
           error("frame.column_missing", "/characteristics/a~1b"))
    yield develop, "error_hold_out", "too much is held out", odd(sample={"split": {"hold_out": 0.95}}), error("value.out_of_range", "/sample/split/hold_out")
    yield develop, "error_horizon", "an outcome window of no days", odd(sample={"horizon_days": 0}), error("value.out_of_range", "/sample/horizon_days")
    yield develop, "error_horizon_alone", "an outcome window longer than a century", odd(
        sample={"horizon_days": 36501}), error("value.out_of_range", "/sample/horizon_days")
    yield develop, "error_missing", "an input without which nobody is approved that no column is", odd(
        missing={"refer": ["agee"]}), error("frame.column_missing", "/missing/refer/0")
    yield develop, "error_special", "a value that means none and that is no special value of a column", odd(
        missing={"special": [-9, -8]}), error("value.out_of_range", "/missing/special/1")
    yield develop, "error_folds", "one fold judges nothing", odd(folds=1), error("value.out_of_range", "/folds")
    yield develop, "error_folds_many", "more than twenty folds", odd(folds=21), error("value.out_of_range", "/folds")
    yield (develop, "error_continuous_card", "a number is no outcome of a card", odd(target_kind="continuous"),
           error("fitting.target", "/target_kind"))
    yield (develop, "error_nothing", "fewer bads than every attribute needs: no column is left", odd(binning={"bads_min": 30}, characteristics={}),
           error("fitting.nothing", "/columns"))
    yield (develop, "error_separation", "a forced column separates the rows, and there is no penalty", with_columns(
        plain(40, 60), same=[3 + b for b in plain(40, 60)["columns"]["bad"]]) | {"selection": {"forced": ["same"]}, "regression": {"l2": 0}},
        error("fitting.separation", "/columns"))
    yield (develop, "error_settings", "every setting of binning outside its range, at its place", odd(
        binning={"bins_max": 0, "size_min": 0.7, "p_value_max": 0, "cuts_fixed": [2, 1], "special": "refuse"}, characteristics={}),
        error("value.out_of_range", "/binning/bins_max", "/binning/bins_min", "/binning/size_min",
              "/binning/p_value_max", "/binning/cuts_fixed", "/binning/special"))
    yield develop, "error_cutoffs", "refer above approve", plain(seed=12, cutoffs={"approve": 500, "refer": 510}), error("card.cutoffs", "/cutoffs/refer")
    yield develop, "error_date", "a day that is none", column("seen", ["2025-02-30"] * 40) | {
        "sample": {"observation_date": "seen"}}, error("time.syntax", "/columns/seen")
    yield develop, "error_columns", "no rows at all", {n: v for n, v in odd().items() if n != "columns"}, error("operation.columns_missing", "/columns")



def error(cause, *fields, code="VALIDATION_ERROR"):
    return {"error": {"code": code, "cause": cause, "fields": list(fields)}}


def evaluations():
    evaluate = "scorecard.evaluate"
    rows, columns = Rows(70), {"utilisation": [], "income_minor": [], "sector": [], "outcome": [], "w": []}
    for _ in range(90):
        use, income = round(rows.uniform(), 2), 1000 * rows.whole(20, 700)
        sector = ["farming", "fishing", "trade", "salary"][rows.whole(0, 3)]
        fate = rows.uniform()
        columns["utilisation"].append(None if fate < 0.06 else use)
        columns["income_minor"].append(None if 0.06 < fate < 0.1 else income)
        columns["sector"].append(None if 0.1 < fate < 0.14 else sector)
        columns["outcome"].append(rows.bad(-1.4 + 2.5 * use - income / 300000 + (sector == "salary") * -0.8))
        columns["w"].append([1, 1.37, 4.11][rows.whole(0, 2)])
    base = {"as_of": AS_OF, "entity_type": "individual", "target": "outcome", "columns": columns}
    yield evaluate, "calibrated", "ranks and calibration of a loaded card", base, {"artefacts": ["developed"]}
    yield evaluate, "weights", "the same with weights: tests of counts are null", base | {"weight": "w"}, {"artefacts": ["developed"]}
    yield evaluate, "assumed", "an assumed PD has no calibration", base, {"artefacts": ["developed_assumed"], "absent_calibration": True}
    unknown = [None if k % 7 == 0 else o for k, o in enumerate(columns["outcome"])]
    yield (evaluate, "refused_rows", "rows that the card refuses, and rows of unknown outcome, are counted and not measured", base | {
        "columns": columns | {"outcome": unknown, "utilisation": [9 if k % 11 == 0 else v for k, v in enumerate(columns["utilisation"])]}},
        {"artefacts": ["developed"]})
    loaded = {"artefacts": ["developed"]}
    yield evaluate, "error_target", "no column is the target", base | {"target": "bad"}, loaded | error("frame.column_missing", "/target")
    yield (evaluate, "error_nothing", "no outcome is known", base | {"columns": columns | {"outcome": [None] * 90}},
           loaded | error("data.insufficient", "/target", code="INSUFFICIENT_DATA"))
    yield (evaluate, "error_column", "a column that the card needs is not there", base | {
        "columns": {n: v for n, v in columns.items() if n != "sector"}}, loaded | error("frame.column_missing", "/columns/sector"))
    yield evaluate, "error_weight", "a weight of 0", base | {"weight": "w", "columns": columns | {"w": [0] * 90}}, loaded | error("fitting.weight", "/weight")
