//go:build cgo && !kapix_pkgconfig

package kapix

// One folder of lib/ a platform, which scripts/prepare.sh fills: lib/GOOS_GOARCH.

// #cgo CFLAGS: -I${SRCDIR}/lib
// #cgo linux,amd64 LDFLAGS: ${SRCDIR}/lib/linux_amd64/libkapix.a
// #cgo linux,arm64 LDFLAGS: ${SRCDIR}/lib/linux_arm64/libkapix.a
// #cgo darwin,amd64 LDFLAGS: ${SRCDIR}/lib/darwin_amd64/libkapix.a
// #cgo darwin,arm64 LDFLAGS: ${SRCDIR}/lib/darwin_arm64/libkapix.a
// #cgo windows,amd64 LDFLAGS: ${SRCDIR}/lib/windows_amd64/libkapix.a
// #cgo linux LDFLAGS: -lgcc_eh -lutil -lrt -lpthread -lm -ldl
import "C"
