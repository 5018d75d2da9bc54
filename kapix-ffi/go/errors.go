//go:build cgo

package kapix

import (
	"encoding/json"
	"strings"
)

// Error is an error of the engine. Code is one of the ten published codes, Cause the stable and fine one, Fields are
// JSON pointers into the request, Status is the HTTP status. AuditID names the record that a refused call left, if any.
type Error struct {
	Code, Cause, Message, Docs string
	Fields                     []string
	Details                    []ErrorDetail
	RequestID                  string `json:"request_id"`
	AuditID                    string `json:"audit_id"`
	Status                     int    `json:"-"`

	because error
}

// ErrorDetail is one finding among several.
type ErrorDetail struct{ Cause, Field, Message string }

// The codes, for errors.Is. Unauthorized and RateLimitExceeded are a host's: the engine never gives them.
var (
	ErrValidation       = &Error{Code: "VALIDATION_ERROR"}
	ErrForbidden        = &Error{Code: "FORBIDDEN"}
	ErrNotFound         = &Error{Code: "ENTITY_NOT_FOUND"}
	ErrDuplicateRequest = &Error{Code: "DUPLICATE_REQUEST"}
	ErrInsufficientData = &Error{Code: "INSUFFICIENT_DATA"}
	ErrInternal         = &Error{Code: "INTERNAL_ERROR"}
	ErrUnavailable      = &Error{Code: "SERVICE_UNAVAILABLE"}
	ErrCancelled        = &Error{Code: "CANCELLED"}
	// ErrClosed is the error of an engine that was closed.
	ErrClosed = &Error{Code: "VALIDATION_ERROR", Cause: "engine.closed"}
)

func (e *Error) Error() string {
	text := e.Code + " (" + e.Cause + "): " + e.Message
	if len(e.Fields) > 0 {
		text += " at `" + strings.Join(e.Fields, "` at `") + "`"
	}
	return text
}

// Is reports whether target names the same code and, where it states one, the same cause.
func (e *Error) Is(target error) bool {
	other, ok := target.(*Error)
	return ok && other.Code == e.Code && (other.Cause == "" || other.Cause == e.Cause)
}

// Unwrap returns the error of the context that cancelled the call, or of encoding/json.
func (e *Error) Unwrap() error { return e.because }

// docs is the page of the errors of requests.
const docs = "https://usekapix.com/docs/errors#VALIDATION_ERROR"

func readError(status int, reply []byte, because error) error {
	var body struct{ Error Error }
	if err := json.Unmarshal(reply, &body); err != nil {
		body.Error = Error{Code: ErrInternal.Code, Cause: "internal.panic", Message: "the library gave no reply"}
	}
	body.Error.Status = status
	if body.Error.Code == ErrCancelled.Code {
		body.Error.because = because
	}
	return &body.Error
}
