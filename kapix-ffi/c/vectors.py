"""Lays the vectors out as plain files for a program without a parser of JSON, and compares its answers.

    vectors.py write VECTORS FOLDER      (format: VECTORS/README.md)
    vectors.py compare VECTORS FOLDER    by the SHA-256 in VECTORS/DIGEST
"""

import hashlib
import json
import pathlib
import sys

CORE = pathlib.Path(__file__).parents[2] / "kapix-core"
EXPERT = CORE / "artefacts" / "expert.json"
sys.path.insert(0, str(CORE / "tests" / "vectors" / "tools"))
from vector_files import digests, read  # noqa: E402


def artefact(vectors, document):
    if not isinstance(document, str):
        return json.dumps(document, ensure_ascii=False)
    place = EXPERT if document == "expert" else vectors / "artefacts" / f"{document}.json"
    return place.read_text()


def write(vectors, folder):
    operations = []
    for number, (_, vector) in enumerate(sorted(read(vectors).items())):
        documents = [artefact(vectors, document) for document in vector.get("artefacts", [])]
        artefacts = documents[0] if len(documents) == 1 else f"[{','.join(documents)}]"
        options = vector.get("options", {}) | {"clock": vector.get("clock", "none"), "envelope": False, "record": False}
        request = vector["request_text"] if "request_text" in vector else json.dumps(vector["request"])
        for kind, text in (("artefacts", artefacts), ("options", json.dumps(options)), ("request", request)):
            (folder / f"{number}.{kind}").write_bytes(text.encode())
        operations.append(vector["operation"] + "\n")
    (folder / "list").write_text("".join(operations))


def compare(vectors, folder):
    wrong = 0
    pinned = digests(vectors)
    if read(vectors).keys() != pinned.keys():
        print(f"DIGEST does not name the vectors: {read(vectors).keys() ^ pinned.keys()}")
        return False
    for number, path in enumerate(sorted(pinned)):
        answer = (folder / f"{number}.reply").read_bytes()
        if hashlib.sha256(answer).hexdigest() != pinned[path]:
            print(f"{path}: {answer[:200].decode()}")
            wrong += 1
    print(f"{len(pinned)} vectors, {wrong} answers differ from DIGEST")
    return wrong == 0 and len(pinned) > 0


if __name__ == "__main__":
    command, vectors, folder = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
    if command == "write":
        write(vectors, folder)
    elif not compare(vectors, folder):
        sys.exit(1)
