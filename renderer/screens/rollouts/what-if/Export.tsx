import { useState } from "react";
import type { WhatIfSettings } from "../../../../science/what-if.ts";
import { overridesBetween } from "../../../../science/what-if.ts";
import { call } from "../../../connection.ts";
import { Button } from "../../../parts/Button.tsx";
import { navigate } from "../../../state/route.ts";
import { draftOf, setDraft } from "../../launch/draft.ts";
import styles from "./Export.module.css";

/** The changed settings as overrides for a new run: as JSON, or as the command that starts it. */
export function Export({
  run,
  recipe,
  preset,
  base,
  settings,
  onReset,
}: {
  readonly run: string;
  readonly recipe: string;
  readonly preset: string;
  readonly base: WhatIfSettings;
  readonly settings: WhatIfSettings;
  readonly onReset: () => void;
}) {
  const [copied, setCopied] = useState<string | null>(null);
  const overrides = Object.entries(overridesBetween(base, settings));
  const sets = overrides.map(([name, value]) => `--set ${name}=${value}`).join(" ");
  const copy = (name: string, text: string) => {
    void navigator.clipboard.writeText(text).then(() => setCopied(name));
  };
  const launch = () => {
    void call("launch.again", { run }).then((request) => {
      const draft = draftOf(request);
      const changed = overrides.map(([name, value]): [string, string | boolean] => [
        name,
        typeof value === "number" ? String(value) : value,
      ]);
      setDraft({ ...draft, overrides: { ...draft.overrides, ...Object.fromEntries(changed) }, name: "" });
      navigate({ screen: "launch" });
    });
  };
  if (overrides.length === 0) {
    return (
      <p className={styles["none"]}>Nothing is changed. Move something: the advantages are computed again at once.</p>
    );
  }
  return (
    <section className={styles["export"]} aria-label="As overrides for a new run">
      <h4>For a new run</h4>
      <ul>
        {overrides.map(([name, value]) => (
          <li key={name}>
            <code>{name}</code> <strong>{String(value)}</strong>
          </li>
        ))}
      </ul>
      <div className={styles["buttons"]}>
        <Button
          kind="primary"
          icon="launch"
          hint="Fill the launch form with this run and these changes"
          onClick={launch}
        >
          Launch …
        </Button>
        <Button
          icon="copy"
          onClick={() => copy("command", `npm run secondlook -- train ${recipe} --preset ${preset} ${sets}`)}
        >
          {copied === "command" ? "Copied" : "Command"}
        </Button>
        <Button icon="copy" onClick={() => copy("json", JSON.stringify(Object.fromEntries(overrides), null, 2))}>
          {copied === "json" ? "Copied" : "JSON"}
        </Button>
        <Button kind="quiet" onClick={onReset}>
          Reset
        </Button>
      </div>
    </section>
  );
}
