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
	"encoding/hex"
	"encoding/json"
	"runtime"
	"sync/atomic"
	"unsafe"
)

// Engine is a set of proved artefacts with a memory for records and idempotency keys. It is safe for use by many
// goroutines at the same time.
type Engine struct {
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

// Load returns an engine of an artefact, a bundle, or a JSON array of them. Close it when it is no longer needed; an
// engine that is forgotten is closed by the collector.
func Load(artefacts []byte, options ...Option) (*Engine, error) {
	all := map[string]any{}
	for _, set := range options {
		set(all)
	}
	text, err := json.Marshal(all)
	if err != nil {
		return nil, err
	}
	var handle C.uintptr_t
	var reply C.kapix_buffer
	data, length := bytesOf(artefacts)
	optionsData, optionsLength := bytesOf(text)
	status := C.go_load(data, length, optionsData, optionsLength, &handle, &reply)
	if body := take(&reply); status != 0 {
		return nil, readError(int(status), body, nil)
	}
	engine := &Engine{}
	engine.handle.Store(uintptr(handle))
	engine.cleanup = runtime.AddCleanup(engine, func(handle C.uintptr_t) { C.go_close(handle) }, handle)
	return engine, nil
}

// Close closes the engine; calls under way end on it. A second Close does nothing.
func (e *Engine) Close() error {
	if handle := e.handle.Swap(0); handle != 0 {
		e.cleanup.Stop()
		C.go_close(C.uintptr_t(handle))
	}
	return nil
}

// Call answers an operation for a request in JSON, with the bytes that every language gives. An error is an *Error.
// When ctx ends, so does the call, at its next block.
func (e *Engine) Call(ctx context.Context, operation string, request []byte) ([]byte, error) {
	return e.call(ctx, operation, request, nil)
}

func (e *Engine) call(ctx context.Context, operation string, request []byte, columns *C.kapix_columns) ([]byte, error) {
	name := C.CString(operation)
	defer C.free(unsafe.Pointer(name))
	var reply C.kapix_buffer
	data, length := bytesOf(request)
	control, done := watch(ctx)
	status := C.go_call(C.uintptr_t(e.handle.Load()), name, data, length, control, columns, &reply)
	done()
	runtime.KeepAlive(e)
	body := take(&reply)
	if status != 0 {
		return nil, readError(int(status), body, context.Cause(ctx))
	}
	return body, nil
}

// Record is the record of a call: canonical JSON, byte for byte as it was hashed. Leaf states request_hmac and
// response_hmac, the HMAC-SHA256 of Request and Response under Salt.
type Record struct {
	Leaf, Request, Response json.RawMessage
	Salt                    []byte
}

// Record returns the record of the call whose response has this audit id.
func (e *Engine) Record(auditID string) (*Record, error) {
	id := C.CString(auditID)
	defer C.free(unsafe.Pointer(id))
	var reply C.kapix_buffer
	status := C.go_record(C.uintptr_t(e.handle.Load()), id, &reply)
	runtime.KeepAlive(e)
	body := take(&reply)
	if status != 0 {
		return nil, readError(int(status), body, nil)
	}
	var parts struct {
		Leaf, Request, Response json.RawMessage
		Salt                    string
	}
	if err := json.Unmarshal(body, &parts); err != nil {
		return nil, err
	}
	salt, err := hex.DecodeString(parts.Salt)
	return &Record{parts.Leaf, parts.Request, parts.Response, salt}, err
}

// Version returns the version of the engine.
func Version() string { return C.GoString(C.kapix_version()) }

// ExpertCards returns the bundle of the example cards; they have no PD, only a rank.
func ExpertCards() []byte {
	var cards C.kapix_buffer
	C.kapix_expert_cards(&cards)
	return take(&cards)
}

// watch returns the control of a call that ends with ctx, and what to do when the call has returned.
func watch(ctx context.Context) (*C.kapix_control, func()) {
	var pins runtime.Pinner
	cancelled := new(int32)
	pins.Pin(cancelled)
	if ctx.Err() != nil {
		*cancelled = 1
	}
	stop := context.AfterFunc(ctx, func() { atomic.StoreInt32(cancelled, 1) })
	control := &C.kapix_control{size: C.sizeof_kapix_control, cancelled: (*C.int32_t)(cancelled)}
	return control, func() { stop(); pins.Unpin() }
}

func bytesOf(bytes []byte) (*C.uint8_t, C.size_t) {
	return (*C.uint8_t)(unsafe.SliceData(bytes)), C.size_t(len(bytes))
}

// take copies a buffer and frees it.
func take(buffer *C.kapix_buffer) []byte {
	defer C.kapix_buffer_free(buffer)
	return append([]byte(nil), unsafe.Slice((*byte)(buffer.data), buffer.length)...)
}
