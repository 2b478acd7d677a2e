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
# # A factory
# A hall in which racks are filled with servers: is there room, what does it make an hour, what holds it up, and how many mobile robots
# does it take? The first run of this page compiles the kernel of the line, a minute, and keeps it.

# %%
import matplotlib.pyplot as plt
from IPython.display import Image, display

import twin
from twin.result import Store

# %% [markdown]
# ## Is there room?
# One site file says what stands where. Before anything moves, kind `layout` looks whether it may stand there.

# %%
layout = twin.run(twin.load("server_factory_layout"))
asked = ("findings", "clearance_margin", "min_aisle_width", "separation_margin", "stopping_margin", "min_reach_margin")
for name in asked:
    print(f"{name:20} {layout.scalars[name].value:8.3g} {layout.scalars[name].unit}")
layout.verdict

# %%
twin.view(layout)

# %% [markdown]
# ## What does it make?
# The line runs in the same hall: robots drive on the site's network, and a rack is worked on for as long as the robot cell takes to push
# its sleds in. `needs` asks the cell first. Five days a replication are enough for a look.

# %%
SHORT = {"time": "5 d", "until.replications": "8", "until.max_replications": "8"}
line = twin.run(twin.load("server_factory", SHORT))
print(line.log)
line.verdict, line.reason

# %% [markdown]
# Where the time of each station goes, and a stretch of the first replication:

# %%
for picture in ("shares.png", "gantt.png"):
    display(Image(filename=Store().folder(line.id) / "files" / picture))

# %% [markdown]
# Read it with what the file says: work goes to the *first free* of three testers and to the *shorter* of two queues, the first where both
# are empty. So `test_1` never rests while `test_3` hardly works, and the longest active period names a tester that nobody waits for. What
# all racks share is burn-in, near its limit. Nothing is starved of robots: are there too many?
#
# ## How many robots?
# They are the easiest thing to change. The same question five times, with the same numbers drawn for arrivals, work and failures: what
# differs between the rows comes from the robots.

# %%
robots = [1, 2, 3, 4, 6]
batch = twin.submit(twin.load("server_factory", {**SHORT, "sweep": f"{{grid: {{fleets.amr.robots: {robots}}}}}"}), name="robots")
batch.sql(
    """select "swept.fleets.amr.robots" as robots, round(3600 * throughput, 2) as racks_an_hour,
              round(lead_time_p95 / 3600, 1) as p95_hours, round(wip, 1) as in_the_line, round("utilisation.amr", 2) as robots_busy,
              round("blocked.goods_in", 2) as goods_in_blocked, verdict
       from results order by robots"""
).to_pylist()

# %%
rows = batch.results().to_pydict()
figure, (rate, late) = plt.subplots(1, 2, figsize=(10, 3.6), layout="constrained")
rate.errorbar(robots, [3600 * x for x in rows["throughput"]], [3600 * x for x in rows["throughput_ci95"]], marker="o", capsize=3)
rate.axhline(3.3, color="0.5", linestyle="--", label="asked")
rate.set(xlabel="robots", ylabel="racks an hour", ylim=(0, None))
rate.legend()
late.plot(robots, [x / 3600 for x in rows["lead_time_p95"]], marker="o")
late.axhline(12, color="0.5", linestyle="--", label="asked")
late.set(xlabel="robots", ylabel="95 % of the racks are out after [h]", yscale="log")
late.legend()
plt.show()

# %% [markdown]
# What follows: two robots do what six would, because arrivals decide the throughput and not transport. One robot keeps up too, but goods-in
# stands with a full dock for longer than the file allows, and racks wait. The third robot is a reserve for the day on which one of two is
# in repair; a fourth is money for nothing. Shorter lead times have to come from burn-in.
