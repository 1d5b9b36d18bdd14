// Loaded before a worker (`--import`): after a few seconds the clock is an hour earlier than it was, again and again.
import { performance } from "node:perf_hooks";

const real = Date.now.bind(Date);
const started = performance.now();
Date.now = () => real() - 3_600_000 * Math.floor((performance.now() - started) / 700);
