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
# # A first run
# A dual-arm robot takes a 5 kg compute sled from a cart and pushes it into a rack slot. One scenario file says what stands where,
# what happens and what must hold.

# %%
import twin

scenario = twin.load("server_sled_insertion")
scenario.description

# %%
result = twin.run(scenario)
result.verdict, result.reason

# %% [markdown]
# What was expected, and what came out:

# %%
for line in result.expectations:
    print(f"{'ok ' if line.ok else 'FAIL'} {line.name:32} {line.value:10.4g} {line.unit:4} {dict(line.bound)}")

# %% [markdown]
# The run in 3-D, with joint angles and forces under the same time cursor:

# %%
twin.view(result)

# %% [markdown]
# What if the sled lies 1 mm off? `overrides` change a scenario as `--set` does on the command line.

# %%
shifted = twin.run(twin.load("server_sled_insertion", {"parts.sled.offset.position.y": "1 mm"}))
shifted.verdict, shifted.reason
