"""The requests of the vectors about columns as they come: text, special values, outcomes, types, weights."""

from develop_cases import GIVEN, Rows, loans, plain, request, weighted, with_columns

# What text says where there is no value.
NONE = ["NA", "", " nan ", "?", "None", "null", "-"]
WIDE = {"p_value_max": 1.0, "size_min": 0.1}
REFUSED = {
    "error_outcome_coded": "By hand: the target holds 1 and 2, and nothing says which is bad",
    "error_outcome_words": "By hand: the target holds `no` and `yes`, and nothing says which is bad",
    "error_outcome_good": "By hand: the target holds 0, 1 and 2; that 0 is good does not say whether 2 is bad",
    "error_mixed": "By hand: the column holds numbers but for the text of row 3",
    "error_number_text": "By hand: `sixty` is no decimal number",
    "error_near_name": "By hand: no column is `utilization`; one letter from `utilisation`",
    "error_missing_text": "By hand: ` NA` begins with white space, so no text without white space at its ends is it",
}


def gaps(base, name):
    """Texts of no value in place of nulls, and of every ninth value."""
    rows = Rows(7)
    own = [v if v is not None and k % 9 else NONE[rows.whole(0, len(NONE) - 1)] for k, v in enumerate(base["columns"][name])]
    return with_columns(base, **{name: own})


def tens(base):
    """Ages in tens, as text."""
    return with_columns(base, age=[str(age // 10 * 10) for age in base["columns"]["age"]])


def coded(base, good, bad):
    return with_columns(base, bad=[bad if b else good for b in base["columns"]["bad"]])


def scaled(factor):
    columns = weighted(130, 40)
    return request(columns | {"w": [factor * w for w in columns["w"]]}, characteristics=GIVEN, weight="w", folds=0, binning={"missing": "neutral"})


def frames(error):
    """Yields operation, case, sentence, request, and members stated by hand."""
    develop, base = "scorecard.develop", plain(200, 14)
    hold = {"findings_hold": []}
    yield develop, "frame_missing_texts", "text that means no value is missing, counted, and named in the card", gaps(base, "purpose"), hold
    yield (develop, "frame_missing_texts_off", "without such texts each is a category", gaps(base, "purpose") | {
        "stage": "binning", "missing": {"texts": []}, "binning": {"rare_share": 0.02}}, hold)
    yield (develop, "frame_missing_texts_own", "texts that the request names, and one that keeps a bin as a special value",
           gaps(base, "purpose") | {"missing": {"texts": ["NA", "", "?", "nan"]}, "binning": {"special_values": ["?"]}}, hold)
    yield develop, "frame_numbers_as_text", "numbers as text are categories, and a finding says so", tens(base), hold
    yield (develop, "frame_numbers_read", "numbers as text, read as numbers, with text that means no value", gaps(tens(base), "age") | {
        "characteristics": GIVEN | {"age": {"binning": {"kind": "numeric", "cuts": [30, 40, 50, 60]}}}}, hold)
    yield (develop, "frame_special_text", "a special value of another type is read as what the column holds; one that no row holds is told",
           base | {"characteristics": GIVEN | {"months": {"binning": GIVEN["months"]["binning"] | {"special_values": ["-9", -8]}}},
                   "binning": {"special_values": ["no_record", "car"]}}, hold)
    yield develop, "frame_outcome_stated", "an outcome of 1 and 2 whose bad value is stated", coded(base, 1, 2) | {"bad": [2]}, hold
    yield develop, "frame_outcome_words", "`good` and `bad`, and text that means that the outcome is not known", with_columns(
        coded(base, "good", "bad"), bad=[["bad", "good"][1 - b] if k % 8 else "N/A" for k, b in enumerate(base["columns"]["bad"])]), hold
    yield develop, "frame_mostly_bad", "more than half of the rows are bad", base | {"bad": [0], "good": [1]}, hold
    mixed = [7] * 3 + ["?"] + [7] * 196
    yield develop, "frame_mixed_unread", "a column of numbers and text that is excluded", with_columns(base, odd=mixed) | {"exclude": ["odd"]}, hold
    yield (develop, "frame_no_split", "a finding names the settings that forbid every split", base | {"stage": "binning", "characteristics": {
        "age": {"binning": {"cuts": [25, 30, 40, 60], "size_min": 0.5}}, "utilisation": {"binning": {"cuts": [30, 60], "bins_max": 1}},
        "months": {"binning": {"cuts": [60, 120], "rate_difference_min": 0.6, "p_value_max": 1.0}}}, "exclude": ["purpose"]}, hold)
    rows = Rows(5)
    lone = [None if rows.uniform() < (0.6 if b else 0.1) else 1 for b in base["columns"]["bad"]]
    yield develop, "frame_missing_only", "a column of one value stands in the card by its missing bin", with_columns(base, phone=lone), hold
    for factor, name in ((0.01, "hundredth"), (10, "ten"), (1000, "thousand")):
        yield develop, f"frame_weights_{name}", f"weights times {factor} give the card of card.json#card_weights", scaled(factor), {}
    yield develop, "error_outcome_coded", "an outcome of 1 and 2 without `bad`", coded(base, 1, 2), error("fitting.target", "/target")
    yield develop, "error_outcome_words", "an outcome of words without `bad`", coded(base, "no", "yes"), error("fitting.target", "/target")
    yield develop, "error_outcome_good", "three values of which only the good one is stated", with_columns(
        base, bad=[b if k % 7 else 2 for k, b in enumerate(base["columns"]["bad"])]) | {"good": [0]}, error("fitting.target", "/target")
    yield develop, "error_mixed", "a column of numbers and text that is read", with_columns(base, odd=mixed) | {
        "include": ["age", "odd"], "characteristics": {}}, error("frame.column_type", "/columns/odd/3")
    yield develop, "error_number_text", "text that is no number in a column that is to be numbers", with_columns(
        tens(base), age=["sixty"] + [str(age) for age in base["columns"]["age"][1:]]) | {
            "characteristics": GIVEN | {"age": {"binning": {"kind": "numeric"}}}}, error("frame.column_type", "/columns/age")
    yield develop, "error_near_name", "a name one letter from that of a column", base | {
        "exclude": ["utilization"]}, error("frame.column_missing", "/exclude/0")
    yield develop, "error_missing_text", "a text of no value that no text can be", base | {
        "missing": {"texts": ["NA", " NA"]}}, error("value.out_of_range", "/missing/texts/1")


def evaluations(error, base):
    """Yields evaluations of an outcome that is coded as it comes; the card is that of the other ones."""
    loaded, columns = {"artefacts": ["developed"]}, base["columns"]
    evaluate = "scorecard.evaluate"
    yield (evaluate, "backwards", "good taken for bad: most rows are bad, and they rank above the good ones", base | {
        "bad": [0], "good": [1]}, {"artefacts": ["developed_assumed"], "absent_calibration": True})
    yield evaluate, "error_outcome_coded", "an outcome of 1 and 2 without `bad`", base | {
        "columns": columns | {"outcome": [o + 1 for o in columns["outcome"]]}}, loaded | error("fitting.target", "/target")
