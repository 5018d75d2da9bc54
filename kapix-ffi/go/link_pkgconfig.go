//go:build cgo && kapix_pkgconfig

package kapix

// #cgo pkg-config: kapix
import "C"
