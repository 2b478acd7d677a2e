"""A real Ray cluster of several nodes on this machine, in a network of its own; its parts can be killed one by one.

gcs_server and raylet listen on all interfaces, therefore the network. Each node is a `ray start --block`, so that a
node is one process with its children and its end is the end of all of them.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from importlib.util import find_spec
from pathlib import Path

import psutil

from tests.require import needs
from tests.services.network import Network

__all__ = ["PATHS", "RayCluster", "require_ray"]

PORT = 6379
START_SECONDS = 120.0
STOP_SECONDS = 10.0
STORE_BYTES = 80 * 2**20  # smallest that Ray takes, and a bit: nothing large travels through it
ROOT = Path(__file__).resolve().parents[2]
PATHS = os.pathsep.join(map(str, (ROOT, ROOT / "tests" / "plugins")))  # the nodes know the kind `noop`
RAY = str(Path(sys.executable).with_name("ray"))


def require_ray() -> None:
    """Skip the test where no Ray can be started."""
    needs("ray", find_spec("ray") is not None, "Ray is not installed (pip install 'twin[ray]')")
    needs("ray", os.geteuid() == 0 and shutil.which("unshare"), "Ray's daemons listen on all interfaces; only root can shut them in")


class RayCluster:
    """A head that runs no jobs itself, and what `add` adds to it.

    Attributes:
        address: what drivers inside the network connect to.
        nodes: in the order of their start, the head first.
    """

    address = f"127.0.0.1:{PORT}"

    def __init__(self, *, token: Path | None = None) -> None:
        self.network = Network()
        self._folder = Path(tempfile.mkdtemp(prefix="ray-", dir="/tmp"))  # short: paths of sockets end at 107 characters
        self._environment = {**os.environ, "PYTHONPATH": PATHS, "RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "disabled"}
        self._environment.pop("RAY_ADDRESS", None)
        if token is not None:
            self._environment |= {"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN_PATH": str(token)}
        self.head: subprocess.Popen[bytes] | None = None
        self.nodes: list[subprocess.Popen[bytes]] = []
        self._seen: dict[int, psutil.Process] = {}
        try:
            head = ["--head", f"--port={PORT}", f"--temp-dir={self._folder}", "--include-dashboard=false"]
            self.head = self._start(head, cpus=0)
        except BaseException:
            self.close()
            raise

    def add(self, *, cpus: int = 1, gpus: int = 0, labels: Mapping[str, str] | None = None) -> subprocess.Popen[bytes]:
        """One more node."""
        pairs = ",".join(f"{name}={value}" for name, value in (labels or {}).items())
        return self._start([f"--address={self.address}", *([f"--labels={pairs}"] if pairs else [])], cpus=cpus, gpus=gpus)

    def run(
        self, *command: str, timeout: float, cwd: Path | None = None, variables: Mapping[str, str] | None = None
    ) -> subprocess.CompletedProcess[str]:
        """A program inside the network, to its end."""
        program = self.begin(*command, cwd=cwd, variables=variables)
        try:
            out, err = program.communicate(timeout=timeout)
        finally:
            program.kill()
        return subprocess.CompletedProcess(command, program.returncode, out, err)

    def begin(self, *command: str, cwd: Path | None = None, variables: Mapping[str, str] | None = None) -> subprocess.Popen[str]:
        """A program inside the network, under way."""
        environment = {**os.environ, "PYTHONPATH": PATHS, **(variables or {})}
        return subprocess.Popen(
            [*self.network.prefix, *command], cwd=cwd, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def workers(self, node: subprocess.Popen[bytes] | None = None) -> list[psutil.Process]:
        """Processes that run actors, of one node or of all."""
        nodes = [node] if node else self.nodes
        return [child for node in nodes for child in _tree(node) if "ray::Actor" in " ".join(_title(child))]

    def daemon(self, node: subprocess.Popen[bytes], name: str) -> psutil.Process:
        """The node's `raylet`, or the head's `gcs_server`."""
        return next(child for child in _tree(node) if child.name().startswith(name))

    def kill_node(self, node: subprocess.Popen[bytes]) -> None:
        """SIGKILL to everything on a node, as when its power fails."""
        for process in [*_tree(node), psutil.Process(node.pid)]:
            _kill(process)
        node.wait()

    def close(self) -> None:
        """End all that was started here."""
        for node in reversed(self.nodes):
            if node.poll() is None:
                self.kill_node(node)
        for process in self._strays():
            _kill(process)
        self.network.close()
        shutil.rmtree(self._folder, ignore_errors=True)

    def strays(self) -> list[psutil.Process]:
        """Processes of this cluster that outlived their node."""
        living = {child.pid for node in self.nodes if node.poll() is None for child in _tree(node)}
        return [process for process in self._strays() if process.pid not in living]

    def _strays(self) -> list[psutil.Process]:
        return [p for p in self._seen.values() if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]

    def look(self) -> None:
        """Remember which processes run now; `strays` knows them later."""
        for node in self.nodes:
            self._seen |= {child.pid: child for child in _tree(node)}

    def _start(self, arguments: list[str], *, cpus: int, gpus: int = 0) -> subprocess.Popen[bytes]:
        call = [RAY, "start", "--block", "--node-ip-address=127.0.0.1", "--disable-usage-stats", f"--object-store-memory={STORE_BYTES}"]
        log = (self._folder / f"node-{len(self.nodes)}.log").open("wb")
        with log:
            node = subprocess.Popen(
                [*self.network.prefix, *call, f"--num-cpus={cpus}", f"--num-gpus={gpus}", *arguments],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=self._environment, start_new_session=True,
            )  # fmt: skip
        self.nodes.append(node)
        self._await(node, Path(log.name))
        self.look()
        return node

    def _await(self, node: subprocess.Popen[bytes], log: Path) -> None:
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end and node.poll() is None:
            if "Ray runtime started" in log.read_text(errors="replace"):
                return
            time.sleep(0.1)
        raise OSError(f"Ray could not be started within {START_SECONDS:g} s:\n{log.read_text(errors='replace')}")


def _tree(node: subprocess.Popen[bytes]) -> list[psutil.Process]:
    try:
        return psutil.Process(node.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def _title(process: psutil.Process) -> list[str]:
    try:
        return process.cmdline()
    except psutil.Error:
        return []


def _kill(process: psutil.Process) -> None:
    try:
        process.send_signal(signal.SIGKILL)
    except psutil.NoSuchProcess:
        return
