"""What the Ray backend is made of, where no Ray is."""

import importlib.util
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twin.dispatch.backends import ray_options
from twin.dispatch.backends.ray_options import RayOptions, require_ray
from twin.dispatch.backends.ray_place import actor_options, capacity
from twin.dispatch.frames import pack, unpack
from twin.errors import BadInput, EngineMissing

CPU_NODE = {"NodeID": "c1", "Alive": True, "Resources": {"CPU": 2.0}, "Labels": {"site": "munich"}}
GPU_NODE = {"NodeID": "g1", "Alive": True, "Resources": {"CPU": 1.0, "GPU": 4.0}, "Labels": {"gpu": "B200"}}
DEAD_NODE = {"NodeID": "g2", "Alive": False, "Resources": {"GPU": 4.0}, "Labels": {}}
NODES = [CPU_NODE, GPU_NODE, DEAD_NODE]


@given(st.lists(st.binary(max_size=300), max_size=20))
def test_frames_come_out_as_they_went_in(parts):
    assert unpack(pack(parts)) == parts


@pytest.mark.parametrize("address", ["", "auto", "local", "ray://host:10001", "host", ":6379", "host:port"])
def test_an_address_is_always_explicit(address):
    with pytest.raises(BadInput, match="host:port of its head"):
        RayOptions(address)


def test_addresses_of_both_families():
    assert RayOptions("head.example:6379").head == ("head.example", 6379)
    assert RayOptions("[fd00::1]:6379").head == ("fd00::1", 6379)


def test_a_token_file_must_be_there(tmp_path):
    with pytest.raises(BadInput, match="token file"):
        RayOptions("head:6379", token_file=str(tmp_path / "none"))


def test_without_ray_the_remedy_is_named(monkeypatch):
    monkeypatch.setattr(ray_options, "find_spec", lambda name: None)
    with pytest.raises(EngineMissing, match=r"pip install 'factory-twin\[ray\]'"):
        require_ray()


def test_nobody_imports_ray_into_a_driver():
    program = "import sys, twin.dispatch.submission, twin.dispatch.drive, twin.dispatch.backends.ray; sys.exit('ray' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program]).returncode == 0
    assert importlib.util.find_spec("twin.dispatch.backends.ray") is not None


def test_cpu_jobs_are_kept_off_living_gpu_nodes_while_others_are_free():
    found = actor_options(RayOptions("head:6379", labels={"site": "munich"}), NODES, threads=2)
    assert found["label_selector"] == {"site": "munich", "ray.io/node-id": "!in(g1)"}
    assert found["fallback_strategy"] == [{"label_selector": {"site": "munich"}}]
    assert found["num_gpus"] == 0
    assert found["runtime_env"]["env_vars"]["OMP_NUM_THREADS"] == "2"
    assert "py_executable" not in found["runtime_env"]


def test_gpu_jobs_go_where_their_labels_say():
    found = actor_options(
        RayOptions("head:6379", gpus=0.25, memory=2**30, labels={"gpu": "B200"}, environment="/opt/twin/bin/python"), NODES, threads=1
    )
    assert found["label_selector"] == {"gpu": "B200"}
    assert "fallback_strategy" not in found
    assert (found["num_gpus"], found["memory"]) == (0.25, 2**30)
    assert found["runtime_env"]["py_executable"] == "/opt/twin/bin/python"


def test_what_is_lacking_is_said_with_what_there_is():
    text = capacity(RayOptions("head:6379", gpus=9, labels={"gpu": "B200"}), NODES)
    assert text == "an actor takes 1 CPU, 9 GPU, gpu=B200; the nodes have 2 CPU, 0 GPU, site=munich | 1 CPU, 4 GPU, gpu=B200"
