//go:build !cgo

package kapix

// The text is what the compiler prints.
const _ int = "kapix needs cgo: set CGO_ENABLED=1 and, for another platform than this one, CC to a C compiler for it"
