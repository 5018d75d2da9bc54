package kapix_test

import (
	"bytes"
	"context"
	"errors"
	"sync/atomic"
	"testing"

	kapix "github.com/kapix/kapix-go"
)

// A check tells its progress and ends with its context.
func TestACheckOfAPolicyTellsProgressAndCanBeCancelled(t *testing.T) {
	engine, err := kapix.Load(bytes.Join([][]byte{kapix.ExpertCards(), kapix.ExamplePolicies()}, []byte("\n---\n")))
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	request := &kapix.PolicyCheckRequest{Policy: "nano_loan_ke", AsOf: "2026-06-30T12:00:00Z"}
	var told, of atomic.Uint64
	control := kapix.Control{Progress: func(done, total uint64) { told.Store(done); of.Store(total) }}
	checked, err := engine.With(control).PolicyCheck(context.Background(), request)
	if err != nil || !checked.Valid {
		t.Fatalf("%v %+v", err, checked)
	}
	if told.Load() == 0 || told.Load() != of.Load() {
		t.Fatalf("told %d of %d", told.Load(), of.Load())
	}
	ctx, stop := context.WithCancel(context.Background())
	stopping := kapix.Control{Progress: func(uint64, uint64) { stop() }}
	if _, err := engine.With(stopping).PolicyCheck(ctx, request); !errors.Is(err, context.Canceled) {
		t.Fatalf("%v", err)
	}
}
