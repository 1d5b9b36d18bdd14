/**
 * Files dropped on the window, wherever it stands: a dataset leads to its import, a video or a picture to the playground.
 * The screen that is led to takes what was dropped.
 */
import { create } from "zustand";
import { droppedOf, type Dropped } from "./dropped-kind.ts";
import { navigate } from "./route.ts";

interface DropState {
  readonly dropped: Dropped | null;
  /** Whether files are held over the window now. */
  readonly over: boolean;
}

export const useDropped = create<DropState>(() => ({ dropped: null, over: false }));

/** After the last sign of files held over the window: it has no event for their being taken away again. */
const AWAY_MS = 400;

export const forgetDropped = (): void => useDropped.setState({ dropped: null });

function take(file: File): void {
  const dropped = droppedOf(file, window.secondlook?.pathOfFile);
  useDropped.setState({ dropped });
  if (dropped.kind === "dataset") navigate({ screen: "data", dataset: null, tab: "report", row: null });
  if (dropped.kind === "medium") navigate({ screen: "playground" });
}

const holdsFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes("Files") ?? false;

/** Listens at the window; returns what ends that. A part that takes files itself prevents the default, and comes first. */
export function listenForDrops(): () => void {
  let away: ReturnType<typeof setTimeout> | undefined;
  const setOver = (over: boolean): void => {
    clearTimeout(away);
    if (useDropped.getState().over !== over) useDropped.setState({ over });
    if (over) away = setTimeout(() => setOver(false), AWAY_MS);
  };
  const hold = (event: DragEvent): void => {
    if (!holdsFiles(event)) return;
    setOver(!event.defaultPrevented);
    event.preventDefault();
  };
  const drop = (event: DragEvent): void => {
    if (!holdsFiles(event)) return;
    setOver(false);
    if (event.defaultPrevented) return;
    // Otherwise the window would go to the file.
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file) take(file);
  };
  window.addEventListener("dragover", hold);
  window.addEventListener("drop", drop);
  return () => {
    clearTimeout(away);
    window.removeEventListener("dragover", hold);
    window.removeEventListener("drop", drop);
  };
}
