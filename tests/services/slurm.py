"""A real Slurm on one machine: munge, slurmctld and two slurmd, without cgroups or systemd, in a network of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.services.network import Network

__all__ = ["NODES", "PROGRAMS", "SLOTS", "Slurm"]

PROGRAMS = ("munged", "slurmctld", "slurmd", "sbatch", "squeue", "scancel", "sinfo", "unshare", "nsenter", "ip")
NODES = ("n1", "n2")
CPUS, GPUS, MEMORY = 2, 2, 4000  # of a node; memory in MB
SLOTS = CPUS * len(NODES)
PORT = 17000
NODE_SECONDS = 8  # after which a silent slurmd is taken for dead
START_SECONDS = 30


class Slurm:
    """The daemons, each known by its process; kill them by name (`munged`, `slurmctld`, `n1`, `n2`), `heal` starts what is missing.

    Attributes:
        environment: what a process needs beside the network (`inside`) to reach this Slurm.
    """

    def __init__(self, folder: Path) -> None:
        self.folder, self.network = folder, Network()
        self.environment = {"SLURM_CONF": str(folder / "slurm.conf")}
        self._daemons: dict[str, subprocess.Popen[bytes]] = {}
        self._forgetful = False
        try:
            _write_configuration(folder)
            self.heal()
        except BaseException:
            self.close()
            raise

    @property
    def prefix(self) -> list[str]:
        """What stands before a command line that is to reach this Slurm."""
        return [*self.network.prefix, "env", *(f"{name}={value}" for name, value in self.environment.items())]

    def call(self, *command: str, timeout: float = 20) -> str:
        """What a client command prints."""
        return subprocess.run([*self.prefix, *command], capture_output=True, text=True, check=True, timeout=timeout).stdout

    def heal(self) -> None:
        """All daemons run, all nodes are free, nothing is queued."""
        if self._forgetful:
            self._empty_nodes()
        for name in ("munged", "slurmctld", *NODES):
            if name not in self._daemons or self._daemons[name].poll() is not None:
                self._start(name)
        _until(self._controller_answers, "slurmctld answers")
        self.call("scancel", "--user=root")
        self._end_jobs()
        _until(self._all_idle, "all nodes are idle", every=1.0)

    def state(self, node: str) -> str:
        """Of a node: idle, mixed, allocated, down ..."""
        return self.call("sinfo", "-h", "-N", "-n", node, "-o", "%T").strip().rstrip("*~#!%$@^-")

    def kill(self, name: str) -> None:
        """kill -9 of a daemon."""
        self._daemons[name].kill()
        self._daemons[name].wait()

    def restart_controller(self) -> None:
        """slurmctld again, with the state that it saved."""
        if self._daemons["slurmctld"].poll() is None:
            self._daemons["slurmctld"].terminate()
            self._daemons["slurmctld"].wait(20)
        self._start("slurmctld")
        _until(self._controller_answers, "slurmctld answers again")

    def forget_jobs(self) -> None:
        """slurmctld dies before it saved its jobs, and begins anew: it hands out the same job ids again."""
        self.kill("slurmctld")
        for file in (self.folder / "state").glob("job_state*"):
            file.unlink()
        self.restart_controller()
        self._forgetful = True

    def resume_drained(self) -> None:
        """What an administrator does: a controller that forgot jobs starts them twice, their nodes refuse, and it drains these."""
        for node in NODES:
            if self.state(node) in ("drained", "draining"):
                subprocess.run([*self.prefix, "scontrol", "update", f"nodename={node}", "state=resume"], capture_output=True, timeout=20)

    def steps(self) -> list[psutil.Process]:
        """The slurmstepd processes of running jobs."""
        return self._inside(lambda process: process.name() == "slurmstepd")

    def elements(self) -> list[psutil.Process]:
        """Processes of our own code that Slurm started."""
        return self._inside(lambda process: "twin.dispatch.element" in process.cmdline())

    def on_node(self, node: str) -> list[psutil.Process]:
        """Step daemons of a node, and all that runs below them."""
        trees = [(step, *step.children(recursive=True)) for step in self.steps()]
        return [process for tree in trees if any(p.environ().get("SLURMD_NODENAME") == node for p in tree[1:]) for process in tree]

    def signal(self, name: str, number: int) -> None:
        """Send a signal to a daemon."""
        self._daemons[name].send_signal(number)

    def close(self) -> None:
        """End everything that was started; the folder stays for whoever wants to read the logs."""
        if "slurmctld" in self._daemons and self._daemons["slurmctld"].poll() is None:
            subprocess.run([*self.prefix, "scancel", "--user=root"], capture_output=True, timeout=20)
        for daemon in reversed(self._daemons.values()):
            daemon.send_signal(signal.SIGTERM)
            try:
                daemon.wait(10)
            except subprocess.TimeoutExpired:
                daemon.kill()
                daemon.wait()
        self._end_jobs()
        self.network.close()

    def _inside(self, which: Callable[[psutil.Process], bool]) -> list[psutil.Process]:
        """Processes inside the network, which is how ours are told from any others."""
        home, found = _network_of(self.network.keeper), []
        for pid in psutil.pids():
            try:
                if _network_of(pid) == home and which(process := psutil.Process(pid)):
                    found.append(process)
            except psutil.NoSuchProcess:
                continue
        return found

    def _empty_nodes(self) -> None:
        """Nodes that remember ids of jobs would refuse, and be drained, when these ids come again."""
        for node in NODES:
            self.kill(node)
            shutil.rmtree(self.folder / "spool" / node)
            (self.folder / "spool" / node).mkdir()
        self._forgetful = False

    def _start(self, name: str) -> None:
        with (self.folder / "log" / f"{name}.out").open("ab") as log:
            self._daemons[name] = subprocess.Popen(
                [*self.prefix, *self._command(name)], stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )

    def _command(self, name: str) -> list[str]:
        folder = self.folder
        if name == "munged":
            files = {"key-file": "munge/key", "seed-file": "munge/seed", "socket": "run/munge.sock", "pid-file": "run/munged.pid"}
            options = [f"--{option}={folder / path}" for option, path in files.items()]
            return ["munged", "--foreground", "--force", "--num-threads=2", *options]
        if name == "slurmctld":  # never -c: a restart finds its jobs again
            return ["slurmctld", "-D", "-f", str(folder / "slurm.conf")]
        return ["slurmd", "-D", "-N", name, "-f", str(folder / "slurm.conf")]

    def _controller_answers(self) -> bool:
        ping = subprocess.run([*self.prefix, "scontrol", "ping"], capture_output=True, text=True, timeout=60)
        return "UP" in ping.stdout

    def _all_idle(self) -> bool:
        """Whether nothing is left to do; pushes on what is not so by itself: drained nodes, jobs that ended without their slurmd."""
        states = {node: self.state(node) for node in NODES}
        for node, state in states.items():
            if state != "idle":
                for change in ("state=down reason=healing", "state=resume"):
                    command = ["scontrol", "update", f"nodename={node}", *change.split()]
                    subprocess.run([*self.prefix, *command], capture_output=True, timeout=20)
        return set(states.values()) == {"idle"} and not self.call("squeue", "-h")

    def _end_jobs(self) -> None:
        """Step daemons and jobs that outlived their slurmd."""
        _, left = psutil.wait_procs(self._jobs(), timeout=4)
        for process in left:
            process.kill()
        psutil.wait_procs(left, timeout=5)

    def _jobs(self) -> list[psutil.Process]:
        """Processes below a slurmstepd."""
        return [p for step in self.steps() for p in (step, *step.children(recursive=True))] + self.elements()


def _network_of(pid: int) -> int:
    try:
        return os.stat(f"/proc/{pid}/ns/net").st_ino
    except OSError:
        return 0


def _until(ask: Callable[[], bool], what: str, every: float = 0.1) -> None:
    end = time.monotonic() + START_SECONDS
    while time.monotonic() < end:
        try:
            if ask():
                return
        except subprocess.SubprocessError:
            pass
        time.sleep(every)
    raise TimeoutError(f"Slurm: after {START_SECONDS} s still not so: {what}")


def _write_configuration(folder: Path) -> None:
    for name in ("munge", "state", "log", "run", *(f"spool/{node}" for node in NODES)):
        (folder / name).mkdir(parents=True, exist_ok=True)
    (folder / "munge").chmod(0o700)
    key = folder / "munge" / "key"
    key.write_bytes(os.urandom(1024))
    key.chmod(0o400)
    for node in NODES:
        for number in range(GPUS):
            os.mknod(folder / "run" / f"{node}-gpu{number}", 0o20666, os.makedev(1, 3))  # slurmd insists on character devices
    (folder / "cgroup.conf").write_text("CgroupAutomount=no\nCgroupPlugin=cgroup/v1\n")
    (folder / "gres.conf").write_text("".join(f"NodeName={n} Name=gpu File={folder}/run/{n}-gpu[0-{GPUS - 1}]\n" for n in NODES))
    (folder / "slurm.conf").write_text(_configuration(folder))


def _configuration(folder: Path) -> str:
    host = socket.gethostname().partition(".")[0]
    lines = {
        "ClusterName": "twin", "SlurmctldHost": f"{host}(127.0.0.1)", "SlurmctldPort": PORT, "SlurmUser": "root", "SlurmdUser": "root",
        "AuthType": "auth/munge", "AuthInfo": f"socket={folder}/run/munge.sock", "CredType": "cred/munge",
        "StateSaveLocation": f"{folder}/state", "SlurmdSpoolDir": f"{folder}/spool/%n",
        "SlurmctldPidFile": f"{folder}/run/slurmctld.pid", "SlurmdPidFile": f"{folder}/run/slurmd-%n.pid",
        "SlurmctldLogFile": f"{folder}/log/slurmctld.log", "SlurmdLogFile": f"{folder}/log/slurmd-%n.log",
        "ProctrackType": "proctrack/linuxproc", "TaskPlugin": "task/none", "MpiDefault": "none", "SwitchType": "switch/none",
        "ReturnToService": 2, "SlurmctldTimeout": 30, "SlurmdTimeout": NODE_SECONDS, "MessageTimeout": 5, "InactiveLimit": 0, "KillWait": 2,
        "MinJobAge": 300, "SchedulerType": "sched/backfill",
        "SchedulerParameters": "sched_min_interval=50000,sched_interval=2,bf_interval=5,batch_sched_delay=0,default_queue_depth=10000",
        "SelectType": "select/cons_tres", "SelectTypeParameters": "CR_CPU", "SlurmdParameters": "config_overrides", "JobRequeue": 1,
        "PropagateResourceLimits": "NONE", "GresTypes": "gpu", "JobAcctGatherType": "jobacct_gather/none",
        "AccountingStorageType": "accounting_storage/none",
    }  # fmt: skip
    holds = f"CPUs={CPUS} RealMemory={MEMORY} Gres=gpu:{GPUS}"
    nodes = [
        f"NodeName={node} NodeHostname={host} NodeAddr=127.0.0.1 Port={PORT + 1 + i} {holds} State=UNKNOWN" for i, node in enumerate(NODES)
    ]
    partition = f"PartitionName=all Nodes={','.join(NODES)} Default=YES MaxTime=INFINITE State=UP"
    return "\n".join([*(f"{name}={value}" for name, value in lines.items()), *nodes, partition, ""])
