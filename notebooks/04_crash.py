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
# # A crash
# What happens to a body that hits something, and where does its energy go? First the benchmark of impact codes: a copper bar, 32.4 mm long,
# hits a rigid wall with 227 m/s and mushrooms. A quarter of it, with few elements. The first run of this page compiles kernels, about a
# minute.

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import twin

COARSE = {"model.shape.taylor_bar.cells_across": "3", "frames": "12"}
scenario = twin.load("taylor_bar", COARSE)
scenario.description

# %%
result = twin.run(scenario)
sizes = {name: round(1e3 * result.scalars[f"length_{axis}.model"].value, 2) for name, axis in (("radius [mm]", "x"), ("length [mm]", "z"))}
result.verdict, sizes

# %% [markdown]
# Published: a radius of 7.1 to 7.2 mm and a length of 21.4 mm. The run says where its energy went, and what of it is unaccounted for:

# %%
print(result.log)

# %%
history = result.series
fig, (left, right) = plt.subplots(1, 2, figsize=(11, 3), layout="constrained")
for name in ("kinetic", "internal", "hourglass", "contact"):
    left.plot(1e6 * history.t, history.columns[name], label=name)
left.set(xlabel="time [us]", ylabel="energy [J]")
left.legend(frameon=False)
right.plot(1e6 * history.t, history.columns["force.impact"] / 1e3, lw=1)
right.set(xlabel="time [us]", ylabel="force on the wall [kN]")
# %% [markdown]
# The first peak is the foot's own momentum, which the wall takes within a step; it depends on the mesh. The elements at the end, by their
# distance from the axis and coloured by plastic strain:

# %%
corners = result.arrays["nodes"][result.arrays["elements"]]
middle, strain = 1e3 * corners.mean(axis=1), result.arrays["plastic_strain"]
fig, ax = plt.subplots(figsize=(4, 5), layout="constrained")
cut = ax.scatter(np.hypot(middle[:, 0], middle[:, 1]), middle[:, 2], c=strain, s=14, cmap="viridis")
ax.set(xlabel="distance from the axis [mm]", ylabel="height [mm]", aspect="equal")
fig.colorbar(cut, label="plastic strain")
# %% [markdown]
# The same in the player, deforming, with energies and the force under the time cursor:

# %%
twin.view(result)

# %% [markdown]
# ## A question with several answers
# How does the length that is left depend on the speed? Small cases like these share a launch. A bound that not all of them keep:

# %%
SWEEP = """
twin: 1
kind: crash
name: taylor_speeds
model:
  shape: {taylor_bar: {length: 32.4 mm, radius: 3.2 mm, cells_across: 2}}
  material: copper_taylor
  hold: {x_low: x, y_low: y}
impact: {speed: 100 m/s}
until: 80 us
samples: 100
pictures: false
expect: {max_plastic_strain: {max: 1}, energy_error: {max: 1 %}}
sweep: {grid: {impact.speed: [50 m/s, 100 m/s, 150 m/s, 200 m/s, 250 m/s]}}
"""
file = Path("taylor_speeds.twin.yaml")
file.write_text(SWEEP)
batch = twin.submit(twin.load(file))
batch.wait()
table = batch.results().to_pylist()
sorted({row["verdict"] for row in table})

# %%
speeds = np.array([row["swept.impact.speed"] for row in table])
lengths = np.array([row["length_z.model"] for row in table])
order = np.argsort(speeds)
fig, ax = plt.subplots(figsize=(6, 3), layout="constrained")
ax.plot(speeds[order], 1e3 * lengths[order], marker="o")
ax.set(xlabel="speed [m/s]", ylabel="length at the end [mm]")
# %% [markdown]
# ## A robot and a person
# The same kind answers whether a robot may touch somebody as fast as it moves, by the formula of ISO/TS 15066: here a hand that swings past
# a chest. The figures are those of public sources; **confirm them against the standard** before relying on a verdict.

# %%
hand = twin.run(twin.load("h10w_hand_chest"))
print(hand.log)
hand.verdict, hand.scalars["peak_force"].value, hand.scalars["transient_force_limit"].value

# %% [markdown]
# Along its path: how fast the hand is, and how fast it may be.

# %%
way = hand.series
fig, ax = plt.subplots(figsize=(9, 3), layout="constrained")
ax.plot(way.t, way.columns["speed"], label="speed of the hand")
ax.plot(way.t, way.columns["allowed_speed"], "k--", lw=1, label="allowed by the formula")
ax.plot(way.t, way.columns["allowed_speed_operational"], lw=1, label="allowed with the robot's mass at the pose")
ax.set(xlabel="time [s]", ylabel="speed [m/s]", ylim=(0, None))
ax.legend(frameon=False, loc="center right", bbox_to_anchor=(1, 0.6))
# %% [markdown]
# Four times as fast it would not be allowed, and the reason is said:

# %%
fast = twin.run(twin.load("h10w_hand_chest", {"human.path.share": "1"}))
fast.verdict, fast.reason
