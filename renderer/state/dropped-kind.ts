/** What a file that was dropped on the window is for. */

export type Dropped =
  | { readonly kind: "dataset"; readonly path: string }
  | { readonly kind: "medium"; readonly file: File }
  /** What cannot be used, and why. */
  | { readonly kind: "refused"; readonly why: string };

/** What a dropped file is for. `pathOf` is the desktop shell's: a browser does not say where a file lies. */
export function droppedOf(file: File, pathOf: ((file: File) => string) | undefined): Dropped {
  if (/^(video|image)\//.test(file.type) || /\.(mkv|avi|mov|webm|mp4)$/i.test(file.name))
    return { kind: "medium", file };
  if (!/\.jsonl?$/i.test(file.name))
    return { kind: "refused", why: `${file.name} is no dataset (JSON, JSONL), video or picture.` };
  const path = pathOf?.(file);
  if (path) return { kind: "dataset", path };
  return { kind: "refused", why: "A browser does not say where a file lies: give its path in the import on Data." };
}
