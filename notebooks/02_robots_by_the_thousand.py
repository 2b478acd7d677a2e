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
# # Robots by the thousand
# One motion to look at, a whole shelf of inverse kinematics, ten thousand arms that are not quite alike. Kernels are compiled when
# they are first needed, some seconds each, and kept on disk; a second run of this page takes a quarter of a minute.

# %%
import time

import matplotlib.pyplot as plt
import numpy as np

import robots
import twin
from robots import LookAt, Parameters, Pose, stepping

# %% [markdown]
# ## One motion
# Both arms reach for a slot of a rack, pull straight back and go home. Nothing touches anything: `engine: rigid` needs no contact engine.

# %%
result = twin.run(twin.load("h10w_reach_study"))
cycle, torque = (result.scalars[name].value for name in ("cycle_time", "max_torque_ratio"))
print(f"cycle time {cycle:.2f} s, torque at most {torque:.0%} of what the joints can give")
result.verdict, result.reason

# %%
twin.view(result)

# %% [markdown]
# A slot near the floor is out of reach, and the reason says by how much:

# %%
low = twin.run(twin.load("h10w_reach_study", {"parts.slot.pose.position.z": "0.4 m"}))
low.verdict, low.reason

# %% [markdown]
# Any single motion can be had like that. The same scenario holds a sweep over ten thousand places of robot and slot, which
# `twin submit h10w_reach_study` answers in shared launches. The rest of this page works below scenarios, with `robots` alone.
#
# ## A whole shelf
# Where in front of it can the right arm hold its gripper level? Three depths, 38 x 41 places each, all in one call.

# %%
robot = robots.load("h10w")
right, left = robot.arms["right"], robot.arms["left"]
depths, ys, zs = np.array([0.60, 0.75, 0.90]), np.linspace(-1.0, 0.5, 38), np.linspace(0.3, 1.9, 41)
AHEAD = np.array([[0.0, 0.0, 1.0], [0.0, 1.0, 0.0], [-1.0, 0.0, 0.0]])  # the tool's z points forward, its y to the left


def level(places: np.ndarray) -> np.ndarray:
    """Poses (n, 4, 4) at places (n, 3), gripper level."""
    T = np.tile(np.eye(4), (len(places), 1, 1))
    T[:, :3, :3], T[:, :3, 3] = AHEAD, places
    return T


places = np.stack(np.meshgrid(depths, ys, zs, indexing="ij"), axis=-1).reshape(-1, 3)
begin = time.perf_counter()
shelf = robots.ik.solve(robot, right.tool, level(places), seed=robot.home, joints=right.joints)
print(f"{len(places)} places in {time.perf_counter() - begin:.1f} s (with what compiling took), {shelf.converged.mean():.0%} reached")
begin = time.perf_counter()
shelf = robots.ik.solve(robot, right.tool, level(places), seed=robot.home, joints=right.joints)
print(f"once more: {time.perf_counter() - begin:.2f} s")

# %% [markdown]
# A place that is reached may still be a bad one. Two measures: how far the nearest joint is from its limit, and how fast the tool can
# go in its slowest direction when the joints turn at 1 rad/s (the smallest singular value of the Jacobian's linear rows).

# %%
moving = [robot.index(name) for name in right.joints]
q = shelf.q[:, moving]
room = np.degrees(np.minimum(q - robot.lower[moving], robot.upper[moving] - q).min(axis=1))
J = robots.kinematics.jacobian(robot, shelf.q, right.tool)[:, :3, moving]
slowest = np.linalg.svd(J, compute_uv=False)[:, -1]

figure, panels = plt.subplots(2, len(depths), figsize=(9.5, 7.0), sharex=True, sharey=True, layout="compressed")
for row, values, label in ((0, room, "to the nearest joint limit [deg]"), (1, slowest, "slowest direction [m/s at 1 rad/s]")):
    shown = np.where(shelf.converged, values, np.nan).reshape(len(depths), len(ys), len(zs))
    for panel, depth, picture in zip(panels[row], depths, shown, strict=True):
        panel.set_facecolor("0.88")
        drawn = panel.pcolormesh(ys, zs, picture.T, cmap="viridis", vmin=0, vmax=np.nanmax(shown))
        panel.set_aspect("equal")
        if row == 0:
            panel.set_title(f"{depth:.2f} m ahead")
    figure.colorbar(drawn, ax=panels[row], label=label)
panels[0, 0].invert_xaxis()  # as the robot sees it
for panel in panels[1]:
    panel.set_xlabel("to the left [m]")
for panel in panels[:, 0]:
    panel.set_ylabel("height [m]")
figure.suptitle("Right arm, gripper level, lift at 0.2 m; grey: not reached")
plt.show()

# %% [markdown]
# Too near, and the elbow has no room; too far, and the arm is stretched. Seams are changes of posture: where home itself does not lead
# to the place, the nearest of four other solutions is taken.
#
# ## More than one thing at a time
# Both arms at a box, the head looking at it, the lift free to help; a thousand boxes.

# %%
rng = np.random.default_rng(0)
boxes = rng.uniform([0.55, -0.2, 0.5], [0.8, 0.2, 1.5], (1000, 3))
half = np.array([0.0, 0.2, 0.0])
tasks = [
    Pose(left.tool, level(boxes + half)),
    Pose(right.tool, level(boxes - half)),
    LookAt("head", boxes, axis="x"),
]
joints = ("lift", "head_pan", "head_tilt", *left.joints, *right.joints)
both = robots.ik.solve_tasks(robot, tasks, seed=robot.home, joints=joints)
print({str(state): int(count) for state, count in zip(*np.unique(both.state, return_counts=True), strict=True)})
print(f"largest errors {1e3 * both.position_error.max():.3f} mm, {np.degrees(both.rotation_error.max()):.3f} deg")

# %% [markdown]
# A task may be less than a pose: here the place alone. What it leaves free goes towards a posture: first reach, then relax.

# %%
place = [Pose(right.tool, level(boxes - half), rotation="free")]
reached = robots.ik.solve_tasks(robot, place, seed=robot.home, joints=right.joints, prefer="any")
relaxed = robots.ik.solve_tasks(robot, place, seed=reached.q, joints=right.joints, prefer="any", posture=robot.home)
for name, report in (("reached", reached), ("relaxed", relaxed)):
    away = np.linalg.norm(report.q - robot.home, axis=1)
    print(f"{name}: {report.converged.mean():.0%}, {np.degrees(away.mean()):.0f} degrees from home (norm, on average)")

# %% [markdown]
# ## Ten thousand arms
# The right arm alone, ten thousand times, with payloads up to 8 kg and dry friction up to 3 % of what each joint can give. All turn every
# joint by 0.4 rad under one and the same controller, which is critically damped for the empty arm.

# %%
alone = robots.reduce(robot, {name: value for name, value in zip(robot.joint_names, robot.home, strict=True) if name not in right.joints})
n, steps = 10_000, 2000
mass, share = rng.uniform(0, 8, n), rng.uniform(0, 0.03, n)
payload = np.zeros((n, 10))  # mass, m c (3,), inertia xx, xy, xz, yy, yz, zz: a ball of 80 mm radius in the gripper
payload[:, 0] = mass
payload[:, [4, 7, 9]] = 0.4 * mass[:, None] * 0.08**2
parameters = Parameters(friction=share[:, None] * alone.effort, payload={right.tool: payload})

target = alone.home + 0.4 * np.array([1, -1, 1, 1, -1, 1, 1])
inertia = np.diag(robots.dynamics.inertia_matrix(alone, alone.home)[0])
stiffness = 5 * alone.effort
controller = stepping.Controller(target, stiffness=stiffness, damping=2 * np.sqrt(stiffness * inertia))


def ran(**options) -> stepping.Run:
    start = np.tile(alone.home, (n, 1)), np.zeros(alone.nv)
    return stepping.run(alone, *start, dt=1e-3, steps=steps, every=20, controller=controller, parameters=parameters, **options)


for options in ({"dtype": "float64"}, {"dtype": "float32"}, {"dtype": "float32", "threads": 2}):
    ran(**options)  # compiles, or finds the kernel
    begin = time.perf_counter()
    run = ran(**options)
    seconds = time.perf_counter() - begin
    print(f"{n * steps / seconds / 1e6:5.1f} million arm-steps a second: {options}")

# %% [markdown]
# Where are their tools? A million poses, and their distance to the place that was meant:

# %%
history = np.asfortranarray(run.history_q.reshape(-1, alone.nq))
tools = robots.kinematics.forward(alone, history, [right.tool], dtype="float32")[:, 0, :3, 3].reshape(len(run.t), n, 3)
meant = robots.kinematics.forward(alone, target, [right.tool])[0, 0, :3, 3]
error = 1e3 * np.linalg.norm(tools - meant, axis=2)  # [mm], (times, arms)

figure, (over_time, at_end) = plt.subplots(1, 2, figsize=(11, 4.4), layout="constrained")
for low, high, color in ((0, 2, "tab:blue"), (6, 8, "tab:orange")):
    some = error[:, (mass >= low) & (mass < high)]
    least, median, most = np.percentile(some, [5, 50, 95], axis=1)
    over_time.fill_between(run.t, least, most, color=color, alpha=0.2, linewidth=0)
    over_time.plot(run.t, median, color=color, label=f"{low} to {high} kg")
over_time.set(yscale="log", xlabel="time [s]", ylabel="tool off its place [mm]", title="Median, 5 to 95 % of the arms", ylim=(0.03, 1e3))
over_time.legend(title="payload")
dots = at_end.scatter(100 * share, error[-1], c=mass, s=3, cmap="plasma", rasterized=True)
at_end.set(xlabel="dry friction [% of the effort limit]", ylabel="tool off its place [mm]", title=f"After {run.t[-1]:.0f} s")
figure.colorbar(dots, ax=at_end, label="payload [kg]")
plt.show()

# %% [markdown]
# Payload decides how long an arm swings, friction where it comes to rest: a controller without an integral part stops as soon as
# friction holds what stiffness pulls.
