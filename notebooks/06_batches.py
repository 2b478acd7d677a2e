# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # Batches
# Where on its bench does an arm find a box, and how long does it take? One file asks 54 times: six rows of nine places.
# `engine: rigid` needs no contact engine; the first run of this page compiles kernels for the arm, some seconds, and keeps them.

# %%
import time
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import twin
from twin.dispatch import Limits, open_batch

SCENARIO = """
twin: 1
kind: cell
name: reach
engine: rigid
time_step: 4 ms
keep: worst 3
robots:
  arm: {model: iiwa}
fixtures:
  bench:
    shape: {table: {size: [600 mm, 1400 mm], height: 0.3 m}}
    pose: {position: [0.55, 0, 0.3]}
parts:
  box:
    shape: {box: {size: [100 mm, 60 mm, 80 mm]}, color: [0.85, 0.55, 0.15]}
    mass: 2 kg
    pose: {frame: bench, position: [0, 0, 40 mm]}
program:
  arm:
    robot: arm
    steps:
      - {name: above, move_joint: {to: {frame: box, position: [0, 0, 180 mm], roll: 180 deg}, speed: 0.7}}
      - {name: down, move_linear: {to: {frame: box, position: [0, 0, 20 mm], roll: 180 deg}, speed: 200 mm/s}}
      - {name: take, grip: {part: box, force: 150 N}}
      - {name: lift, move_linear: {by: [0, 0, 160 mm], speed: 250 mm/s}}
expect:
  completed: {equal: 1}
  cycle_time: {max: 5 s}
sweep:
  grid:
    parts.box.pose.position.x: [-0.18 m, -0.12 m, -0.06 m, 0, 0.06 m, 0.12 m]
    parts.box.pose.position.y: [-0.48 m, -0.36 m, -0.24 m, -0.12 m, 0, 0.12 m, 0.24 m, 0.36 m, 0.48 m]
"""
Path("reach.twin.yaml").write_text(SCENARIO, encoding="utf-8")
scenario = twin.load("reach.twin.yaml")

# %% [markdown]
# ## Submitted, and left alone
# With `detach` another process drives the batch: the call returns at once, and the batch goes on when this page is closed. The budget
# is only there to be met: 30 jobs may begin.

# %%
batch = twin.submit(scenario, name="reach", detach=True, limits=Limits(jobs=30))
batch

# %% [markdown]
# Any process on this machine can look, by the batch's name. `wait` calls back until nobody works on it any more.

# %%
seen = []


def look(status: dict) -> None:
    line = f"{status['state']}: {status['running']} running, {status['pending']} pending, {status['done']} done"
    if line not in seen:
        seen.append(line)
        print(line)


open_batch("reach").wait(look)
status = batch.status()
status["state"], status["reason"], status["done"], status["pending"]

# %% [markdown]
# ## Gone on with
# What is finished is kept. `retry` runs the rest, here in this process.

# %%
batch.retry()
{key: value for key, value in batch.summary().items() if key != "batch"}

# %% [markdown]
# ## Asked
# The rows are a table, for DuckDB's SQL or as Arrow.

# %%
batch.sql(
    """select "swept.parts.box.pose.position.x" as x, count(*) as jobs, count(cycle_time) as reached, round(min(cycle_time), 2) as fastest,
              round(max(cycle_time), 2) as slowest, count(*) filter (verdict = 'pass') as passed
       from results group by x order by x"""
).to_pylist()

# %% [markdown]
# Jobs that could not measure a cycle time say why:

# %%
batch.sql("select reason from results where reason <> '' order by index limit 3").to_pylist()

# %%
x_path, y_path = batch.swept
rows = batch.results()
xs, ys = (np.unique(rows[f"swept.{path}"].to_numpy()) for path in (x_path, y_path))
cycle = rows["cycle_time"].to_numpy(zero_copy_only=False).reshape(len(xs), len(ys))  # rows are in the sweep's order, the last axis fastest
passed = (np.array(rows["verdict"].to_pylist()) == "pass").reshape(cycle.shape)

figure, panel = plt.subplots(figsize=(8.0, 4.6), layout="compressed")
panel.set_facecolor("0.88")
drawn = panel.pcolormesh(ys, xs + 0.55, np.ma.masked_invalid(cycle), cmap="viridis", vmax=6.0, edgecolor="white", linewidth=1.5)
for i, j in np.ndindex(cycle.shape):
    shown = f"{cycle[i, j]:.2f}" if np.isfinite(cycle[i, j]) else "-"
    light = np.isfinite(cycle[i, j]) and cycle[i, j] < drawn.norm.vmin + 0.6 * (drawn.norm.vmax - drawn.norm.vmin)
    weight = "bold" if passed[i, j] else "normal"
    panel.text(ys[j], xs[i] + 0.55, shown, ha="center", va="center", color="white" if light else "black", weight=weight)
panel.set_aspect("equal")
panel.invert_xaxis()  # as the robot sees it
panel.set_xlabel("to the left of the robot [m]")
panel.set_ylabel("ahead of the robot [m]")
panel.set_title("Cycle time; bold: within 5 s, grey: not reached")
figure.colorbar(drawn, label="cycle time [s]", extend="max")
plt.show()

# %% [markdown]
# Two places straight ahead take three times as long: a straight move passes near a singularity there, where a joint would have to be too
# fast, and is slowed down as a whole.
#
# The worst runs kept their folders (`keep: worst 3`):

# %%
folders = [folder for row in batch.rows() if (folder := batch.folder(row["id"]))]
worst = twin.open(folders[0])
worst.verdict, worst.reason

# %%
twin.view(worst)

# %% [markdown]
# ## A second question, answered from the first
# Half a second less: the bound is not part of a job's identity, so nothing is simulated and all verdicts are new.

# %%
stricter = twin.submit(twin.load("reach.twin.yaml", {"expect.cycle_time.max": "4.5 s"}), name="stricter")
{key: stricter.summary()[key] for key in ("jobs", "cached", "verdicts", "seconds")}

# %% [markdown]
# A finer grid has 11 x 9 jobs, 54 of which it shares with the coarse one. The rest is more than we want to wait for now:

# %%
coarse, fine = "[-0.18 m, -0.12 m, -0.06 m, 0, 0.06 m, 0.12 m]", [f"{-180 + 30 * i} mm" for i in range(11)]
Path("finer.twin.yaml").write_text(SCENARIO.replace(coarse, f"[{', '.join(fine)}]"), encoding="utf-8")
finer = twin.submit("finer.twin.yaml", name="finer", detach=True)
while (status := finer.status())["state"] == "running" and not status["cached"]:
    time.sleep(0.2)
finer.cancel()
finer.wait()
{key: finer.status()[key] for key in ("state", "jobs", "done", "cached", "cancelled")}

# %% [markdown]
# `finer.retry()` would run what was cancelled. All batches of this store, as `twin status` lists them:

# %%
for each in ("reach", "stricter", "finer"):
    state = open_batch(each).status()
    counts = {key: state[key] for key in ("jobs", "done", "cached", "cancelled")}
    print(f"{each:10} {state['state']:10} {counts} {state['verdicts']}")
first, again = batch.row("31"), stricter.row("31")
(first.id == again.id, first.verdict, again.verdict, first.scalars == again.scalars)
