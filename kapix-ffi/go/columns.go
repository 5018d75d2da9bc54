package kapix

/*
#include <stdlib.h>

#include <kapix.h>

typedef struct go_column {
	struct ArrowSchema schema, texts_schema;
	struct ArrowArray array, texts;
	const void *buffers[2], *texts_buffers[3];
} go_column;

// Go owns the memory of the columns, which outlives the call: a release frees the list of children alone.
static void go_release_schema(struct ArrowSchema *schema) {
	free(schema->children);
	schema->release = NULL;
}

static void go_release_array(struct ArrowArray *array) {
	free(array->children);
	array->release = NULL;
}

static void go_fill(struct ArrowSchema *schema, struct ArrowArray *array, const char *format, int64_t rows,
                    int64_t n_buffers, const void **buffers) {
	schema->format = format;
	schema->flags = ARROW_FLAG_NULLABLE;
	schema->release = go_release_schema;
	array->length = rows;
	array->null_count = buffers[0] == NULL ? 0 : -1;
	array->n_buffers = n_buffers;
	array->buffers = buffers;
	array->release = go_release_array;
}

static void go_set(go_column *column, const char *name, const char *format, int64_t rows, const void *validity,
                   const void *values) {
	column->buffers[0] = validity;
	column->buffers[1] = values;
	go_fill(&column->schema, &column->array, format, rows, 2, column->buffers);
	column->schema.name = name;
}

static void go_set_texts(go_column *column, int64_t count, const void *offsets, const void *bytes) {
	column->texts_buffers[1] = offsets;
	column->texts_buffers[2] = bytes;
	go_fill(&column->texts_schema, &column->texts, "u", count, 3, column->texts_buffers);
	column->schema.dictionary = &column->texts_schema;
	column->array.dictionary = &column->texts;
}

static void go_set_table(kapix_columns *table, go_column *columns, int64_t count, int64_t rows) {
	static const void *none[1];
	go_fill(&table->schema, &table->array, "+s", rows, 1, none);
	table->schema.n_children = table->array.n_children = count;
	table->schema.children = calloc((size_t)count, sizeof *table->schema.children);
	table->array.children = calloc((size_t)count, sizeof *table->array.children);
	for (int64_t i = 0; i < count; i++) {
		table->schema.children[i] = &columns[i].schema;
		table->array.children[i] = &columns[i].array;
	}
}

static const void *go_values(const kapix_columns *table, int child) { return table->array.children[child]->buffers[1]; }

static void go_release(kapix_columns *table) {
	if (table->schema.release != NULL) table->schema.release(&table->schema);
	if (table->array.release != NULL) table->array.release(&table->array);
}
*/
import "C"

import (
	"context"
	"encoding/json"
	"runtime"
	"strings"
	"unsafe"
)

// Column is a named column of inputs, borrowed for a call.
type Column struct {
	name, format, texts string
	rows                int
	values              unsafe.Pointer
	validity            []byte
	offsets             []int32
}

// Float64Column returns a column of numbers; NaN is missing.
func Float64Column(name string, values []float64) Column {
	return Column{name: name, format: "g", rows: len(values), values: unsafe.Pointer(unsafe.SliceData(values))}
}

// Int64Column returns a column of integers.
func Int64Column(name string, values []int64) Column {
	return Column{name: name, format: "l", rows: len(values), values: unsafe.Pointer(unsafe.SliceData(values))}
}

// TextColumn returns a column of codes, each an index into categories; a negative code is missing.
func TextColumn(name string, codes []int32, categories []string) Column {
	column := Column{name: name, format: "i", rows: len(codes), values: unsafe.Pointer(unsafe.SliceData(codes))}
	column.validity = make([]byte, len(codes)/8+1)
	for row, code := range codes {
		if code >= 0 {
			column.validity[row/8] |= 1 << (row % 8)
		}
	}
	column.offsets = make([]int32, 1, len(categories)+1)
	for _, category := range categories {
		column.offsets = append(column.offsets, column.offsets[len(column.offsets)-1]+int32(len(category)))
	}
	column.texts = strings.Join(categories, "")
	return column
}

// ScoreColumns holds a row for each applicant. Decision is 0 none, 1 decline, 2 refer, 3 approve; RiskBand is an index
// into Bands of the response; Status 0 is scored; PD is NaN unless the card is calibrated.
type ScoreColumns struct {
	Points    []int32
	PD, Score []float64
	Decision  []uint8
	RiskBand  []uint16
	Status    []uint8
}

// CreditScoreBatch scores many applicants. With columns they are borrowed, not copied, and result columns come back;
// without, the inputs and results are those in request and response.
func (e *Engine) CreditScoreBatch(ctx context.Context, request *CreditScoreBatchRequest, columns ...Column) (*CreditScoreBatchResponse, *ScoreColumns, error) {
	var scores *ScoreColumns
	response, err := columnar[CreditScoreBatchResponse](ctx, e, "credit.score_batch", request, columns, func(table *C.kapix_columns) {
		scores = &ScoreColumns{
			Points:   values[int32](table, 0),
			PD:       values[float64](table, 1),
			Score:    values[float64](table, 2),
			Decision: values[uint8](table, 3),
			RiskBand: values[uint16](table, 4),
			Status:   values[uint8](table, 5),
		}
	})
	return response, scores, err
}

// ScorecardDevelop develops a card from rows with known outcomes: columns, which are borrowed, or those in request.
// Artefact of the response loads as it is.
func (e *Engine) ScorecardDevelop(ctx context.Context, request *DevelopRequest, columns ...Column) (*DevelopResponse, error) {
	return columnar[DevelopResponse](ctx, e, "scorecard.develop", request, columns, nil)
}

// ScorecardEvaluate measures a card on rows with known outcomes: columns, which are borrowed, or those in request.
func (e *Engine) ScorecardEvaluate(ctx context.Context, request *EvaluateRequest, columns ...Column) (*EvaluateResponse, error) {
	return columnar[EvaluateResponse](ctx, e, "scorecard.evaluate", request, columns, nil)
}

// columnar answers a request with columns beside it, if there are any, and hands the result columns to read.
func columnar[Response, Request any](ctx context.Context, e *Engine, operation string, request *Request, columns []Column, read func(*C.kapix_columns)) (*Response, error) {
	if len(columns) == 0 {
		return answer[Response](ctx, e, operation, request)
	}
	text, err := json.Marshal(request)
	if err != nil {
		return nil, err
	}
	memory, free := lay(columns)
	defer free()
	var table C.kapix_columns
	C.go_set_table(&table, memory, C.int64_t(len(columns)), C.int64_t(columns[0].rows))
	body, err := e.call(ctx, operation, text, &table)
	defer C.go_release(&table)
	if err != nil {
		return nil, err
	}
	if read != nil {
		read(&table)
	}
	response := new(Response)
	return response, json.Unmarshal(body, response)
}

// lay describes the columns in memory of C, which may hold pointers of Go as long as they are pinned.
func lay(columns []Column) (*C.go_column, func()) {
	var pins runtime.Pinner
	pin := func(data unsafe.Pointer) unsafe.Pointer {
		if data != nil {
			pins.Pin(data)
		}
		return data
	}
	memory := (*C.go_column)(C.calloc(C.size_t(len(columns)), C.sizeof_go_column))
	text := func(value string) *C.char {
		return (*C.char)(pin(unsafe.Pointer(unsafe.SliceData(append([]byte(value), 0)))))
	}
	targets := unsafe.Slice(memory, len(columns))
	for i, column := range columns {
		target := &targets[i]
		C.go_set(target, text(column.name), text(column.format), C.int64_t(column.rows),
			pin(unsafe.Pointer(unsafe.SliceData(column.validity))), pin(column.values))
		if column.offsets != nil {
			C.go_set_texts(target, C.int64_t(len(column.offsets)-1), pin(unsafe.Pointer(&column.offsets[0])),
				unsafe.Pointer(text(column.texts)))
		}
	}
	return memory, func() {
		pins.Unpin()
		C.free(unsafe.Pointer(memory))
	}
}

// values copies a result column.
func values[T any](table *C.kapix_columns, child C.int) []T {
	return append([]T(nil), unsafe.Slice((*T)(C.go_values(table, child)), table.array.length)...)
}
