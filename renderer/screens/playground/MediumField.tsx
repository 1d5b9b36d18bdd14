import { useEffect, useEffectEvent, useRef, useState } from "react";
import { Button } from "../../parts/Button.tsx";
import { ErrorNote } from "../../parts/EmptyState.tsx";
import { Field } from "../../parts/Field.tsx";
import { forgetDropped, useDropped } from "../../state/dropped.ts";
import styles from "./Playground.module.css";
import { upload } from "./upload.ts";

/** The video or picture: by its path on the service's machine, or dropped or chosen here. */
export function MediumField({ path, onPath }: { readonly path: string; readonly onPath: (path: string) => void }) {
  const input = useRef<HTMLInputElement>(null);
  const [share, setShare] = useState<number | null>(null);
  const [over, setOver] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const take = async (file: File | undefined): Promise<void> => {
    if (file === undefined) return;
    setError(null);
    setShare(0);
    try {
      onPath(await upload(file, setShare));
    } catch (failure) {
      setError(failure as Error);
    } finally {
      setShare(null);
    }
  };
  const dropped = useDropped((state) => state.dropped);
  const takeDropped = useEffectEvent((file: File) => void take(file));
  useEffect(() => {
    if (dropped?.kind !== "medium") return;
    const { file } = dropped;
    queueMicrotask(() => takeDropped(file));
    forgetDropped();
  }, [dropped]);
  return (
    <div
      className={styles["medium"]}
      data-over={over}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        void take(event.dataTransfer.files[0]);
      }}
    >
      <Field
        label="Video or picture"
        note="Drop a file here, or give its path under a media root. Empty: the question alone."
      >
        <input value={path} spellCheck={false} onChange={(event) => onPath(event.target.value)} />
      </Field>
      <input
        ref={input}
        type="file"
        hidden
        accept="video/*,image/*"
        aria-label="A file of this computer"
        onChange={(event) => {
          void take(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      <Button icon="folder" disabled={share !== null} onClick={() => input.current?.click()}>
        {share === null ? "Choose a file" : `Copying, ${Math.round(100 * share)} %`}
      </Button>
      {error && <ErrorNote error={error} />}
    </div>
  );
}
