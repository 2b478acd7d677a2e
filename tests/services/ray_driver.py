"""A driver whose batch runs on Ray: `python -m tests.services.ray_driver '{"address": ..., "file": ..., "store": ...}'`.

A process, because the cluster is in a network of its own. Prints the batch's summary as JSON, with `warm`: the seconds
from when all actors were ready.
"""

import json
import sys
import time
from contextlib import contextmanager

from twin.dispatch import launch, open_batch, submit
from twin.dispatch.backends.ray import RayActors, RayOptions
from twin.dispatch.paths import batch_folder
from twin.dispatch.wire import Setup
from twin.errors import TwinError


def main(address, store, file="", retry="", workers=2, chunk=None, wait=False, **options):
    """`wait`: begin only when all actors are ready. The rest are fields of `RayOptions`."""
    options = RayOptions(address, **options)
    warm = 0.0

    @contextmanager
    def ray_backend(store, ticket, scenario):
        nonlocal warm
        setup = Setup(str(store.path), str(batch_folder(store, ticket.id)), scenario.keep, {}, 0)
        backend = RayActors(ticket.workers, setup, options, kinds=[scenario.kind], time_limit=scenario.resources.time)
        try:
            while wait and len(backend.load()) < ticket.workers:
                backend.poll(0.1)
            begun = time.perf_counter()
            yield backend
            warm = time.perf_counter() - begun
        finally:
            backend.stop()

    launch._backend = ray_backend
    try:
        batch = open_batch(retry, store).retry() if retry else submit(file, store=store, workers=workers, chunk=chunk)
    except TwinError as error:
        print(error, file=sys.stderr)
        return error.exit_code
    print(json.dumps(batch.summary() | {"warm": warm}))
    return 0


if __name__ == "__main__":
    sys.exit(main(**json.loads(sys.argv[1])))
