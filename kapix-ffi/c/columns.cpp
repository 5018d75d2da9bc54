// Columns by the Arrow C Data Interface from C++17, with its own idioms: ownership by objects, exceptions at home.
//
//     columns CARD.json
#include "support.h"
#include "typed.h"

#include <array>
#include <cmath>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

namespace {

const char *const REQUEST = R"({"as_of":"2026-01-31T00:00:00Z","entity_type":"individual"})";

int released = 0;

template <typename T> void count_release(T *structure) {
    released++;
    structure->release = nullptr;
}

// One column: its two structures and the pointers that they need, on the caller's memory.
struct Column {
    ArrowSchema schema{};
    ArrowArray array{};
    std::vector<const void *> buffers;

    Column(const char *name, const char *format, std::int64_t rows, std::vector<const void *> data)
        : buffers(std::move(data)) {
        schema.format = format;
        schema.name = name;
        schema.flags = ARROW_FLAG_NULLABLE;
        schema.release = count_release<ArrowSchema>;
        array.length = rows;
        array.null_count = buffers[0] == nullptr ? 0 : -1;
        array.n_buffers = static_cast<std::int64_t>(buffers.size());
        array.buffers = buffers.data();
        array.release = count_release<ArrowArray>;
    }
    Column(const Column &) = delete;
    Column &operator=(const Column &) = delete;
};

// A struct array of columns, to be handed over once.
struct Table : kapix_columns {
    std::vector<ArrowSchema *> schemas;
    std::vector<ArrowArray *> arrays;
    std::array<const void *, 1> buffers{nullptr};

    Table(std::int64_t rows, const std::vector<Column *> &columns) : kapix_columns{} {
        for (Column *column : columns) {
            schemas.push_back(&column->schema);
            arrays.push_back(&column->array);
        }
        schema.format = "+s";
        schema.name = "";
        schema.n_children = static_cast<std::int64_t>(columns.size());
        schema.children = schemas.data();
        schema.release = count_release<ArrowSchema>;
        array.length = rows;
        array.n_buffers = 1;
        array.buffers = buffers.data();
        array.n_children = schema.n_children;
        array.children = arrays.data();
        array.release = count_release<ArrowArray>;
    }
};

// The reply and the result columns of a call.
struct Result : kapix_columns {
    std::int32_t status = 0;
    kapix_buffer reply{};

    Result(const kapix_engine *engine, Table &table, const kapix_control *control = nullptr,
           const char *operation = "credit.score_batch", const char *request = REQUEST)
        : kapix_columns(table) {
        status = kapix_call_with(engine, operation, reinterpret_cast<const std::uint8_t *>(request),
                                 std::strlen(request), control, this, &reply);
        // The structures were moved: whoever handed them over holds released ones.
        table.schema.release = nullptr;
        table.array.release = nullptr;
        CHECK((status == 0) == (array.release != nullptr) && (status == 0) == (schema.release != nullptr));
    }
    Result(const Result &) = delete;
    Result &operator=(const Result &) = delete;
    ~Result() {
        kapix_buffer_free(&reply);
        if (array.release != nullptr) array.release(&array);
        if (schema.release != nullptr) schema.release(&schema);
        CHECK(array.release == nullptr && schema.release == nullptr);
    }
    std::size_t place(const char *name) const {
        std::size_t place = 0;
        while (place < static_cast<std::size_t>(schema.n_children) && std::strcmp(schema.children[place]->name, name) != 0) place++;
        CHECK(place < static_cast<std::size_t>(schema.n_children));
        return place;
    }
    template <typename T> const T *column(const char *name) const {
        return static_cast<const T *>(array.children[place(name)]->buffers[1]);
    }
    bool is_null(const char *name, std::size_t row) const {
        const auto *bits = static_cast<const std::uint8_t *>(array.children[place(name)]->buffers[0]);
        return bits != nullptr && (bits[row / 8] >> (row % 8) & 1) == 0;
    }
    // The name of the code in a row.
    std::string text(const char *name, std::size_t row) const {
        CHECK(!is_null(name, row) && std::strcmp(schema.children[place(name)]->dictionary->format, "u") == 0);
        const ArrowArray &names = *array.children[place(name)]->dictionary;
        const bool is_narrow = std::strcmp(schema.children[place(name)]->format, "c") == 0;
        const int own = is_narrow ? column<std::int8_t>(name)[row] : column<std::int32_t>(name)[row];
        const auto code = static_cast<std::size_t>(own);
        const auto *offsets = static_cast<const std::int32_t *>(names.buffers[1]);
        return {static_cast<const char *>(names.buffers[2]) + offsets[code],
                static_cast<std::size_t>(offsets[code + 1] - offsets[code])};
    }
    bool failed_with(const char *cause) const {
        return status != 0 && holds(&reply, (std::string("\"cause\":\"") + cause + "\"").c_str());
    }
};

// A dictionary of regions, and four rows of which one is null.
const std::array<double, 5> INCOME{-1.0, 500.0, 6000.0, std::nan(""), 2000.0};
const std::array<std::int32_t, 4> CODES{0, 1, 2, 0};
const std::uint8_t VALID = 0b0111;
const std::array<std::int32_t, 4> OFFSETS{0, 5, 9, 14};
const char TEXTS[] = "coastlakeplain";

void regions(Column &codes, Column &texts) {
    codes.schema.dictionary = &texts.schema;
    codes.array.dictionary = &texts.array;
}

void rows_are_scored_with_nulls_and_offsets(const kapix_engine *engine) {
    released = 0;
    Column income("income", "g", 4, {nullptr, INCOME.data()});
    income.array.offset = 1;
    Column region("region", "i", 4, {&VALID, CODES.data()});
    Column texts("", "u", 3, {nullptr, OFFSETS.data(), TEXTS});
    regions(region, texts);
    Table table(4, {&income, &region});
    const Result result(engine, table);
    CHECK(released == 2);
    CHECK(result.status == 0 && result.array.length == 4 && result.array.n_children == 6);
    const char *const names[] = {"points", "pd", "score", "decision", "risk_band", "status"};
    const char *const formats[] = {"i", "g", "g", "c", "i", "c"};
    for (std::size_t i = 0; i < 6; i++) {
        const ArrowSchema &own = *result.schema.children[result.place(names[i])];
        CHECK(std::strcmp(own.format, formats[i]) == 0 && (own.flags & ARROW_FLAG_NULLABLE) != 0);
        CHECK((own.dictionary != nullptr) == (i > 2));
    }
    // By hand: 0 + 5 (coast), 20 + 15 (lake), missing 0 + 15 (plain), 10 + missing 0.
    const std::array<std::int32_t, 4> points{5, 35, 15, 10};
    for (std::size_t row = 0; row < 4; row++) {
        CHECK(result.column<std::int32_t>("points")[row] == points[row] && !result.is_null("points", row));
        CHECK(result.is_null("pd", row) && !result.is_null("score", row));
        CHECK(result.text("status", row) == "scored");
    }
    CHECK(result.text("decision", 0) == "decline" && result.text("decision", 1) == "approve");
}

void integers_are_numbers(const kapix_engine *engine) {
    const std::array<std::int64_t, 3> wide{500, 6000, 2000};
    const std::array<std::int32_t, 3> narrow{500, 6000, 2000};
    std::vector<std::vector<std::int32_t>> points;
    for (const bool is_wide : {true, false}) {
        Column income("income", is_wide ? "l" : "i", 3,
                      {nullptr, is_wide ? static_cast<const void *>(wide.data()) : narrow.data()});
        Column region("region", "i", 3, {nullptr, CODES.data()});
        Column texts("", "u", 3, {nullptr, OFFSETS.data(), TEXTS});
        regions(region, texts);
        Table table(3, {&income, &region});
        const Result result(engine, table);
        CHECK(result.status == 0);
        const auto *own = result.column<std::int32_t>("points");
        points.emplace_back(own, own + 3);
    }
    CHECK(points[0] == points[1] && points[0][0] == 5 && points[0][1] == 35);
}

// A row that is not scored is null, and what the request includes has its own columns.
void rows_that_are_not_scored_are_null(const kapix_engine *engine) {
    const std::array<double, 3> incomes{500, HUGE_VAL, 2000};
    const std::array<std::int32_t, 4> offsets{0, 5, 9, 14};
    const char request[] =
        R"({"as_of":"2026-01-31T00:00:00Z","entity_type":"individual","include":["reasons","points_by_characteristic",)"
        R"("completeness","referral_causes"]})";
    Column income("income", "g", 3, {nullptr, incomes.data()});
    Column region("region", "u", 3, {nullptr, offsets.data(), TEXTS});
    Table table(3, {&income, &region});
    const Result result(engine, table, nullptr, "credit.score_batch", request);
    CHECK(result.status == 0 && result.text("status", 1) == "frame.infinity");
    for (const char *name : {"points", "score", "decision", "risk_band", "data_completeness", "points.region",
                             "reason_1", "referral.MISSING_INPUT"}) {
        CHECK(result.is_null(name, 1));
    }
    CHECK(result.column<std::int32_t>("points.region")[0] == 5 && !result.is_null("points.region", 2));
    CHECK(result.column<double>("data_completeness")[2] == 1.0);
    CHECK(std::strcmp(result.schema.children[result.place("referral.NO_CUTOFFS")]->format, "b") == 0);
}

// Text, booleans, dates, instants and bytes are taken; a column that no one reads may hold anything.
void every_type_is_taken(const kapix_engine *engine) {
    const std::array<double, 2> incomes{500, 6000};
    const std::array<std::int64_t, 3> offsets{0, 5, 9};
    const std::array<std::int64_t, 2> instants{0, 1};
    const std::array<std::int32_t, 2> days{0, 1};
    const std::array<std::int32_t, 3> ends{0, 5, 9};
    const std::array<float, 2> singles{1, 2};
    Column income("income", "g", 2, {nullptr, incomes.data()});
    Column region("region", "U", 2, {nullptr, offsets.data(), TEXTS});
    Column date("date", "tdD", 2, {nullptr, days.data()});
    Column instant("instant", "tsu:UTC", 2, {nullptr, instants.data()});
    Column truth("truth", "b", 2, {nullptr, &VALID});
    Column bytes("bytes", "z", 2, {nullptr, ends.data(), TEXTS});
    Column single("single", "f", 2, {nullptr, singles.data()});
    Table table(2, {&income, &region, &date, &instant, &truth, &bytes, &single});
    const Result result(engine, table);
    CHECK(result.status == 0 && result.column<std::int32_t>("points")[0] == 5);
    CHECK(result.column<std::int32_t>("points")[1] == 35);
    CHECK(holds(&result.reply, "[\"date\",\"instant\",\"truth\",\"bytes\",\"single\"]"));
    Column wrong("income", "tdD", 2, {nullptr, days.data()});
    Column same("region", "U", 2, {nullptr, offsets.data(), TEXTS});
    Table of_dates(2, {&wrong, &same});
    CHECK(Result(engine, of_dates).failed_with("frame.column_type"));
    const std::array<float, 2> narrow{500, 6000};
    Column singly("income", "f", 2, {nullptr, narrow.data()});
    Column again("region", "U", 2, {nullptr, offsets.data(), TEXTS});
    Table of_singles(2, {&singly, &again});
    const Result widened(engine, of_singles);
    CHECK(widened.status == 0 && widened.column<std::int32_t>("points")[0] == 5);
    CHECK(widened.column<std::int32_t>("points")[1] == 35);
}

void contradictions_are_errors(const kapix_engine *engine) {
    const std::array<std::int32_t, 3> days{1, 2, 3};
    Column date("income", "tdD", 3, {nullptr, days.data()});
    Table of_dates(3, {&date});
    CHECK(Result(engine, of_dates).failed_with("frame.column_type"));
    CHECK(Result(engine, of_dates).failed_with("argument.invalid")); // released by the call before
    Column no_buffer("income", "g", 3, {nullptr, nullptr});
    Table without(3, {&no_buffer});
    CHECK(Result(engine, without).failed_with("frame.shape"));
    Column brief("income", "g", 2, {nullptr, INCOME.data()});
    Table of_brief(3, {&brief});
    const Result too_brief(engine, of_brief);
    CHECK(too_brief.failed_with("frame.shape") && holds(&too_brief.reply, "[\"/columns/income\"]"));
    Column two("income", "g", 2, {nullptr, INCOME.data()});
    Column four("region", "i", 4, {nullptr, CODES.data()});
    Column of_four("", "u", 3, {nullptr, OFFSETS.data(), TEXTS});
    regions(four, of_four);
    Table of_two(2, {&two, &four}); // as long as the shorter one
    const Result cut(engine, of_two);
    CHECK(cut.failed_with("frame.shape") && holds(&cut.reply, "[\"/columns/income\"]"));
    Column no_format("income", nullptr, 3, {nullptr, INCOME.data()});
    Table of_none(3, {&no_format});
    CHECK(Result(engine, of_none).failed_with("frame.shape"));
    Column bare("income", "g", 3, {nullptr, INCOME.data()});
    Table of_bare(3, {&bare});
    of_bare.schema.format = "g";
    CHECK(Result(engine, of_bare).failed_with("frame.shape"));
    const std::array<std::int32_t, 4> descending{0, 5, 4, 14};
    const char not_utf8[] = "\xff\xff" "astlakeplain";
    const std::array<std::int32_t, 3> beyond{0, 3, 1};
    const auto refused = [&engine](const std::int32_t *codes, const std::int32_t *offsets, const char *texts) {
        Column region("region", "i", 3, {nullptr, codes});
        Column names("", "u", 3, {nullptr, offsets, texts});
        regions(region, names);
        Table table(3, {&region});
        const Result result(engine, table);
        return result.failed_with("frame.shape") && holds(&result.reply, "[\"/columns/region\"]");
    };
    CHECK(refused(CODES.data(), descending.data(), TEXTS));
    CHECK(refused(CODES.data(), OFFSETS.data(), not_utf8));
    CHECK(refused(beyond.data(), OFFSETS.data(), TEXTS));
    Column required("region", "i", 4, {&VALID, CODES.data()});
    Column names("", "u", 3, {nullptr, OFFSETS.data(), TEXTS});
    required.schema.flags = 0;
    regions(required, names);
    Table of_required(4, {&required});
    CHECK(Result(engine, of_required).failed_with("frame.shape"));
    for (const int how : {0, 1, 2, 3, 4}) {
        Column column("income", "g", 3, {nullptr, INCOME.data()});
        Table table(3, {&column});
        if (how == 0) column.array.length = -1;
        if (how == 1) column.array.offset = -1;
        if (how == 2) table.array.length = table.array.offset = -1;
        if (how == 3) table.array.n_children = 0;
        if (how == 4) column.array.n_buffers = 0;
        CHECK(Result(engine, table).failed_with("frame.shape"));
    }
    Column alone("income", "g", 3, {nullptr, INCOME.data()});
    Table of_alone(3, {&alone});
    CHECK(Result(engine, of_alone).failed_with("frame.column_missing"));
    Column good("income", "g", 3, {nullptr, INCOME.data()});
    Table of_good(3, {&good});
    CHECK(Result(engine, of_good, nullptr, "credit.score").status == 400);
    Column again("income", "g", 3, {nullptr, INCOME.data()});
    Table of_closed(3, {&again});
    CHECK(Result(nullptr, of_closed).failed_with("engine.closed"));
    Column kept("income", "g", 3, {nullptr, INCOME.data()});
    Table of_kept(3, {&kept});
    released = 0;
    CHECK(kapix_call_with(engine, "credit.score_batch", nullptr, 0, nullptr, &of_kept, nullptr) == 400);
    CHECK(released == 0 && of_kept.array.release != nullptr);
    kapix_buffer reply{};
    kapix_columns none{};
    CHECK_CAUSE(kapix_call_with(engine, "credit.score_batch", nullptr, 0, nullptr, &none, &reply), 400, reply,
                "argument.invalid");
    CHECK_CAUSE(kapix_call_with(engine, "credit.score_batch", nullptr, 1, nullptr, &of_kept, &reply), 400, reply,
                "argument.invalid");
    CHECK(released == 2 && of_kept.array.release == nullptr && of_kept.schema.release == nullptr);
}

// The bitmap decides which rows are null, whatever the count beside it says.
void bitmaps_decide_and_counts_do_not(const kapix_engine *engine) {
    const std::array<double, 4> incomes{500, 6000, 6000, 6000};
    const std::uint8_t first_two = 0b0011;
    for (const std::int64_t count : {0, -1, 2, 1, 4}) {
        Column income("income", "g", 4, {&first_two, incomes.data()});
        income.array.null_count = count;
        Column region("region", "i", 4, {nullptr, CODES.data()});
        Column texts("", "u", 3, {nullptr, OFFSETS.data(), TEXTS});
        regions(region, texts);
        Table table(4, {&income, &region});
        const Result result(engine, table);
        // By hand: 0 + 5 (coast), 20 + 15 (lake), missing 0 + 15 (plain), missing 0 + 5 (coast).
        const std::array<std::int32_t, 4> points{5, 35, 15, 5};
        CHECK(result.status == 0);
        CHECK(std::memcmp(result.column<std::int32_t>("points"), points.data(), sizeof points) == 0);
    }
    for (const int how : {0, 1, 2, 3, 4}) {
        Column income("income", "g", how == 3 ? 3 : 4, {nullptr, incomes.data()});
        Column region("region", "i", 4, {nullptr, CODES.data()});
        Column texts("", "u", 3, {nullptr, OFFSETS.data(), TEXTS});
        regions(region, texts);
        Table table(how == 3 ? 3 : 4, {&income, &region});
        if (how == 0) income.array.null_count = 4;
        if (how == 1) income.array.release = nullptr;
        if (how == 2) table.array.null_count = 1;
        if (how == 4) texts.array.release = nullptr;
        const Result result(engine, table);
        CHECK(result.failed_with("frame.shape"));
        const char *const place = how == 4 ? "[\"/columns/region\"]" : "[\"/columns/income\"]";
        CHECK(how == 2 || holds(&result.reply, place));
    }
}

struct Watch {
    std::uint64_t calls = 0;
    bool throws = false;
};

// A callback may not throw across the library: it catches at home and asks to stop.
std::int32_t progress(void *context, std::uint64_t done, std::uint64_t total) noexcept {
    auto *watch = static_cast<Watch *>(context);
    try {
        watch->calls++;
        CHECK(done <= total);
        if (watch->throws) throw std::runtime_error("the caller's own trouble");
        return 0;
    } catch (const std::exception &) {
        return 1;
    }
}

void long_calls_tell_and_stop(const kapix_engine *engine) {
    const std::int64_t rows = 200'000;
    const std::vector<double> incomes(static_cast<std::size_t>(rows), 6000.0);
    const std::vector<std::int32_t> codes(static_cast<std::size_t>(rows), 1);
    for (const int how : {0, 1, 2}) {
        Watch watch;
        watch.throws = how == 1;
        const std::int32_t cancelled = how == 2;
        kapix_control control{};
        control.size = sizeof control;
        control.progress = progress;
        control.context = &watch;
        control.cancelled = &cancelled;
        control.threads = 1;
        Column income("income", "g", rows, {nullptr, incomes.data()});
        Column region("region", "i", rows, {nullptr, codes.data()});
        Column texts("", "u", 3, {nullptr, OFFSETS.data(), TEXTS});
        regions(region, texts);
        Table table(rows, {&income, &region});
        const Result result(engine, table, &control);
        CHECK(how == 0 ? result.status == 0 : result.failed_with("cancelled"));
        CHECK(watch.calls == (how == 0 ? 13U : how == 1 ? 1U : 0U)); // 13 = ceil(200,000 / 16,384)
    }
}

// A callback may call in, and close the engine of its call, which ends on it.
void callbacks_may_call_and_close(kapix_engine *engine) {
    const std::int64_t rows = 100'000;
    const std::vector<double> incomes(static_cast<std::size_t>(rows), 6000.0);
    const std::vector<std::int32_t> codes(static_cast<std::size_t>(rows), 1);
    kapix_control control{};
    control.size = sizeof control;
    control.context = engine;
    control.progress = [](void *context, std::uint64_t, std::uint64_t) noexcept -> std::int32_t {
        auto *own = static_cast<kapix_engine *>(context);
        kapix_buffer reply{};
        const std::int32_t status = call(own, "engine.describe", "{}", &reply);
        CHECK(status == 0 || (status == 400 && holds(&reply, "engine.closed")));
        kapix_buffer_free(&reply);
        kapix_engine_close(own);
        return 0;
    };
    Column income("income", "g", rows, {nullptr, incomes.data()});
    Column region("region", "i", rows, {nullptr, codes.data()});
    Column texts("", "u", 3, {nullptr, OFFSETS.data(), TEXTS});
    regions(region, texts);
    Table table(rows, {&income, &region});
    const Result result(engine, table, &control);
    CHECK(result.status == 0 && result.array.length == rows);
}

// What a development finds stands in its reply; the result columns hold no row.
void a_card_is_developed_from_columns(const kapix_engine *engine) {
    const std::int64_t rows = 400;
    std::vector<double> incomes, bads;
    for (std::int64_t row = 0; row < rows; row++) {
        incomes.push_back(static_cast<double>(row % 97));
        bads.push_back(row % 97 < 30 ? row % 2 == 0 : row % 11 == 0);
    }
    const char *const requests[] = {
        R"({"as_of":"2026-01-31T00:00:00Z","binning":{"bins_max":3},"target":"bad"})",
        R"({"as_of":"2026-01-31T00:00:00Z","target":"worse"})",
    };
    for (const int how : {0, 1, 2}) {
        Watch watch;
        watch.throws = how == 2;
        kapix_control control{};
        control.size = sizeof control;
        control.progress = progress;
        control.context = &watch;
        Column income("income", "g", rows, {nullptr, incomes.data()});
        Column bad("bad", "g", rows, {nullptr, bads.data()});
        Table table(rows, {&income, &bad});
        released = 0;
        const Result result(engine, table, &control, "scorecard.develop", requests[how == 1]);
        CHECK(released == 2);
        if (how == 1) CHECK(result.failed_with("frame.column_missing") && holds(&result.reply, "\"/target\""));
        if (how == 2) CHECK(result.failed_with("cancelled"));
        if (how != 0) continue;
        CHECK(result.status == 0 && result.array.length == 0 && result.array.n_children == 0);
        CHECK(holds(&result.reply, "{\"artefact\":{\"body\":{") && watch.calls > 0);
        CHECK(holds(&result.reply, "\"feature\":\"income\""));
    }
}

// A consumer may keep a child longer than the array it came from.
void a_child_outlives_its_parent(const kapix_engine *engine) {
    ArrowArray points{};
    {
        Column income("income", "g", 4, {nullptr, INCOME.data()});
        Column region("region", "i", 4, {nullptr, CODES.data()});
        Column texts("", "u", 3, {nullptr, OFFSETS.data(), TEXTS});
        regions(region, texts);
        Table table(4, {&income, &region});
        const Result result(engine, table);
        CHECK(result.status == 0);
        const std::size_t place = result.place("points");
        points = *result.array.children[place];
        result.array.children[place]->release = nullptr;
    }
    CHECK(static_cast<const std::int32_t *>(points.buffers[1])[2] == 35);
    points.release(&points);
}

} // namespace

int main(int count, char **arguments) {
    CHECK(count == 2 && all_are_linked());
    std::size_t length = 0;
    char *card = read_file(arguments[1], &length);
    kapix_engine *engine = load(card, "{\"envelope\":false}");
    std::free(card);
    rows_are_scored_with_nulls_and_offsets(engine);
    integers_are_numbers(engine);
    rows_that_are_not_scored_are_null(engine);
    every_type_is_taken(engine);
    contradictions_are_errors(engine);
    bitmaps_decide_and_counts_do_not(engine);
    long_calls_tell_and_stop(engine);
    a_card_is_developed_from_columns(engine);
    a_child_outlives_its_parent(engine);
    callbacks_may_call_and_close(engine);
    kapix_engine_close(engine);
    std::puts("columns: ok");
    return 0;
}
