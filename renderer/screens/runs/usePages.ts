/** Reads the table of runs page by page: what is in sight and a page around it; the rest stays undefined. */
import { useCallback, useMemo, useState } from "react";
import type { MethodInput, RunLine, RunsTable } from "../../../contract/methods.ts";
import { useServices } from "../../state/queries.ts";

const PAGE = 100;

export interface PagedLines {
  readonly lines: readonly (RunLine | undefined)[];
  /** The newest answer; the one before while a new question is asked. */
  readonly table: RunsTable | null;
  readonly error: Error | null;
  readonly onRange: (first: number, last: number) => void;
}

export function usePages(question: Omit<MethodInput<"runs.table">, "offset" | "limit">): PagedLines {
  const [range, setRange] = useState<readonly [number, number]>([0, 0]);
  const onRange = useCallback((first: number, last: number) => {
    const next = [Math.floor(first / PAGE), Math.floor(last / PAGE)] as const;
    setRange((now) => (now[0] === next[0] && now[1] === next[1] ? now : next));
  }, []);
  const pages = useMemo(() => Array.from({ length: range[1] - range[0] + 1 }, (_, index) => range[0] + index), [range]);
  const answers = useServices(
    "runs.table",
    pages.map((page) => ({ ...question, offset: page * PAGE, limit: PAGE })),
  );
  const [last, setLast] = useState<RunsTable | null>(null);
  const newest = answers.find(({ data }) => data)?.data ?? null;
  if (newest && newest !== last) setLast(newest);
  const lines = useMemo(() => {
    const total = newest?.totalLines ?? last?.totalLines ?? 0;
    const all = Array.from<RunLine | undefined>({ length: total });
    answers.forEach(({ data }, index) => {
      data?.lines.forEach((line, place) => {
        const row = pages[index]! * PAGE + place;
        if (row < total) all[row] = line;
      });
    });
    // Until the new answer is there, the old lines are better than none.
    if (!newest && last) last.lines.forEach((line, place) => place < total && (all[place] = line));
    return all;
  }, [answers, pages, newest, last]);
  return { lines, table: newest ?? last, error: answers.find(({ error }) => error)?.error ?? null, onRange };
}
