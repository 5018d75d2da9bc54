"""Writes the Go module as a proxy hands it out: OUT/MODULE/@v/VERSION.{info,mod,zip} (golang.org/ref/mod#goproxy-protocol).

    python3 kapix-ffi/scripts/pack_go.py OUT VERSION GOOS_GOARCH=libkapix.a ...

The zip holds the sources, the header, the licences and a static library for each platform that is named, so that
`go get` needs no Rust; programs on other platforms are built with the tag kapix_pkgconfig.
"""

import json
import pathlib
import subprocess
import sys
import zipfile

FFI = pathlib.Path(__file__).resolve().parent.parent
MODULE = "github.com/kapix/kapix-go"


def main():
    out, version, *libraries = sys.argv[1:]
    folder = pathlib.Path(out, MODULE, "@v")
    folder.mkdir(parents=True)
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=FFI / "go", capture_output=True, check=True, text=True)
    files = {name: FFI / "go" / name for name in listed.stdout.split("\0") if name and not name.endswith("_test.go")}
    files["lib/kapix.h"] = FFI / "include/kapix.h"
    for licence in ("LICENSE-APACHE", "LICENSE-MIT"):
        files[licence] = FFI.parent / licence
    for library in libraries:
        platform, path = library.split("=", 1)
        files[f"lib/{platform}/libkapix.a"] = pathlib.Path(path)
    with zipfile.ZipFile(folder / f"{version}.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, path in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(f"{MODULE}@{version}/{name}"), path.read_bytes(), zipfile.ZIP_DEFLATED)
    (folder / f"{version}.mod").write_text((FFI / "go/go.mod").read_text())
    (folder / f"{version}.info").write_text(json.dumps({"Version": version, "Time": "2026-01-01T00:00:00Z"}))
    (folder / "list").write_text(f"{version}\n")


main()
