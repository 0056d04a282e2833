"""Installs the clients, runs each under `hookproof sender`, and compares. Started by `run`, which sees to the programs."""

import concurrent.futures
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

try:
    import tomllib
except ModuleNotFoundError:  # before Python 3.11
    from pip._vendor import tomli as tomllib

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent.parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target")).resolve()
WORK = TARGET / "clients"
# Events of the endless 503: as many as the judge needs to fail anybody.
EVENTS = "8"
# A run takes well under a minute; one that does not end is a fault, and no reason to wait for ever.
AT_MOST_S = 240
# These rows are decided by counting attempts. However busy the machine is, they are met where nothing else is expected.
COUNTED = [
    "olbrain.retry.on-502",
    "olbrain.retry.on-503",
    "olbrain.retry.on-504",
    "olbrain.retry.not-4xx",
    "olbrain.retry.not-4xx.later",
    "olbrain.retry.stops",
    "olbrain.retry.same-body",
    "olbrain.retry.attempts",
    "olbrain.retry.giveup",
]


def call(*command, **options):
    subprocess.run([str(word) for word in command], check=True, **options)


def prepare():
    """Installs everything, and returns what the short names in expected.toml stand for."""
    WORK.mkdir(parents=True, exist_ok=True)
    python = WORK / "python" / "bin" / "python"
    if not python.exists():
        call(sys.executable, "-m", "venv", WORK / "python")
    call(python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", HERE / "python" / "requirements.txt")
    # Node looks for packages beside a program, so that the programs go where the packages are.
    node = WORK / "node"
    shutil.copytree(HERE / "node", node, dirs_exist_ok=True, ignore=shutil.ignore_patterns("node_modules"))
    call("npm", "ci", "--silent", "--no-audit", "--no-fund", cwd=node)
    rust = WORK / "rust"
    call("cargo", "build", "--quiet", "--locked", "--manifest-path", HERE / "rust" / "Cargo.toml", "--target-dir", rust)
    call("cargo", "build", "--quiet", "--package", "suites", cwd=ROOT)
    return {
        "{python}": python,
        "{rust}": rust / "debug" / "hookproof-client",
        "node/": f"{node}/",
        "python/": f"{HERE / 'python'}/",
    }


def filled(word, places):
    for short, path in places.items():
        if word == short or (short.endswith("/") and word.startswith(short)):
            return f"{path}{word[len(short):]}"
    return word


def judge(client, places):
    """Runs one client; returns the exit code, and the report or what was printed in its place."""
    command = [filled(word, places) for word in client["command"]]
    run = subprocess.run(
        [TARGET / "debug" / "hookproof", "sender", "--api", "olbrain", "--events", EVENTS, "--format", "json"]
        + ["--timeout", "60", "--max-time", str(AT_MOST_S), *client["time"], "--", *command],
        capture_output=True,
        text=True,
        timeout=AT_MOST_S + 60,
    )
    try:
        return run.returncode, json.loads(run.stdout)
    except ValueError:
        return run.returncode, {"error": run.stderr[-2000:] + run.stdout[-2000:]}


def differences(client, code, report):
    """What is not as expected, in sentences."""
    if "error" in report:
        return [f"no report, exit code {code}: {report['error']}"]
    verdicts = report["requirements"]
    told = []
    for verdict in ["fail", "warn"]:
        for row in client[verdict]:
            # A busy machine makes a client late, and what could be the machine's doing is left undecided; never met.
            allowed = [verdict] + (["skip"] if row in client.get("by_time", []) else [])
            if verdicts.get(row) not in allowed:
                told.append(f"{row}: expected {' or '.join(allowed)}, got {verdicts.get(row)}")
    for row, verdict in verdicts.items():
        if verdict in ["fail", "warn"] and row not in client["fail"] + client["warn"]:
            told.append(f"{row}: {verdict}, which nobody expected")
    for row in COUNTED:
        is_told = row in client["fail"] + client["warn"] + client.get("not_shown", [])
        if not is_told and verdicts.get(row) != "pass":
            told.append(f"{row}: expected pass, got {verdicts.get(row)}")
    if report["not_carried_out"] and not client.get("unmet"):
        told.append(f"not carried out: {report['not_carried_out']}")
    expected = 1 if "fail" in verdicts.values() else 0
    if code != expected:
        told.append(f"exit code {code}, expected {expected}")
    if told:
        told += rests_on(report, told)
    return told


def rests_on(report, told):
    """The figures behind the verdicts that were not expected."""
    lines = []
    for scenario in report["scenarios"]:
        for judgement in scenario["judgements"]:
            named = any(line.startswith(judgement["requirement"] + ":") for line in told)
            if named and judgement["verdict"] != "pass":
                figures = f"{judgement['value']} ({judgement['threshold']}) {judgement.get('note', '')}"
                lines.append(f"    {scenario['scenario']}, {judgement['rule']}: {judgement['verdict']}, {figures}")
    overhead = report["scenarios"][0]["recording"].get("overhead") if report["scenarios"] else None
    return lines + [f"    measured overhead in real seconds: {overhead}"]


def table(clients):
    lines = [
        "<!-- Written by `suites/tests/clients/run --write` from expected.toml. -->",
        "# Real clients and their verdicts",
        "",
        "Unmodified libraries, sending to Olbrain: in the best configuration that they allow, and as people usually write "
        "them. `suites/tests/clients/run` installs them and judges them again.",
        "",
        "| client | | judged with | broken | warned about | why |",
        "|---|---|---|---|---|---|",
    ]
    for client in clients:
        ids = {verdict: ", ".join(f"`{row}`" for row in client[verdict]) or "nothing" for verdict in ["fail", "warn"]}
        lines.append(
            f"| {client['name']} | {client['how']} | `{' '.join(client['time'])}` | {ids['fail']} | {ids['warn']} "
            f"| {client['reason']} |"
        )
    return "\n".join(lines) + "\n"


def main():
    wanted = [word for word in sys.argv[1:] if not word.startswith("--")]
    all_clients = tomllib.loads((HERE / "expected.toml").read_text(encoding="utf-8"))["client"]
    clients = [client for client in all_clients if not wanted or any(word in client["name"] for word in wanted)]
    readme = HERE / "README.md"
    if "--write" in sys.argv:
        readme.write_text(table(all_clients), encoding="utf-8")
    elif readme.read_text(encoding="utf-8") != table(all_clients):
        sys.exit("clients: README.md is not what expected.toml says; write it anew with `run --write`")
    if not clients:
        sys.exit(f"clients: no client has a name with {' or '.join(wanted)} in it")
    places = prepare()
    began = time.monotonic()
    wrong = 0
    # A few at a time: the processes mostly wait, and what a neighbour costs them is measured and allowed for.
    with concurrent.futures.ThreadPoolExecutor(max_workers=3) as pool:
        results = list(pool.map(lambda client: judge(client, places), clients))
        for client, (code, report) in zip(clients, results):
            told = differences(client, code, report)
            if told:
                # Beside other work on the machine. What is wrong with a client is wrong again when it runs alone.
                print(f"again   {client['name']} ({client['how']}), alone; the first time:", flush=True)
                for line in told:
                    print(f"        {line}", flush=True)
                code, report = judge(client, places)
                told = differences(client, code, report)
            wrong += bool(told)
            print(f"{'FAILED' if told else 'ok':<7} {client['name']} ({client['how']}): {report.get('ending', 'no report')}", flush=True)
            for line in told:
                print(f"        {line}", flush=True)
    print(f"\n{len(clients) - wrong} as expected, {wrong} not, in {time.monotonic() - began:.0f} s")
    sys.exit(1 if wrong else 0)


main()
