//go:build cgo

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
	"fmt"
	"maps"
	"math"
	"runtime"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
	"unsafe"
)

// Column is a named column of inputs, borrowed for a call.
type Column struct {
	name, format    string
	rows            int
	valid           int // rows of the validity, -1 without one
	values          unsafe.Pointer
	validity, texts []byte
	offsets         []int64
}

func column[T any](name, format string, values []T) Column {
	return Column{name: name, format: format, rows: len(values), valid: -1, values: unsafe.Pointer(unsafe.SliceData(values))}
}

// Float64Column returns a column of numbers; NaN is missing.
func Float64Column(name string, values []float64) Column { return column(name, "g", values) }

// Int64Column returns a column of integers.
func Int64Column(name string, values []int64) Column { return column(name, "l", values) }

// Uint64Column returns a column of integers, each below 2^63: no operation reads one with a larger integer.
func Uint64Column(name string, values []uint64) Column { return column(name, "L", values) }

// Int32Column returns a column of integers.
func Int32Column(name string, values []int32) Column { return column(name, "i", values) }

// BoolColumn returns a column of true and false: categories of a card, truth values of a policy.
func BoolColumn(name string, values []bool) Column {
	bits := column(name, "b", packed(values))
	bits.rows = len(values)
	return bits
}

// DateColumn returns a column of the days, in UTC, of instants.
func DateColumn(name string, values []time.Time) Column {
	return column(name, "tdD", each(values, func(value time.Time) int32 { return int32(math.Floor(float64(value.Unix()) / 86400)) }))
}

// InstantColumn returns a column of instants, cut to microseconds; one that microseconds in 64 bits cannot hold is the
// first or the last that they can, which no operation takes.
func InstantColumn(name string, values []time.Time) Column {
	return column(name, "tsu:UTC", each(values, func(value time.Time) int64 {
		switch seconds := value.Unix(); {
		case seconds >= math.MaxInt64/1_000_000:
			return math.MaxInt64
		case seconds <= math.MinInt64/1_000_000:
			return math.MinInt64
		}
		return value.UnixMicro()
	}))
}

// StringColumn returns a column of text.
func StringColumn(name string, values []string) Column { return joined(name, "U", values) }

// BytesColumn returns a column of bytes, copied.
func BytesColumn(name string, values [][]byte) Column { return joined(name, "Z", values) }

// TextColumn returns a column of codes, each an index into categories; a negative code is missing.
func TextColumn(name string, codes []int32, categories []string) Column {
	texts, own := joined("", "", categories), column(name, "i", codes)
	own.texts, own.offsets = texts.texts, texts.offsets
	return own.Where(each(codes, func(code int32) bool { return code >= 0 }))
}

// Where returns the column with the rows missing for which valid, which is as long as the column, is false; rows that
// were missing before stay so.
func (c Column) Where(valid []bool) Column {
	bits := packed(valid)
	if c.valid >= 0 && c.valid != c.rows {
		return c // What check refuses stays refused.
	}
	if c.valid == len(valid) {
		for place, before := range c.validity {
			bits[place] &= before
		}
	}
	c.validity, c.valid = bits, len(valid)
	return c
}

// check returns the error of a column that C cannot be told of.
func (c Column) check() error {
	message := "the name of a column must be UTF-8 without NUL"
	if c.valid >= 0 && c.valid != c.rows {
		message = fmt.Sprintf("the column has `%d` rows; its validity has `%d`", c.rows, c.valid)
	} else if utf8.ValidString(c.name) && !strings.Contains(c.name, "\x00") {
		return nil
	}
	return refusal("frame.shape", message).under(strings.ToValidUTF8(c.name, "\ufffd")).under("columns")
}

func joined[T ~string | ~[]byte](name, format string, values []T) Column {
	own := Column{name: name, format: format, rows: len(values), valid: -1, offsets: []int64{0}}
	for _, value := range values {
		own.texts = append(own.texts, value...)
		own.offsets = append(own.offsets, int64(len(own.texts)))
	}
	// The buffer of no text is not NULL.
	own.texts = append(own.texts, 0)
	return own
}

func each[A, B any](values []A, of func(A) B) []B {
	own := make([]B, len(values))
	for row, value := range values {
		own[row] = of(value)
	}
	return own
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
	// Values is a []float64, []int64, []int32, []bool, []string or []time.Time; of codes it holds their names.
	Values any
	// Valid tells which rows hold a value; nil when all do. Others have the zero of their type.
	Valid []bool

	isDays bool // the times are days
}

// IsNull reports whether a row holds no value.
func (c ResultColumn) IsNull(row int) bool { return c.Valid != nil && !c.Valid[row] }

// ResultColumns are the columns that an operation returns, by name; none where it returns none.
type ResultColumns map[string]ResultColumn

// ValuesOf returns the values of the column of this name; nil when there is none, or it holds values of another type.
func ValuesOf[T any](columns ResultColumns, name string) []T {
	values, _ := columns[name].Values.([]T)
	return values
}

// Columns returns result columns as another call takes them: CreditScore and CashflowAnalyze take the rows that
// TransactionsRead returns.
func (c ResultColumns) Columns() []Column {
	var own []Column
	for _, name := range slices.Sorted(maps.Keys(c)) {
		own = append(own, c[name].column(name))
	}
	return own
}

func (c ResultColumn) column(name string) (own Column) {
	switch values := c.Values.(type) {
	case []float64:
		own = Float64Column(name, values)
	case []int64:
		own = Int64Column(name, values)
	case []int32:
		own = Int32Column(name, values)
	case []bool:
		own = BoolColumn(name, values)
	case []string:
		own = StringColumn(name, values)
	case []time.Time:
		own = InstantColumn(name, values)
		if c.isDays {
			own = DateColumn(name, values)
		}
	}
	if c.Valid == nil {
		return own
	}
	return own.Where(c.Valid)
}

// answer answers a request, by its struct or in JSON; columns may come beside it, and result columns come back.
func answer[Response any](ctx context.Context, e *Engine, operation string, request any, columns []Column) (*Response, ResultColumns, error) {
	for _, column := range columns {
		if err := column.check(); err != nil {
			return nil, nil, err
		}
	}
	table, free := lay(columns)
	defer free()
	var body []byte
	var err error
	send := func(text []byte) (err error) {
		body, err = e.call(ctx, operation, text, table)
		return err
	}
	text, is := request.([]byte)
	if !is {
		err = encoded(request, send)
	} else {
		err = send(text)
	}
	if err != nil {
		return nil, nil, err
	}
	response, results := new(Response), ResultColumns{}
	for place := C.int64_t(0); table != nil && place < table.schema.n_children; place++ {
		results[C.GoString(C.go_field(table, place).name)] = result(C.go_field(table, place), C.go_child(table, place))
	}
	return response, results, json.Unmarshal(body, response)
}

// lay describes the columns in memory of C, which may hold pointers of Go as long as they are pinned.
func lay(columns []Column) (*C.kapix_columns, func()) {
	if len(columns) == 0 {
		return nil, func() {}
	}
	var pins runtime.Pinner
	pin := func(data unsafe.Pointer) unsafe.Pointer {
		if data != nil {
			pins.Pin(data)
		}
		return data
	}
	memory := (*C.go_column)(C.calloc(C.size_t(len(columns)), C.sizeof_go_column))
	text := func(value string) *C.char { return (*C.char)(pin(unsafe.Pointer(unsafe.StringData(value + "\x00")))) }
	longest := 0
	for i, column := range columns {
		target := &unsafe.Slice(memory, len(columns))[i]
		C.go_set(target, text(column.name), text(column.format), C.int64_t(column.rows),
			pin(unsafe.Pointer(unsafe.SliceData(column.validity))), pin(column.values))
		longest = max(longest, column.rows)
		if column.offsets == nil {
			continue
		}
		offsets, bytes := pin(unsafe.Pointer(&column.offsets[0])), pin(unsafe.Pointer(unsafe.SliceData(column.texts)))
		if column.format == "i" {
			C.go_set_categories(target, C.int64_t(len(column.offsets)-1), offsets, bytes)
		} else {
			C.go_set_rows(target, offsets, bytes)
		}
	}
	// The library refuses each column that is shorter than the longest, at its name.
	table := new(C.kapix_columns)
	C.go_set_table(table, memory, C.int64_t(len(columns)), C.int64_t(longest))
	return table, func() {
		C.go_release(table)
		pins.Unpin()
		C.free(unsafe.Pointer(memory))
	}
}

// readers copy the values of an array, by its format.
var readers = map[string]func(*C.struct_ArrowArray) any{
	"g":       func(array *C.struct_ArrowArray) any { return values[float64](array) },
	"l":       func(array *C.struct_ArrowArray) any { return values[int64](array) },
	"i":       func(array *C.struct_ArrowArray) any { return values[int32](array) },
	"c":       func(array *C.struct_ArrowArray) any { return each(values[int8](array), ofCode) },
	"b":       func(array *C.struct_ArrowArray) any { return booleans(array, 1) },
	"u":       func(array *C.struct_ArrowArray) any { return texts(array) },
	"tdD":     func(array *C.struct_ArrowArray) any { return each(values[int32](array), ofDay) },
	"tsu:UTC": func(array *C.struct_ArrowArray) any { return each(values[int64](array), ofMicrosecond) },
}

func ofCode(code int8) int32 { return int32(code) }

func ofDay(day int32) time.Time { return time.Unix(int64(day)*86400, 0).UTC() }

func ofMicrosecond(micro int64) time.Time { return time.UnixMicro(micro).UTC() }

// result copies a result column.
func result(field *C.struct_ArrowSchema, array *C.struct_ArrowArray) (column ResultColumn) {
	if bits := C.go_buffer(array, 0); bits != nil && array.null_count != 0 {
		column.Valid = booleans(array, 0)
	}
	format := C.GoString(field.format)
	column.Values, column.isDays = readers[format](array), format == "tdD"
	if field.dictionary != nil {
		names, own := texts(array.dictionary), make([]string, array.length)
		for row, code := range column.Values.([]int32) {
			if !column.IsNull(row) {
				own[row] = names[code]
			}
		}
		column.Values = own
	}
	return column
}

func values[T any](array *C.struct_ArrowArray) []T {
	return slices.Clone(unsafe.Slice((*T)(C.go_buffer(array, 1)), array.offset+array.length)[array.offset:])
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
		// The buffer of no text at all is no address.
		if size := offsets[row+1] - offsets[row]; size > 0 {
			start := unsafe.Add(unsafe.Pointer(C.go_buffer(array, 2)), offsets[row])
			own[row] = C.GoStringN((*C.char)(start), C.int(size))
		}
	}
	return own
}
