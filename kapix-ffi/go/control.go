//go:build cgo

package kapix

/*
#include <kapix.h>

int32_t kapixGoProgress(void *context, uint64_t done, uint64_t total);
*/
import "C"

import (
	"context"
	"errors"
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
	// quick. If it panics, the call ends and panics with the same value; if it ends its goroutine, as [runtime.Goexit]
	// does, the call ends with ErrCancelled. It runs on a goroutine of its own.
	Progress func(done, total uint64)
}

// With returns the same engine with another control for the calls by it. Closing one of both closes the other.
//
//	developed, err := engine.With(kapix.Control{Threads: 2}).ScorecardDevelop(ctx, request, columns...)
func (e *Engine) With(control Control) *Engine {
	own := &Engine{control: control}
	if e != nil {
		own.opened = e.opened
	}
	return own
}

// errProgressLeft is why a call ends whose Progress ended its goroutine.
var errProgressLeft = errors.New("`Progress` ended its goroutine")

// watched is a call that tells how far it is.
type watched struct {
	tell     func(done, total uint64)
	panicked atomic.Pointer[any]
	left     atomic.Bool
}

//export kapixGoProgress
func kapixGoProgress(context unsafe.Pointer, done, total C.uint64_t) C.int32_t {
	call := (*cgo.Handle)(context).Value().(*watched)
	// A goroutine that ends while C stands on its stack ends the process.
	stop := make(chan C.int32_t)
	go func() {
		ended := C.int32_t(1)
		defer func() {
			if reason := recover(); reason != nil {
				call.panicked.Store(&reason)
			} else if ended == 1 {
				call.left.Store(true)
			}
			stop <- ended
		}()
		call.tell(uint64(done), uint64(total))
		ended = 0
	}()
	return <-stop
}

// watch returns the control of a call that ends with ctx, and what to do when the call has returned with its error.
func (e *Engine) watch(ctx context.Context) (*C.kapix_control, func(error) error) {
	cancelled := new(int32)
	// A context may panic: what is pinned later stays pinned for good then, which ends the process.
	if ctx.Err() != nil {
		*cancelled = 1
	}
	stop := context.AfterFunc(ctx, func() { atomic.StoreInt32(cancelled, 1) })
	var pins runtime.Pinner
	pins.Pin(cancelled)
	control := &C.kapix_control{size: C.sizeof_kapix_control, cancelled: (*C.int32_t)(cancelled), threads: C.uint32_t(e.control.Threads)}
	if e.control.Progress == nil {
		return control, func(err error) error {
			stop()
			pins.Unpin()
			return err
		}
	}
	call := &watched{tell: e.control.Progress}
	handle := cgo.NewHandle(call)
	pins.Pin(&handle)
	control.progress, control.context = C.kapix_progress(C.kapixGoProgress), unsafe.Pointer(&handle)
	return control, func(err error) error {
		stop()
		pins.Unpin()
		handle.Delete()
		if reason := call.panicked.Load(); reason != nil {
			panic(*reason)
		}
		if !call.left.Load() {
			return err
		}
		return &Error{Code: ErrCancelled.Code, Cause: "cancelled", Message: errProgressLeft.Error(), Docs: "https://usekapix.com/docs/errors#CANCELLED", Status: 499, because: errProgressLeft}
	}
}

// because returns why a context ended: its error, and the cause that its owner named.
func because(ctx context.Context) error {
	err, cause := ctx.Err(), context.Cause(ctx)
	if err == nil || errors.Is(cause, err) {
		return cause
	}
	return errors.Join(err, cause)
}
