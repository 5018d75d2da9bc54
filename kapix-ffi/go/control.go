//go:build cgo

package kapix

/*
#include <kapix.h>

int32_t kapixGoProgress(void *context, uint64_t done, uint64_t total);
*/
import "C"

import (
	"context"
	"runtime"
	"runtime/cgo"
	"sync/atomic"
	"unsafe"
)

// Control is what enters a long call beside its request; none of it changes a result.
type Control struct {
	// Threads of the call; 0 takes all of the machine.
	Threads uint32
	// Progress is called with the work done and the work in all, possibly from several threads at a time; it must be
	// quick. If it panics, the call ends and panics with the same value.
	Progress func(done, total uint64)
}

// With returns the same engine with another control for the calls by it. Closing one of both closes the other.
//
//	developed, err := engine.With(kapix.Control{Threads: 2}).ScorecardDevelop(ctx, request, columns...)
func (e *Engine) With(control Control) *Engine {
	return &Engine{opened: e.opened, control: control}
}

// watched is a call that tells how far it is.
type watched struct {
	tell     func(done, total uint64)
	panicked atomic.Pointer[any]
}

//export kapixGoProgress
func kapixGoProgress(context unsafe.Pointer, done, total C.uint64_t) (stop C.int32_t) {
	call := (*cgo.Handle)(context).Value().(*watched)
	defer func() {
		if reason := recover(); reason != nil {
			call.panicked.Store(&reason)
			stop = 1
		}
	}()
	call.tell(uint64(done), uint64(total))
	return 0
}

// watch returns the control of a call that ends with ctx, and what to do when the call has returned.
func (e *Engine) watch(ctx context.Context) (*C.kapix_control, func()) {
	var pins runtime.Pinner
	cancelled := new(int32)
	pins.Pin(cancelled)
	if ctx.Err() != nil {
		*cancelled = 1
	}
	stop := context.AfterFunc(ctx, func() { atomic.StoreInt32(cancelled, 1) })
	control := &C.kapix_control{size: C.sizeof_kapix_control, cancelled: (*C.int32_t)(cancelled), threads: C.uint32_t(e.control.Threads)}
	if e.control.Progress == nil {
		return control, func() { stop(); pins.Unpin() }
	}
	call := &watched{tell: e.control.Progress}
	handle := cgo.NewHandle(call)
	pins.Pin(&handle)
	control.progress, control.context = C.kapix_progress(C.kapixGoProgress), unsafe.Pointer(&handle)
	return control, func() {
		stop()
		pins.Unpin()
		handle.Delete()
		if reason := call.panicked.Load(); reason != nil {
			panic(*reason)
		}
	}
}
