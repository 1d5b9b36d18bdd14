"""TensorBoard's side of `npm run bench -- tensorboard`: how its reader loads an event file. Prints one JSON object.

    python tensorboard_peer.py FOLDER TAG POINTS      POINTS a tag that are kept; 0 keeps all
"""
import json
import resource
import sys
import time

from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.version import VERSION

folder, tag, points = sys.argv[1], sys.argv[2], int(sys.argv[3])
start, cpu_start = time.perf_counter(), time.process_time()
accumulator = EventAccumulator(folder, size_guidance={"scalars": points})
accumulator.Reload()
seconds, cpu = time.perf_counter() - start, time.process_time() - cpu_start
scalars = accumulator.Scalars(tag)
print(json.dumps({
    "version": VERSION,
    "seconds": seconds,
    "cpuSeconds": cpu,
    "bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    "points": len(scalars),
    "largest": max(event.value for event in scalars),
}))
