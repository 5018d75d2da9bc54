//go:build cgo

// Package kapix is a credit decision engine that you link, not call: the same engine and the same bytes as in Rust,
// Python, Node and C.
package kapix

/*
#include <stdlib.h>

#include <kapix.h>

// Go keeps handles as numbers: to its collector a pointer that is no address is an error.
static int32_t go_load(const uint8_t *artefacts, size_t length, const uint8_t *options, size_t options_length,
                       uintptr_t *engine, kapix_buffer *error) {
	kapix_engine *loaded = NULL;
	int32_t status = kapix_engine_load(artefacts, length, options, options_length, &loaded, error);
	*engine = (uintptr_t)loaded;
	return status;
}
static void go_close(uintptr_t engine) { kapix_engine_close((kapix_engine *)engine); }
static int32_t go_call(uintptr_t engine, const char *operation, const uint8_t *request, size_t length,
                       const kapix_control *control, kapix_columns *columns, kapix_buffer *reply) {
	return kapix_call_with((const kapix_engine *)engine, operation, request, length, control, columns, reply);
}

static int32_t go_record(uintptr_t engine, const char *id, kapix_buffer *reply) {
	return kapix_record((const kapix_engine *)engine, id, reply);
}
*/
import "C"

import (
	"context"
	"encoding/json"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"unsafe"
)

// Engine is a set of proved artefacts with a store for records and idempotency keys. It is safe for use by many
// goroutines at the same time.
type Engine struct {
	*opened
	control Control
}

// opened is an engine that the library holds.
type opened struct {
	handle  atomic.Uintptr
	cleanup runtime.Cleanup
}

// Option says how an engine is loaded.
type Option func(map[string]any)

// WithOption sets an option by its name on the wire: clock, envelope, idempotency, limits, production, record, tenant.
func WithOption(name string, value any) Option { return func(all map[string]any) { all[name] = value } }

// WithClock sets where an absent as_of comes from: "system", "none", or an RFC 3339 instant.
func WithClock(clock string) Option { return WithOption("clock", clock) }

// WithProduction loads approved artefacts only.
func WithProduction() Option { return WithOption("production", true) }

// WithoutRecords leaves no records.
func WithoutRecords() Option { return WithOption("record", false) }

// WithDurability sets when a call of an engine of [Open] is on the disk: "group", the default, before it returns, with one
// sync for all calls that wait; "decision" before it returns, with a sync of its own; "os" when the operating system writes
// it.
func WithDurability(durability string) Option { return WithOption("durability", durability) }

// WithLogKey sets the private key that signs checkpoints of the log of an engine of [Open], as the operation audit.key makes
// it; its name is that of the log.
func WithLogKey(key string) Option { return WithOption("log_key", key) }

// WithStoreText keeps the texts of rows (description, counterparty), which may name other people. Without it they are kept as
// hashes under a key that is written nowhere.
func WithStoreText() Option { return WithOption("store_text", true) }

// Open returns an engine that keeps its state in a file, a SQLite database, which is made if there is none; its folder must
// be there. Records, idempotency keys, the data of applicants and the log are there when the process comes back. Several
// processes of one machine may open one file. Artefacts and options are those of [Load].
//
// Causes of errors: store.unavailable where the file cannot be opened, store.corrupt where it is damaged or no database,
// store.schema where it is of a later engine or of another program.
func Open(path string, artefacts []byte, options ...Option) (*Engine, error) {
	return Load(artefacts, append(slices.Clip(options), WithOption("store", path))...)
}

// Load returns an engine of artefacts and bundles in JSON or YAML, with lines `---` between them, or of a JSON array of
// them. It keeps its state in bounded memory. Close it when it is no longer needed; an engine that is forgotten is closed by
// the collector.
func Load(artefacts []byte, options ...Option) (*Engine, error) {
	all := map[string]any{}
	for _, set := range options {
		if set != nil {
			set(all)
		}
	}
	var handle C.uintptr_t
	data, length := bytesOf(artefacts)
	err := encoded(all, func(text []byte) error {
		var reply C.kapix_buffer
		optionsData, optionsLength := bytesOf(text)
		_, err := take(C.go_load(data, length, optionsData, optionsLength, &handle, &reply), &reply, nil)
		return err
	})
	if err != nil {
		return nil, err
	}
	own := &opened{}
	own.handle.Store(uintptr(handle))
	own.cleanup = runtime.AddCleanup(own, func(handle C.uintptr_t) { C.go_close(handle) }, handle)
	return &Engine{opened: own}, nil
}

// Close closes the engine; calls under way end on it. A second Close does nothing.
func (e *Engine) Close() error {
	if e == nil || e.opened == nil {
		return nil
	}
	if handle := e.handle.Swap(0); handle != 0 {
		e.cleanup.Stop()
		C.go_close(C.uintptr_t(handle))
	}
	return nil
}

// number returns the handle of the engine, 0 for one that was not loaded or is closed.
func (e *Engine) number() C.uintptr_t {
	if e == nil || e.opened == nil {
		return 0
	}
	return C.uintptr_t(e.handle.Load())
}

// nameOf returns a text of C, to be freed. One that holds NUL names nothing, where C would read it up to there.
func nameOf(text string) *C.char { return C.CString(strings.ReplaceAll(text, "\x00", "\xff")) }

// Call answers an operation for a request in JSON, with the bytes that every language gives. An error is an *Error.
// When ctx ends, so does the call, at its next block.
func (e *Engine) Call(ctx context.Context, operation string, request []byte) ([]byte, error) {
	return e.call(ctx, operation, request, nil)
}

func (e *Engine) call(ctx context.Context, operation string, request []byte, columns *C.kapix_columns) ([]byte, error) {
	name := nameOf(operation)
	defer C.free(unsafe.Pointer(name))
	var reply C.kapix_buffer
	data, length := bytesOf(request)
	number := e.number()
	if number == 0 {
		e = &Engine{}
	}
	control, done := e.watch(ctx)
	defer C.kapix_buffer_free(&reply)
	status := C.go_call(number, name, data, length, control, columns, &reply)
	runtime.KeepAlive(e.opened)
	ended := done(nil)
	answer, err := take(status, &reply, because(ctx))
	if ended != nil {
		err = ended
	}
	return answer, err
}

// Record is the record of a call. Leaf, what stays of it for ever, states the HMAC-SHA256 of each part. Parts are those of
// the body that are held: "features" (and reasons), "found" (beside the request), "request", "response" and "rows" (of
// accounts). As JSON it can be kept and read again.
type Record struct {
	Leaf  json.RawMessage       `json:"leaf"`
	Parts map[string]RecordPart `json:"parts"`
}

// RecordPart is a part of the body of a record: canonical JSON, byte for byte as it was hashed, and the 16 bytes, in
// hexadecimal digits, that its HMAC was made under.
type RecordPart struct {
	Body json.RawMessage `json:"body"`
	Salt string          `json:"salt"`
}

// Verify proves that no part of the record was changed alone; the *Error of record.altered says which part does not
// agree. Whoever holds the salts can seal another body under another leaf: keep the leaf where that hand cannot write.
func (r *Record) Verify() error {
	var reply C.kapix_buffer
	data, length := r.text()
	_, err := take(C.kapix_record_verify(data, length, &reply), &reply, nil)
	return err
}

// Request returns the canonical request, with null in place of what lapsed or was erased. The cause record.body_erased says
// that all of it is gone, here as of the other documents.
func (r *Record) Request() (json.RawMessage, error) { return r.document("request") }

// Response returns the canonical response; of a refused call the error.
func (r *Record) Response() (json.RawMessage, error) { return r.document("response") }

// Found returns what the call found beside its request; record.body_erased where there was nothing too.
func (r *Record) Found() (json.RawMessage, error) { return r.document("found") }

func (r *Record) document(name string) (json.RawMessage, error) {
	var reply C.kapix_buffer
	own := nameOf(name)
	defer C.free(unsafe.Pointer(own))
	data, length := r.text()
	return take(C.kapix_record_document(data, length, own, &reply), &reply, nil)
}

func (r *Record) text() (*C.uint8_t, C.size_t) {
	text, _ := json.Marshal(r) // A part that is no JSON leaves no text, which is refused.
	return bytesOf(text)
}

// Record returns the record of a call, by the AuditID or the RequestID of its response or of its *Error.
func (e *Engine) Record(id string) (*Record, error) {
	name := nameOf(id)
	defer C.free(unsafe.Pointer(name))
	var reply C.kapix_buffer
	status := C.go_record(e.number(), name, &reply)
	runtime.KeepAlive(e)
	body, err := take(status, &reply, nil)
	if err != nil {
		return nil, err
	}
	record := &Record{}
	return record, json.Unmarshal(body, record)
}

// Version returns the version of the engine.
func Version() string { return C.GoString(C.kapix_version()) }

// ExpertCards returns the bundle of the example cards; they have no PD, only a rank.
func ExpertCards() []byte {
	var cards C.kapix_buffer
	body, _ := take(C.kapix_expert_cards(&cards), &cards, nil)
	return body
}

// ExamplePolicies returns the example policies, documents in YAML with lines `---` between them: instalment_loan_za,
// nano_loan_ke, sme_working_capital_ng. They ask the example cards: load both.
func ExamplePolicies() []byte {
	var policies C.kapix_buffer
	body, _ := take(C.kapix_example_policies(&policies), &policies, nil)
	return body
}

func bytesOf(bytes []byte) (*C.uint8_t, C.size_t) {
	return (*C.uint8_t)(unsafe.SliceData(bytes)), C.size_t(len(bytes))
}

// take copies a buffer and frees it; under a status it is the error of the call.
func take(status C.int32_t, buffer *C.kapix_buffer, because error) ([]byte, error) {
	defer C.kapix_buffer_free(buffer)
	body := append([]byte(nil), unsafe.Slice((*byte)(buffer.data), buffer.length)...)
	if status != 0 {
		return nil, readError(int(status), body, because)
	}
	return body, nil
}
