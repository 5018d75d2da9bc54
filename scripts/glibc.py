"""Fails if a shared object needs symbols of glibc newer than a version: `glibc.py 2.17 FILE...`."""

import re
import subprocess
import sys


def version(text: str) -> tuple[int, ...]:
    return tuple(int(part) for part in text.split("."))


def main() -> int:
    limit, files = sys.argv[1], sys.argv[2:]
    failed = False
    for file in files:
        told = subprocess.run(["readelf", "--version-info", file], check=True, capture_output=True, text=True)
        needed = sorted(set(re.findall(r"GLIBC_(\d+(?:\.\d+)+)", told.stdout)), key=version)
        newest = needed[-1] if needed else "none"
        too_new = [it for it in needed if version(it) > version(limit)]
        failed |= bool(too_new) or not needed
        print(f"{file}: newest GLIBC_{newest}, allowed GLIBC_{limit}{' FAILED' if too_new or not needed else ''}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
