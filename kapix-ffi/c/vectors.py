"""Lays the vectors out as plain files for a program without a parser of JSON, and compares its answers.

    vectors.py write VECTORS FOLDER      (format: VECTORS/README.md)
    vectors.py compare VECTORS FOLDER    by the SHA-256 in VECTORS/DIGEST
"""

import hashlib
import json
import pathlib
import sys

EXPERT = pathlib.Path(__file__).parents[2] / "kapix-core" / "artefacts" / "expert.json"


def digest(vectors):
    lines = (vectors / "DIGEST").read_text().splitlines()
    return dict(line.rsplit(" ", 1) for line in lines)


def artefact(vectors, document):
    if not isinstance(document, str):
        return json.dumps(document, ensure_ascii=False)
    place = EXPERT if document == "expert" else vectors / "artefacts" / f"{document}.json"
    return place.read_text()


def write(vectors, folder):
    operations = []
    for number, path in enumerate(sorted(digest(vectors))):
        vector = json.loads((vectors / path).read_text())
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
    pinned = digest(vectors)
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
