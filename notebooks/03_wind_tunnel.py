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
# # A wind tunnel
# What does the wind do to a body, how well is that known, and may one believe it? First a flow whose drag is known to nine digits: a
# cylinder across a channel at Reynolds number 20, the benchmark DFG 2D-1. The first run of this page compiles kernels, some seconds.

# %%
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np

import twin

scenario = twin.load("dfg_cylinder")
scenario.description

# %%
result = twin.run(scenario)
result.verdict, result.scalars["drag_coefficient"].value, result.scalars["drag_coefficient_ci95"].value

# %% [markdown]
# The run says how far it trusts itself, and why not further:

# %%
print(result.log)

# %% [markdown]
# The drag over time, with what was cut off as start-up and what was averaged:

# %%
history, drag = result.series, result.scalars["drag_coefficient"].value
fig, ax = plt.subplots(figsize=(9, 3), layout="constrained")
ax.plot(history.t, history.columns["Cd"], lw=1)
ax.axhline(5.57953523384, color="k", lw=0.8, ls="--", label="Schaefer & Turek 1996")
ax.set(xlabel="time [s]", ylabel="Cd", ylim=(drag - 0.3, drag + 0.3))
ax.legend(frameon=False)
# %% [markdown]
# The mean flow in the channel. Solid cells are not numbers.

# %%
speed = np.linalg.norm(result.arrays["slice_velocity"], axis=-1) * 0.2
nx, nz = speed.shape
cell = float(result.arrays["cell"])
fig, ax = plt.subplots(figsize=(11, 2.6), layout="constrained")
image = ax.imshow(speed.T, origin="lower", extent=(0, nx * cell, 0, nz * cell), cmap="viridis")
ax.set(xlabel="x [m]", ylabel="z [m]")
fig.colorbar(image, label="mean speed [m/s]")
# %% [markdown]
# The same in the player, coloured by the pressure coefficient, with streamlines and the forces under the time cursor:

# %%
twin.view(result)

# %% [markdown]
# A bound that does not hold fails the run. Nothing is computed again: verdicts are made from stored numbers.

# %%
strict = twin.run(twin.load("dfg_cylinder", {"expect.drag_coefficient.max": "5.5", "expect.drag_coefficient.min": "0"}))
strict.verdict, strict.expectations[0].value

# %% [markdown]
# ## A question with several answers
# A bar of square section in a slow draught, turned in four steps. Small cases like these share a launch.

# %%
SWEEP = """
twin: 1
kind: wind
name: turned_bar
bodies: {bar: {shape: {box: {size: [50 mm, 1 m, 50 mm]}}, pitch: 0 deg}}
air: {speed: 0.03 m/s, density: 1.204 kg/m^3, viscosity: 1.81e-5 Pa*s}
tunnel: {size: [0.8 m, 1 m, 0.5 m], plane: true}
resolution: {cells_across: 10, lattice_speed: 0.08}
reference: {area: 0.05 m^2, length: 50 mm}
until: {drag_ci95: 2 %, max_flow_throughs: 4}
pictures: false
sweep: {grid: {bodies.bar.pitch: [0 deg, 15 deg, 30 deg, 45 deg]}}
"""
file = Path("turned_bar.twin.yaml")
file.write_text(SWEEP)
batch = twin.submit(twin.load(file))
batch.wait()
table = batch.results().to_pylist()
angles = np.degrees([row["swept.bodies.bar.pitch"] for row in table])
drags = np.array([row["drag_coefficient"] for row in table])
intervals = np.array([row["drag_coefficient_ci95"] for row in table])

# %%
fig, ax = plt.subplots(figsize=(6, 3), layout="constrained")
ax.errorbar(angles, drags, intervals, marker="o", capsize=3)
ax.set(xlabel="pitch [deg]", ylabel="Cd, of a section 50 mm high")
