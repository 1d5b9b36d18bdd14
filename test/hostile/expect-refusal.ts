/**
 * What every refusal must be: an error in good time, in bounded memory, that names file, place and remedy. The bound is
 * far above the usual time, for machines that are busy with other things.
 */
import { expect } from "vitest";
import { MediaError } from "../../trainer/media/errors.ts";

const MEMORY_BOUND_BYTES = 600 * 2 ** 20;

/** Runs `call` within the bounds and returns what it threw, or fails when it threw nothing. */
export async function refusalOf(call: () => unknown, limitMs = 15_000): Promise<Error> {
  const [memory, started] = [process.memoryUsage().rss, performance.now()];
  let thrown: unknown = null;
  try {
    await call();
  } catch (error) {
    thrown = error;
  }
  expect(thrown, "a refusal").toBeInstanceOf(Error);
  expect(performance.now() - started, "milliseconds").toBeLessThan(limitMs);
  expect(process.memoryUsage().rss - memory, "bytes more").toBeLessThan(MEMORY_BOUND_BYTES);
  return thrown as Error;
}

/** A refusal of a medium, with all of its parts. */
export async function mediaRefusalOf(file: string, call: () => unknown, limitMs = 15_000): Promise<MediaError> {
  const error = await refusalOf(call, limitMs);
  expect(error).toBeInstanceOf(MediaError);
  const refusal = error as MediaError;
  expect(refusal.file).toContain(file);
  for (const part of [refusal.place, refusal.reason, refusal.remedy]) expect(part).not.toBe("");
  expect(refusal.message).toMatch(/\.$/);
  return refusal;
}
