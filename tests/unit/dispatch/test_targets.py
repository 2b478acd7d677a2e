"""targets.yaml: read with its faults named, and held against what a scenario asks before anything is written there."""

import pytest

from twin.dispatch import audit
from twin.dispatch.placement import Refused, admitted, gpu_share, slots
from twin.dispatch.targets import LOCAL, Destination, destination, destinations, restored
from twin.errors import BadScenario, UnknownName
from twin.result import Store

SLURM = "targets:\n  muc: {backend: slurm, residency: DE, labels: {gpu: b200}, gpus: 8, gpu_memory: 180 GiB, cpus: 64, concurrency: 4}\n"


@pytest.fixture
def named(tmp_path, monkeypatch):
    def write(text):
        file = tmp_path / "named.yaml"
        file.write_text(text)
        monkeypatch.setenv("TWIN_TARGETS", str(file))
        return file

    return write


def test_local_is_always_there_and_the_project_wins_over_the_user(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.delenv("TWIN_TARGETS", raising=False)
    assert destinations() == {"local": LOCAL}
    (tmp_path / "config" / "twin").mkdir(parents=True)
    (tmp_path / "config" / "twin" / "targets.yaml").write_text("targets: {a: {backend: slurm}, b: {backend: slurm, residency: FR}}")
    (tmp_path / "targets.yaml").write_text("targets: {b: {backend: slurm, residency: DE}}")
    assert set(destinations()) == {"local", "a", "b"}
    assert destination("b").residency == "DE"
    with pytest.raises(UnknownName, match=r"Did you mean local.*targets\.yaml"):
        destination("locl")


@pytest.mark.parametrize(
    ("text", "where", "allowed"),
    [
        ("targets:\n  muc:\n    backend: slum\n", "named.yaml:3: targets.muc.backend", "slurm"),
        ("targets:\n  muc:\n    backend: ray\n", "named.yaml:2", "address"),
        ("targets:\n  muc:\n    resindency: DE\n", "named.yaml:3", "residency"),
        ("targets:\n  muc:\n    residency: Germany\n", "named.yaml:3", ""),
        ("targets: 3\n", "named.yaml:1", ""),
        ("[1, 2]\n", "named.yaml:1", ""),
        ("targets:\n  local: {backend: slurm}\n", "local", "this machine"),
    ],
)
def test_faults_of_a_targets_file_have_their_line(named, text, where, allowed):
    named(text)
    with pytest.raises(BadScenario) as refused:
        destinations()
    assert where in str(refused.value)
    assert allowed in str(refused.value)


def test_a_ticket_holds_the_target_as_it_was(named):
    named(SLURM)
    target = destination("muc")
    assert restored(target.model_dump(mode="json", exclude_defaults=True)) == target


def test_data_stays_where_the_policy_says(named, scenario, run, tmp_path):
    """Not a byte of the job is written for a target without the residency; the audit log says so."""
    named(SLURM + "  elsewhere: {backend: slurm, environment: " + str(tmp_path / "there") + "}\n")
    wanted = scenario("policy: {residency: DE}", "work: secret-geometry")
    store = Store(tmp_path / "store")
    run(scenario("value: 1"))  # the store exists
    before = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    with pytest.raises(Refused, match=r"residency.*'DE'.*no residency named.*targets\.yaml"):
        run(wanted, on="elsewhere", backend=None)
    changed = {path for path in tmp_path.rglob("*") if path.is_file() and before.get(path) != path.stat().st_mtime_ns}
    assert {path.name for path in changed} == {"audit.jsonl"}
    assert not (tmp_path / "there").exists()
    assert b"secret-geometry" not in (store.path / "audit.jsonl").read_bytes()
    last = list(audit.entries(store))[-1]
    assert (last["event"], last["target"]) == ("refused", "elsewhere")
    admitted(wanted, "muc", destination("muc"))
    admitted(wanted, "local", LOCAL)  # nothing leaves this machine


@pytest.mark.parametrize(
    ("keys", "reason"),
    [
        ("resources: {cpu: 65}", "at most 64"),
        ("resources: {gpu: 9}", "at most 8"),
        ("resources: {labels: {gpu: h100}}", "labels that the target has"),
    ],
)
def test_what_the_target_has_not_is_refused_with_the_reason(named, scenario, keys, reason):
    named(SLURM)
    with pytest.raises(Refused, match=reason):
        admitted(scenario(keys), "muc", destination("muc"))
    admitted(scenario("resources: {cpu: 64, gpu: 8, labels: {gpu: b200}}"), "muc", destination("muc"))


def test_programs_of_users_run_on_shared_targets_only_where_that_is_allowed(named, write):
    from twin.scenario import load

    command = load(write("twin: 1\nkind: command\nargv: [echo, hi]\n"))
    named(SLURM)
    with pytest.raises(Refused, match="commands: true"):
        admitted(command, "muc", destination("muc"))
    admitted(command, "local", LOCAL)
    named(SLURM.replace("backend: slurm,", "backend: slurm, commands: true,"))
    admitted(command, "muc", destination("muc"))


def test_small_jobs_share_a_gpu_by_its_memory(scenario):
    node = Destination(gpus=2, gpu_memory=80 * 2**30, cpus=64)
    assert slots(scenario("resources: {gpu_memory: 20 GiB}"), node) == 8
    assert gpu_share(scenario("resources: {gpu_memory: 20 GiB}"), node) == 0.25
    assert slots(scenario("resources: {gpu: 0.5}"), node) == 4
    assert slots(scenario("resources: {cpu: 16}"), node) == 4
    assert slots(scenario("resources: {cpu: 16}"), node.model_copy(update={"concurrency": 3})) == 3


def test_the_audit_log_tells_who_ran_what_where(scenario, run, tmp_path):
    batch = run(scenario("value: 3"))
    told = list(audit.entries(Store(tmp_path / "store")))
    assert [entry["event"] for entry in told] == ["submitted", "ended"]
    assert all(entry["user"] and entry["host"] and entry["at"].endswith("Z") for entry in told)
    assert (told[0]["batch"], told[0]["target"], told[0]["kind"], told[0]["jobs"]) == (batch.id, "local", "noop", 1)
