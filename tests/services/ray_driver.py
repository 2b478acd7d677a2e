"""A driver whose batch runs on Ray: `python -m tests.services.ray_driver '{"address": ..., "file": ..., "store": ...}'`.

A process, because the cluster is in a network of its own. Prints the batch's summary as JSON, with `warm`: the seconds
from when all actors were ready.
"""

import json
import sys
import time
from contextlib import contextmanager
from dataclasses import asdict

from twin.dispatch import drive, open_batch, submit
from twin.dispatch.backends.ray import RayActors, RayOptions
from twin.dispatch.pace import Wishes
from twin.dispatch.paths import batch_folder
from twin.dispatch.wire import Setup
from twin.errors import TwinError
from twin.kinds import Target


def main(address, store, file="", retry="", workers=2, chunk=None, wait=False, **options):
    """`wait`: begin only when all actors are ready. The rest are fields of `RayOptions`."""
    options = RayOptions(address, **options)
    warm = 0.0

    @contextmanager
    def on_ray(batch, scenario):
        nonlocal warm
        ticket, store = batch.ticket, batch.store
        setup = Setup(
            str(store.path.absolute()), str(batch_folder(store, ticket.id).absolute()), scenario.keep, asdict(Target()), 0,
            dict(scenario.document), str(scenario.folder),
        )  # fmt: skip
        backend = RayActors(ticket.workers, setup, options, time_limit=scenario.resources.time)
        try:
            while wait and len(backend.load()) < ticket.workers:
                backend.poll(0.1)
            begun = time.perf_counter()
            yield backend, Wishes(ticket.workers)
            warm = time.perf_counter() - begun
        finally:
            backend.stop()

    drive.started = on_ray
    try:
        batch = open_batch(retry, store).retry() if retry else submit(file, store=store, workers=workers, chunk=chunk)
    except TwinError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(json.dumps(batch.summary() | {"warm": warm}))
    return 0


if __name__ == "__main__":
    sys.exit(main(**json.loads(sys.argv[1])))
