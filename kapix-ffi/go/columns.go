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

static void go_set_rows(go_column *column, const void *offsets, const void *bytes) {
	column->texts_buffers[0] = column->buffers[0];
	column->texts_buffers[1] = offsets;
	column->texts_buffers[2] = bytes;
	column->array.buffers = column->texts_buffers;
	column->array.n_buffers = 3;
}

static void go_set_categories(go_column *column, int64_t count, const void *offsets, const void *bytes) {
	column->texts_buffers[1] = offsets;
	column->texts_buffers[2] = bytes;
	go_fill(&column->texts_schema, &column->texts, "U", count, 3, column->texts_buffers);
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

static const struct ArrowSchema *go_field(const kapix_columns *table, int64_t place) { return table->schema.children[place]; }

static const struct ArrowArray *go_child(const kapix_columns *table, int64_t place) { return table->array.children[place]; }

static const void *go_buffer(const struct ArrowArray *array, int buffer) { return array->buffers[buffer]; }

static void go_release(kapix_columns *table) {
	if (table->schema.release != NULL) table->schema.release(&table->schema);
	if (table->array.release != NULL) table->array.release(&table->array);
}
*/
import "C"

import (
	"context"
	"encoding/json"
	"math"
	"runtime"
	"slices"
	"strings"
	"time"
	"unsafe"
)

// Column is a named column of inputs, borrowed for a call.
type Column struct {
	name, format, texts string
	rows                int
	values              unsafe.Pointer
	validity            []byte
	offsets             []int64
}

func column[T any](name, format string, values []T) Column {
	return Column{name: name, format: format, rows: len(values), values: unsafe.Pointer(unsafe.SliceData(values))}
}

// Float64Column returns a column of numbers; NaN is missing.
func Float64Column(name string, values []float64) Column { return column(name, "g", values) }

// Int64Column returns a column of integers.
func Int64Column(name string, values []int64) Column { return column(name, "l", values) }

// Int32Column returns a column of integers.
func Int32Column(name string, values []int32) Column { return column(name, "i", values) }

// BoolColumn returns a column of true and false, which are categories.
func BoolColumn(name string, values []bool) Column {
	bits := packed(values)
	return Column{name: name, format: "b", rows: len(values), values: unsafe.Pointer(unsafe.SliceData(bits))}
}

// DateColumn returns a column of the days, in UTC, of instants.
func DateColumn(name string, values []time.Time) Column {
	days := make([]int32, len(values))
	for row, value := range values {
		days[row] = int32(math.Floor(float64(value.Unix()) / 86400))
	}
	return column(name, "tdD", days)
}

// InstantColumn returns a column of instants, cut to microseconds.
func InstantColumn(name string, values []time.Time) Column {
	instants := make([]int64, len(values))
	for row, value := range values {
		instants[row] = value.UnixMicro()
	}
	return column(name, "tsu:UTC", instants)
}

// StringColumn returns a column of text.
func StringColumn(name string, values []string) Column { return joined(name, "U", values) }

// BytesColumn returns a column of bytes, copied.
func BytesColumn(name string, values [][]byte) Column {
	texts := make([]string, len(values))
	for row, value := range values {
		texts[row] = string(value)
	}
	return joined(name, "Z", texts)
}

// TextColumn returns a column of codes, each an index into categories; a negative code is missing.
func TextColumn(name string, codes []int32, categories []string) Column {
	texts, own := joined("", "", categories), column(name, "i", codes)
	own.texts, own.offsets = texts.texts, texts.offsets
	valid := make([]bool, len(codes))
	for row, code := range codes {
		valid[row] = code >= 0
	}
	return own.Where(valid)
}

// Where returns the column with the rows missing for which valid is false.
func (c Column) Where(valid []bool) Column {
	c.validity, c.rows = packed(valid), min(c.rows, len(valid))
	return c
}

func joined(name, format string, values []string) Column {
	offsets := make([]int64, 1, len(values)+1)
	for _, value := range values {
		offsets = append(offsets, offsets[len(offsets)-1]+int64(len(value)))
	}
	return Column{name: name, format: format, rows: len(values), texts: strings.Join(values, ""), offsets: offsets}
}

func packed(values []bool) []byte {
	bits := make([]byte, len(values)/8+1)
	for row, value := range values {
		if value {
			bits[row/8] |= 1 << (row % 8)
		}
	}
	return bits
}

// ResultColumn holds a value for each row of a call with columns.
type ResultColumn struct {
	Name string
	// Values is a []float64, []int64, []int32, []bool, []string or []time.Time; of codes it holds their names.
	Values any
	// Valid tells which rows hold a value; nil when all do. Others have the zero of their type.
	Valid []bool
}

// IsNull reports whether a row holds no value.
func (c *ResultColumn) IsNull(row int) bool { return c.Valid != nil && !c.Valid[row] }

// ResultColumns are the named columns that an operation returns; none where it returns none.
type ResultColumns []ResultColumn

// Get returns the column of this name, or nil.
func (c ResultColumns) Get(name string) *ResultColumn {
	place := slices.IndexFunc(c, func(column ResultColumn) bool { return column.Name == name })
	if place < 0 {
		return nil
	}
	return &c[place]
}

// ValuesOf returns the values of the column of this name; nil when there is none, or it holds values of another type.
func ValuesOf[T any](columns ResultColumns, name string) []T {
	if column := columns.Get(name); column != nil {
		values, _ := column.Values.([]T)
		return values
	}
	return nil
}

// CreditScoreBatch scores many applicants. With columns they are borrowed, not copied, and result columns come back;
// without, the inputs and results are those in request and response.
func (e *Engine) CreditScoreBatch(ctx context.Context, request *CreditScoreBatchRequest, columns ...Column) (*CreditScoreBatchResponse, ResultColumns, error) {
	return columnar[CreditScoreBatchResponse](ctx, e, "credit.score_batch", request, columns)
}

// ScorecardDevelop develops a card from rows with known outcomes: columns, which are borrowed, or those in request.
// Artefact of the response loads as it is.
func (e *Engine) ScorecardDevelop(ctx context.Context, request *DevelopRequest, columns ...Column) (*DevelopResponse, error) {
	response, _, err := columnar[DevelopResponse](ctx, e, "scorecard.develop", request, columns)
	return response, err
}

// ScorecardEvaluate measures a card on rows with known outcomes: columns, which are borrowed, or those in request.
func (e *Engine) ScorecardEvaluate(ctx context.Context, request *EvaluateRequest, columns ...Column) (*EvaluateResponse, error) {
	response, _, err := columnar[EvaluateResponse](ctx, e, "scorecard.evaluate", request, columns)
	return response, err
}

// columnar answers a request with columns beside it, if there are any.
func columnar[Response, Request any](ctx context.Context, e *Engine, operation string, request *Request, columns []Column) (*Response, ResultColumns, error) {
	if len(columns) == 0 {
		response, err := answer[Response](ctx, e, operation, request)
		return response, nil, err
	}
	text, err := json.Marshal(request)
	if err != nil {
		return nil, nil, err
	}
	memory, free := lay(columns)
	defer free()
	// The library refuses each column that is shorter than the longest, at its name.
	longest := slices.MaxFunc(columns, func(a, b Column) int { return a.rows - b.rows })
	var table C.kapix_columns
	C.go_set_table(&table, memory, C.int64_t(len(columns)), C.int64_t(longest.rows))
	body, err := e.call(ctx, operation, text, &table)
	defer C.go_release(&table)
	if err != nil {
		return nil, nil, err
	}
	var results ResultColumns
	for place := C.int64_t(0); place < table.schema.n_children; place++ {
		results = append(results, result(C.go_field(&table, place), C.go_child(&table, place)))
	}
	response := new(Response)
	return response, results, json.Unmarshal(body, response)
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
		if column.offsets == nil {
			continue
		}
		offsets, bytes := pin(unsafe.Pointer(&column.offsets[0])), unsafe.Pointer(text(column.texts))
		if column.format == "i" {
			C.go_set_categories(target, C.int64_t(len(column.offsets)-1), offsets, bytes)
		} else {
			C.go_set_rows(target, offsets, bytes)
		}
	}
	return memory, func() {
		pins.Unpin()
		C.free(unsafe.Pointer(memory))
	}
}

// result copies a result column.
func result(field *C.struct_ArrowSchema, array *C.struct_ArrowArray) ResultColumn {
	column := ResultColumn{Name: C.GoString(field.name)}
	if bits := C.go_buffer(array, 0); bits != nil && array.null_count != 0 {
		column.Valid = booleans(array, 0)
	}
	switch format := C.GoString(field.format); {
	case field.dictionary != nil:
		names := texts(array.dictionary)
		if format == "c" {
			column.Values = named(&column, values[int8](array), names)
		} else {
			column.Values = named(&column, values[int32](array), names)
		}
	case format == "g":
		column.Values = values[float64](array)
	case format == "l":
		column.Values = values[int64](array)
	case format == "i":
		column.Values = values[int32](array)
	case format == "b":
		column.Values = booleans(array, 1)
	case format == "u":
		column.Values = texts(array)
	case format == "tdD":
		column.Values = times(values[int32](array), func(day int32) time.Time { return time.Unix(int64(day)*86400, 0).UTC() })
	case strings.HasPrefix(format, "tsu:"):
		column.Values = times(values[int64](array), func(micro int64) time.Time { return time.UnixMicro(micro).UTC() })
	}
	return column
}

func named[T int8 | int32](column *ResultColumn, codes []T, names []string) []string {
	own := make([]string, len(codes))
	for row, code := range codes {
		if !column.IsNull(row) {
			own[row] = names[code]
		}
	}
	return own
}

func values[T any](array *C.struct_ArrowArray) []T {
	all := unsafe.Slice((*T)(C.go_buffer(array, 1)), array.offset+array.length)
	return slices.Clone(all[array.offset:])
}

func booleans(array *C.struct_ArrowArray, buffer C.int) []bool {
	bits := unsafe.Slice((*byte)(C.go_buffer(array, buffer)), (array.offset+array.length+7)/8)
	own := make([]bool, array.length)
	for row := range own {
		bit := row + int(array.offset)
		own[row] = bits[bit/8]>>(bit%8)&1 == 1
	}
	return own
}

func texts(array *C.struct_ArrowArray) []string {
	offsets := unsafe.Slice((*int32)(C.go_buffer(array, 1)), array.offset+array.length+1)[array.offset:]
	own := make([]string, array.length)
	for row := range own {
		start := unsafe.Add(unsafe.Pointer(C.go_buffer(array, 2)), offsets[row])
		own[row] = C.GoStringN((*C.char)(start), C.int(offsets[row+1]-offsets[row]))
	}
	return own
}

func times[T any](values []T, of func(T) time.Time) []time.Time {
	own := make([]time.Time, len(values))
	for row, value := range values {
		own[row] = of(value)
	}
	return own
}
