import { useState } from "react";
import { call } from "../connection.ts";
import { useService } from "../state/queries.ts";
import { navigate } from "../state/route.ts";
import { Button } from "./Button.tsx";
import { ErrorNote, Skeleton } from "./EmptyState.tsx";
import { Field } from "./Field.tsx";
import { Modal } from "./Modal.tsx";
import styles from "./LaunchDialog.module.css";

/** Starts a run of a recipe; the same as the command shown below the form. */
export function LaunchDialog({ recipe: chosen, onClose }: { readonly recipe?: string; readonly onClose: () => void }) {
  const { data: recipes, error: listError } = useService("recipes.list", {});
  const [recipeId, setRecipe] = useState(chosen ?? "");
  const [presetName, setPreset] = useState("");
  const [name, setName] = useState("");
  const [seed, setSeed] = useState("1");
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<Error | null>(null);
  const recipe = recipes?.find(({ id }) => id === recipeId) ?? recipes?.[0];
  const preset = recipe?.presets.find((candidate) => candidate === presetName) ?? recipe?.presets[0];
  const launch = async () => {
    if (!recipe || !preset) return;
    setBusy(true);
    setError(null);
    try {
      const started = await call("runs.launch", {
        recipe: recipe.id,
        preset,
        seed: Number(seed),
        ...(name ? { name } : {}),
      });
      onClose();
      navigate({ screen: "live", run: started.run, tab: "overview" });
    } catch (failure) {
      setError(failure as Error);
      setBusy(false);
    }
  };
  const seedIsValid = /^\d{1,9}$/.test(seed);
  return (
    <Modal
      title="New run"
      description="The run works on its own: closing this window does not stop it."
      onClose={onClose}
    >
      {listError ? (
        <ErrorNote error={listError} />
      ) : !recipe || !preset ? (
        <Skeleton height={180} />
      ) : (
        <form
          className={styles["form"]}
          onSubmit={(event) => {
            event.preventDefault();
            void launch();
          }}
        >
          <Field label="Recipe" note={recipe.summary}>
            <select value={recipe.id} onChange={(event) => setRecipe(event.target.value)}>
              {recipes!.map(({ id, title }) => (
                <option key={id} value={id}>
                  {title}
                </option>
              ))}
            </select>
          </Field>
          <div className={styles["pair"]}>
            <Field label="Preset">
              <select value={preset} onChange={(event) => setPreset(event.target.value)}>
                {recipe.presets.map((candidate) => (
                  <option key={candidate}>{candidate}</option>
                ))}
              </select>
            </Field>
            <Field label="Seed">
              <input
                value={seed}
                inputMode="numeric"
                aria-invalid={!seedIsValid}
                onChange={(event) => setSeed(event.target.value)}
              />
            </Field>
          </div>
          <Field label="Name">
            <input
              value={name}
              placeholder={`${recipe.id} ${preset}, seed ${seed}`}
              onChange={(event) => setName(event.target.value)}
            />
          </Field>
          <code className={styles["command"]}>
            secondlook train {recipe.id} --preset {preset} --seed {seed}
          </code>
          {error && <ErrorNote error={error} />}
          <div className={styles["buttons"]}>
            <Button onClick={onClose}>Cancel</Button>
            <Button kind="primary" type="submit" disabled={busy || !seedIsValid}>
              {busy ? "Starting …" : "Start"}
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}
