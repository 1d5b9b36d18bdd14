/** Times to a painted frame: from an act in the page to the moment after the frame that shows what came of it. */
import type { Page } from "playwright-core";

export interface Time {
  /** From the act to the painted frame. */
  readonly wallMs: number;
  /** What the page's main thread used meanwhile. */
  readonly cpuMs: number;
}

declare global {
  interface Window {
    /**
     * Resolves after the first frame whose DOM holds `isShown` has been painted: the check runs as an animation frame begins,
     * after all commits before it, and a message sent from there arrives once that frame is drawn.
     */
    painted: (isShown: () => boolean) => Promise<void>;
  }
}

/** Call it before the page is opened: it must know {@link Window.painted} after each reload. */
export async function knowPainted(page: Page): Promise<void> {
  await page.addInitScript(() => {
    window.painted = (isShown) =>
      new Promise((resolve) => {
        const look = () => {
          if (!isShown()) return void requestAnimationFrame(look);
          const { port1, port2 } = new MessageChannel();
          port1.onmessage = () => {
            port1.close();
            resolve();
          };
          port2.postMessage(null);
        };
        requestAnimationFrame(look);
      });
  });
}

/** Milliseconds of processor time that the page's main thread has used so far. */
export type Cpu = () => Promise<number>;

export async function cpuOf(page: Page): Promise<Cpu> {
  const session = await page.context().newCDPSession(page);
  await session.send("Performance.enable", { timeDomain: "threadTicks" });
  return async () => {
    const { metrics } = await session.send("Performance.getMetrics");
    return 1000 * (metrics.find(({ name }) => name === "TaskDuration")?.value ?? 0);
  };
}

export async function timed(cpu: Cpu, act: () => Promise<number>): Promise<Time> {
  const before = await cpu();
  const wallMs = await act();
  return { wallMs, cpuMs: (await cpu()) - before };
}

/** The value that a share of all does not exceed. */
export function percentile(values: readonly number[], share: number): string {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!.toFixed(0);
}

export function print(what: string, times: readonly Time[], bar: string): void {
  const wall = times.map(({ wallMs }) => wallMs);
  const cpu = times.map(({ cpuMs }) => cpuMs);
  const numbers = `p50 ${percentile(wall, 0.5)} ms, p95 ${percentile(wall, 0.95)} ms, main thread p50 ${percentile(cpu, 0.5)} ms`;
  console.log(`${what.padEnd(60)} ${numbers}, ${times.length} times   bar: ${bar}`);
}
