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

static int32_t go_record(uintptr_t engine, const char *audit_id, kapix_buffer *reply) {
	return kapix_record((const kapix_engine *)engine, audit_id, reply);
}
*/
import "C"

import (
	"context"
	"encoding/json"
	"runtime"
	"strings"
	"sync/atomic"
	"unsafe"
)

// Engine is a set of proved artefacts with a memory for records and idempotency keys. It is safe for use by many
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

// Load returns an engine of artefacts and bundles in JSON or YAML, with lines `---` between them, or of a JSON array of
// them. Close it when it is no longer needed; an engine that is forgotten is closed by the collector.
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

// Record is the record of a call: canonical JSON, byte for byte as it was hashed. Leaf states request_hmac and
// response_hmac, the HMAC-SHA256 of Request and Response under the 16 bytes that Salt has in hexadecimal digits; Found
// is what the call found beside its request, and absent where there was nothing. As JSON it can be kept and read again.
type Record struct {
	Leaf     json.RawMessage `json:"leaf"`
	Request  json.RawMessage `json:"request"`
	Response json.RawMessage `json:"response"`
	Found    json.RawMessage `json:"found,omitempty"`
	Salt     string          `json:"salt"`
}

// Verify proves that no part of the record was changed alone; the *Error of record.altered says which part does not
// agree. Whoever holds Salt can seal another body under another leaf: keep the leaf where that hand cannot write.
func (r *Record) Verify() error {
	var reply C.kapix_buffer
	text, _ := json.Marshal(r) // A part that is no JSON leaves no text, which is refused.
	data, length := bytesOf(text)
	_, err := take(C.kapix_record_verify(data, length, &reply), &reply, nil)
	return err
}

// Record returns the record of the call whose response has this audit id.
func (e *Engine) Record(auditID string) (*Record, error) {
	id := nameOf(auditID)
	defer C.free(unsafe.Pointer(id))
	var reply C.kapix_buffer
	status := C.go_record(e.number(), id, &reply)
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
