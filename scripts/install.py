#!/usr/bin/env python3
"""Runs the install table of README, and each block of code there and in the READMEs of the bindings, as written.

    scripts/install.py FOLDER

A clone of what is committed, in FOLDER, stands for KAPIX. Each language is used from an empty folder elsewhere; only
PREFIX=/usr/local becomes a folder there. A row or a block that no step below runs fails the test; one that is left out
has its reason below. Cargo names what it builds by paths within the workspace and finds it by the times of its sources:
where the working tree is what is committed, the clone has its times, and CARGO_TARGET_DIR is used as it is.
KAPIX_PROFILE is the profile, `release` without it. A language whose tools are not here is named and left out.
"""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import textwrap
import time
from pathlib import Path

HERE = Path(__file__).resolve().parents[1]
CLONE = Path(sys.argv[1]).resolve() / "kapix"
EMPTY = Path(tempfile.mkdtemp(prefix="kapix-install-"))
PREFIX = EMPTY / "usr-local"
REQUEST = CLONE / "examples/data/kenya_salaried.json"
CARD = CLONE / "examples/developed_card.json"
TOOLS = {"Python": "pip3", "Node.js": "npm", "Rust": "cargo", "C, C++": "cc", "Go": "go"}
STATIC_GO = "go build -ldflags '-extldflags -static'"
LINKED_GO = "go build -tags kapix_pkgconfig"


def run(command, folder, **variables):
    """Returns what a command prints, run by a shell in a folder; KAPIX and /usr/local are the clone and the prefix."""
    command = command.replace("KAPIX", str(CLONE)).replace("/usr/local", str(PREFIX))
    # What a machine knows of /usr/local by itself.
    # Go keeps what it built whatever pkg-config says now: a flag of this run makes it build anew.
    known = {"PKG_CONFIG_PATH": f"{PREFIX}/lib/pkgconfig", "LD_LIBRARY_PATH": f"{PREFIX}/lib", "CGO_CFLAGS": f"-O2 -g -I{EMPTY}"}
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", command], cwd=folder, env={**os.environ, **known, **variables},
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        raise SystemExit(f"in {folder}: {command}\n{done.stdout}{done.stderr}exit code {done.returncode}")
    return done.stdout


def in_cargo_of_its_own(command, folder):
    """Runs cargo as a user has it, with what it builds kept for the next time."""
    kept = {"CARGO_TARGET_DIR": str(CLONE.parent / "rust"), "CARGO_PROFILE_DEV_DEBUG": "false"}
    return run(f"unset CARGO CARGO_BUILD_TARGET\n{command}", folder, **kept)


def in_python(command, folder):
    return run(command, folder, PATH=f"{EMPTY / 'python/bin'}:{os.environ['PATH']}")


def project(name):
    folder = EMPTY / name
    folder.mkdir(exist_ok=True)
    return folder


def expect(told, pattern):
    if not re.fullmatch(pattern, told, re.DOTALL):
        raise SystemExit(f"expected {pattern}; got:\n{told}")


def named(page, *words):
    """Fails unless the page says each of the words that a step takes for granted."""
    text = " ".join((CLONE / page).read_text(encoding="utf-8").split())
    for word in words:
        if word not in text:
            raise SystemExit(f"{page}: `{word}` is not there any more; scripts/install.py runs it")


# The rows of the table: what is run in the checkout, and the commands and the line of code of a project.


def python_row(build, use):
    install, imports = use
    run(f"{sys.executable} -m venv python", EMPTY)
    in_python(install, EMPTY)
    expect(in_python(f"python -c '{imports}; print(kapix.__version__)'", EMPTY), r"\d+\.\d+\.\d+\n")


def node_row(build, use):
    install, imports = use
    folder = project("node")
    run(install, folder)
    (folder / "row.mjs").write_text(f"{imports}\nconsole.log(typeof Engine.load);\n")
    expect(run("node row.mjs", folder), "function\n")


def rust_row(build, use):
    add, imports = use
    folder = project("lender")
    in_cargo_of_its_own(f"cargo init --quiet\n{add}", folder)
    (folder / "src/row.rs").write_text(f"#![allow(unused_imports)]\n{imports}\n")


def c_row(build, use):
    # LD_LIBRARY_PATH stands for ldconfig, since a prefix of the test is in no cache of the machine.
    (install, _), (include, flags) = build, use
    run(install, CLONE)
    folder = project("c")
    (folder / "row.c").write_text(f"{include}\nint main(void) {{ kapix_buffer cards; return kapix_expert_cards(&cards); }}\n")
    run(f"cc row.c $({flags}) && ./a.out", folder)


def go_row(build, use):
    (prepare,), (_, imports) = build, use
    run(prepare, CLONE)
    folder = project("go")
    run("go mod init example.com/lender", folder)
    (folder / "main.go").write_text(f"package main\n\n{imports}\n\nfunc main() {{ println(len(kapix.ExpertCards()) > 0) }}\n")


ROWS = {"Python": python_row, "Node.js": node_row, "Rust": rust_row, "C, C++": c_row, "Go": go_row}

# The blocks of the pages, in their order.


# The block before, which the next one may go on from, and what it printed.
BEFORE = {"code": "", "told": ""}


def edit_go(code):
    run(code, EMPTY / "go")
    run("go build -o row . && ./row", EMPTY / "go")


def python_program(code):
    file = EMPTY / "program.py"
    file.write_text(code, encoding="utf-8")
    BEFORE["told"] = in_python(f"python {file}", CLONE)


def printed(code):
    if BEFORE["told"] != code:
        raise SystemExit(f"the page says:\n{code}\nthe program printed:\n{BEFORE['told']}")


def refused(code):
    python_program(textwrap.dedent("""
        import kapix
        engine = kapix.Engine.load(kapix.EXPERT_CARDS)
        rows = "Date,Details,Money out,Money in,Balance\\n14/01/2026,RENT,500,,500\\n28/02/2026,SALARY,,900,1400\\n30/06/2026,RENT,500,,900\\n"
        read = kapix.read_transactions(rows.encode(), kind="current", currency="KES")
        try:
            engine.credit.score(entity_id="1", entity_type="individual", as_of="2026-06-30T18:00:00Z", **read)
        except kapix.KapixError as error:
            print(error)
    """))
    printed(code)


def rust_program(code):
    (EMPTY / "lender/src/main.rs").write_text(f"mod row;\n{code}")
    in_cargo_of_its_own("cargo run --quiet", EMPTY / "lender")


def keep(code):
    BEFORE["code"] = code


def keep_too(code):
    BEFORE["code"] += f"\n{code}"


def keep_second(code):
    BEFORE["second"] = code


def python_rest(code):
    own = "print(answer.points == scores.points[0], len(scores.points), error.cause, error.fields)"
    python_program(f"{BEFORE['code']}\n{code}".replace("    error.cause", f"    {own}\n    error.cause"))
    expect(BEFORE["told"], r"True 1000 json.shape \('/entity_type',\)\n")


def python_together(code):
    python_program(f"{BEFORE['code']}\n{code}print(len(both.accounts), both.rows > bank.rows)\n")
    expect(BEFORE["told"], r"2 True\n")


def python_policy(code):
    python_program(f"import kapix\n{code}print(decision.outcome, *portfolio['outcome'], portfolio.rates.approval_rate)\n")
    expect(BEFORE["told"], r"PolicyRunResponse: approve\n.*\napprove approve decline 0.5\n")


def python_commands(code):
    folder = project("files")
    for name, source in (("request.json", REQUEST), ("card.json", CARD), ("statement.csv", CLONE / "examples/data/bank_statement.csv")):
        shutil.copy(source, folder / name)
    for command in code.splitlines():
        expect(in_python(command, folder), ".+")


def node_rest(code):
    folder = EMPTY / "node"
    (folder / "examples").symlink_to(CLONE / "examples")
    (folder / "readme.mjs").write_text(f"{BEFORE['code']}\n{code}", encoding="utf-8")
    expect(run("node readme.mjs", folder), r"\d+ \w+ (approve|refer|decline) .*scored: 1000.*")


def c_commands(code):
    named("kapix-ffi/README.md", "find_package(Kapix 0.1 REQUIRED)", "`Kapix::kapix` or `Kapix::static`")
    folder = EMPTY / "c"
    install, compile_it = code.splitlines()
    run(install, CLONE / "kapix-ffi")
    shutil.copy(CLONE / "kapix-ffi/c/story.c", folder / "yours.c")
    run(compile_it, folder)
    story = r'points +\d+\n.*decision +"(approve|refer|decline)"\n.*on record .*'
    expect(run(f"./a.out {REQUEST} {CARD}", folder), story)
    if shutil.which("cmake"):
        (folder / "CMakeLists.txt").write_text(textwrap.dedent("""
            cmake_minimum_required(VERSION 3.16)
            project(yours C)
            find_package(Kapix 0.1 REQUIRED)
            foreach(kind kapix static)
              add_executable(${kind} yours.c)
              target_link_libraries(${kind} Kapix::${kind})
            endforeach()
        """))
        # CMake looks into /usr/local by itself.
        run("cmake -B made . && cmake --build made", folder, CMAKE_PREFIX_PATH=str(PREFIX))
        for kind in ("kapix", "static"):
            expect(run(f"made/{kind} {REQUEST} {CARD}", folder), story)


GO_MAIN = """package main

import (
	"context"
	"encoding/json"
	"fmt"
	"log"
	"os"

	kapix "github.com/kapix/kapix-go"
)

func main() {
	ctx := context.Background()
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	var given kapix.CreditScoreRequest
	if err := json.Unmarshal(text, &given); err != nil {
		log.Fatal(err)
	}
	data, sources := given.Data, given.DataSources
	if err := read(ctx, data, sources); err != nil {
		log.Fatal(err)
	}
	bads, incomes := make([]int64, 1000), make([]float64, 1000)
	for row := range incomes {
		incomes[row] = 900 + float64(row*37%500)
		if float64(row*31%500) > incomes[row]-900 {
			bads[row] = 1
		}
	}
	columns := []kapix.Column{kapix.Float64Column("income", incomes), kapix.Int64Column("bad", bads)}
	engine, err := kapix.Load([]byte("[]"))
	if err != nil {
		log.Fatal(err)
	}
	if err := score(ctx, os.Args[2]); err != nil {
		log.Fatal(err)
	}
	if err := develop(ctx, engine, &kapix.ScorecardDevelopRequest{Target: "bad"}, columns); err != nil {
		log.Fatal(err)
	}
}

func read(ctx context.Context, data *kapix.Data, sources []kapix.SourceKey) error {
	FIRST
	return err
}

func score(ctx context.Context, path string) error {
	document, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	engine, err := kapix.Load(kapix.ExpertCards())
	if err != nil {
		return err
	}
	defer engine.Close()
	at := "2026-06-30T18:00:00Z"
	request := &kapix.CreditScoreRequest{
		AsOf: at, EntityID: "a", EntityType: kapix.EntityTypeIndividual, DataSources: []kapix.SourceKey{kapix.SourceKeyBank},
	}
	THIRD
	if err == nil {
		fmt.Println("columns:", len(rows), response.Decision)
	}
	return err
}

func develop(ctx context.Context, engine *kapix.Engine, request *kapix.ScorecardDevelopRequest, columns []kapix.Column) error {
	SECOND
	if err == nil {
		fmt.Println("a card:", len(developed.Artefact) > 0)
	}
	return err
}
"""


def go_rest(code):
    page = "kapix-ffi/go/README.md"
    named(page, STATIC_GO, LINKED_GO)
    folder = EMPTY / "go"
    program = GO_MAIN.replace("FIRST", BEFORE["code"]).replace("SECOND", BEFORE["second"]).replace("THIRD", code)
    (folder / "main.go").write_text(program, encoding="utf-8")
    for build in ("go build", STATIC_GO, *([LINKED_GO] if (PREFIX / "lib").exists() else [])):
        expect(run(f"{build} -o lender . && ./lender {REQUEST} {CLONE}/examples/data/bank_statement.csv 2> progress && test -s progress", folder), r"\d+ \w+ \w+\ncolumns: \d+ \w+\na card: true\n")


def left_out(reason):
    def step(code):
        print(f"   left out: {reason}")

    return step


PAGES = {
    "README.md": [
        ("Go", "sh", edit_go), ("Python", "python", python_program), ("Python", "text", printed), ("Python", "text", refused),
        ("Rust", "rust", rust_program),
    ],
    "kapix-py/README.md": [("Python", "python", keep), ("Python", "python", python_rest), ("Python", "python", python_policy), ("Python", "python", python_together), ("Python", "", python_commands)],
    "kapix-node/README.md": [("Node.js", "js", keep), ("Node.js", "js", keep_too), ("Node.js", "js", keep_too), ("Node.js", "js", node_rest)],
    "kapix-ffi/README.md": [("C, C++", "", c_commands)],
    "kapix-ffi/go/README.md": [
        ("Go", "go", keep), ("Go", "go", keep_second), ("Go", "go", go_rest),
        ("Go", "", left_out("kapix-ffi/scripts/test.sh prepares and tests the module; its benchmark is no test")),
    ],
}  # fmt: skip


def clone():
    """Makes the clone; returns whether it is the working tree."""
    shutil.rmtree(CLONE, ignore_errors=True)
    CLONE.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run(["git", "clone", "--quiet", str(HERE), str(CLONE)], check=True)
    is_same = True
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=CLONE, check=True, capture_output=True, text=True).stdout
    for name in listed.split("\0")[:-1]:
        own, there = CLONE / name, HERE / name
        if own.is_symlink():
            continue
        if there.is_file() and there.read_bytes() == own.read_bytes():
            times = there.stat()
            os.utime(own, ns=(times.st_atime_ns, times.st_mtime_ns))
        else:
            is_same = False
    return is_same


def prepare():
    """Makes the clone, and sets what the builds use."""
    target = os.environ.get("CARGO_TARGET_DIR", str(HERE / "target"))
    os.environ["CARGO_TARGET_DIR"] = str(Path(target).resolve() if clone() else CLONE.parent / "build")
    os.environ.setdefault("KAPIX_PROFILE", "release")
    os.environ["MATURIN_PEP517_ARGS"] = f"--profile {os.environ['KAPIX_PROFILE']}"
    os.environ |= {"npm_config_audit": "false", "npm_config_fund": "false", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}


def rows(text):
    """Returns language, and the code in the cells of each row of the install table."""
    _, _, table = text.partition("| language | build, in the checkout |")
    for line in table.splitlines()[2:]:
        if not line.startswith("|"):
            return
        language, build, use = (cell.strip() for cell in line.strip("|").split("|"))
        yield language, *(re.findall(r"`([^`]+)`", cell) for cell in (build, use))


def steps():
    """Returns name, language and work of every row and block; fails where one has no step, or a step no block."""
    found = []
    languages = []
    for title, build, use in rows((CLONE / "README.md").read_text(encoding="utf-8")):
        language = next((own for own in ROWS if title.startswith(own)), None)
        if language is None:
            raise SystemExit(f"README.md: the row of {title} is run by no step of scripts/install.py")
        languages.append(language)
        found.append((f"README.md, the row of {title}", language, lambda build=build, use=use, row=ROWS[language]: row(build, use)))
    if languages != list(ROWS):
        raise SystemExit(f"README.md: the rows are {languages}; scripts/install.py runs {list(ROWS)}")
    for page, known in PAGES.items():
        text = (CLONE / page).read_text(encoding="utf-8")
        blocks = [(kind, textwrap.dedent(code)) for _, kind, code in re.findall(r"^( *)```(\w*)\n(.*?)^ *```$", text, re.M | re.S)]
        if [kind for kind, _ in blocks] != [kind for _, kind, _ in known]:
            raise SystemExit(f"{page}: the blocks are {[kind for kind, _ in blocks]}; scripts/install.py runs {[it[1] for it in known]}")
        for place, ((_, code), (language, kind, step)) in enumerate(zip(blocks, known)):
            found.append((f"{page}, block {place + 1} ({kind or 'commands'})", language, lambda code=code, step=step: step(code)))
    return found


def main():
    prepare()
    count = 0
    for name, language, step in steps():
        if shutil.which(TOOLS[language]) is None:
            print(f"-- {name}: skipped, `{TOOLS[language]}` is not installed")
            continue
        start = time.monotonic()
        step()
        count += 1
        print(f"-- {name}: {time.monotonic() - start:.0f} s", flush=True)
    print(f"install: {count} rows and blocks, all passed")


try:
    main()
finally:
    shutil.rmtree(EMPTY, ignore_errors=True)
