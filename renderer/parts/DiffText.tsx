import { useMemo } from "react";
import { diffWords } from "../../science/text-diff.ts";
import styles from "./DiffText.module.css";

/** A text with what it has that an earlier one had not, and (struck out) what it lost. Without one it is shown plain. */
export function DiffText({ before, after }: { readonly before: string | null; readonly after: string }) {
  const pieces = useMemo(() => (before === null ? null : diffWords(before, after)), [before, after]);
  return (
    <p className={styles["text"]}>
      {pieces === null
        ? after
        : pieces.map((piece, index) =>
            piece.kind === "same" ? (
              piece.text
            ) : piece.kind === "added" ? (
              <ins key={index}>{piece.text}</ins>
            ) : (
              <del key={index}>{piece.text}</del>
            ),
          )}
    </p>
  );
}
