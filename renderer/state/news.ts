/**
 * What happened while nobody looked: alerts that came up, runs that ended. Shown as notes in the corner, and as the
 * system's notifications while the window is in the background, where people allowed them.
 */
import { create } from "zustand";
import type { RunSummary } from "../../contract/methods.ts";
import { onPush } from "../connection.ts";

export interface News {
  readonly id: string;
  readonly run: string;
  readonly level: "good" | "warning" | "error";
  readonly title: string;
  readonly text: string;
}

/** Older notes make room. */
const MOST = 4;
/** Good news goes by itself; trouble stays until somebody closes it. */
const GOOD_NEWS_MS = 8_000;
/** A rule that is broken again and again is told of once in this time: the run's own page has them all. */
const QUIET_MS = 10 * 60_000;

export const useNews = create<{ news: readonly News[] }>(() => ({ news: [] }));

export function dismissNews(id: string): void {
  useNews.setState(({ news }) => ({ news: news.filter((one) => one.id !== id) }));
}

/** What changed between two summaries of a run that is worth a note. Null before: only what follows is news. */
export function newsOf(before: RunSummary | null, now: RunSummary): News[] {
  if (before === null || now.dry) return [];
  const raised = now.alerts.filter((alert) => !before.alerts.some(({ rule }) => rule === alert.rule));
  const news: News[] = raised.map((alert) => ({
    id: `${now.id}-${alert.rule}`,
    run: now.id,
    level: alert.level,
    title: alert.title,
    text: `${now.name}, step ${alert.toStep}`,
  }));
  if (before.alive && !now.alive && now.state !== "paused") {
    const failed = now.state === "failed" || now.state === "lost";
    const words = failed ? (now.endReason ?? "Its worker is gone.") : `after step ${now.step}`;
    news.push({
      id: `${now.id}-${now.state}-${now.attempt}`,
      run: now.id,
      level: failed ? "error" : "good",
      title: failed ? "Run failed" : now.state === "completed" ? "Run completed" : "Run stopped",
      text: `${now.name}: ${words}`,
    });
  }
  return news;
}

function show(news: News): void {
  useNews.setState(({ news: others }) => ({
    news: [...others.filter(({ id }) => id !== news.id), news].slice(-MOST),
  }));
  if (news.level === "good") setTimeout(() => dismissNews(news.id), GOOD_NEWS_MS);
  // Behind other windows is as good as hidden.
  if (!document.hasFocus() && "Notification" in window && Notification.permission === "granted") {
    const notification = new Notification(news.title, { body: news.text, tag: news.id });
    notification.onclick = () => {
      window.focus();
      window.secondlook?.raise();
      window.location.hash = `#/runs/${encodeURIComponent(news.run)}`;
    };
  }
}

/** Whether news that was last told at `before` is worth telling again. */
export const isDue = (before: number | undefined, now: number): boolean =>
  before === undefined || now - before >= QUIET_MS;

/** Listens to the service's pushes; called once. */
export function startNews(): void {
  const known = new Map<string, RunSummary>();
  const told = new Map<string, number>();
  onPush((push) => {
    if (push.topic !== "runs") return;
    for (const run of push.runs) {
      for (const news of newsOf(known.get(run.id) ?? null, run)) {
        if (!isDue(told.get(news.id), Date.now())) continue;
        told.set(news.id, Date.now());
        show(news);
      }
      known.set(run.id, run);
    }
  });
}
