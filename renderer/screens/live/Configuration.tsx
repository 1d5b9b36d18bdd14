import type { RunDetail } from "../../../contract/methods.ts";
import { RECIPES } from "../../../science/recipes/index.ts";
import { Card } from "../../parts/Card.tsx";
import { formatCount } from "../../parts/format.ts";
import { Settings } from "../../parts/Settings.tsx";
import styles from "./Configuration.module.css";

const SECTION_WORDS: Readonly<Record<string, string>> = {
  prompt: "Prompt",
  vision: "Video",
  model: "Model",
  sft: "Cold start",
  rl: "Reinforcement learning",
  sampling: "Sampling",
  temporal: "Temporal contrast",
  length: "Length bonus",
  format: "Format",
  evaluation: "Measuring",
  checkpoint: "Checkpoints",
  data: "Data",
  rows: "Rows of the data",
  branchFrom: "Branched from",
};

type Values = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A run's settings by the first part of their names, then what else its configuration holds. */
export function configurationSections(config: Values): [section: string, values: Values][] {
  const { settings, overrides: _, ...others } = config;
  const sections = new Map<string, Record<string, unknown>>();
  const put = (section: string, name: string, value: unknown) =>
    sections.set(section, { ...sections.get(section), [name]: value });
  for (const [name, value] of Object.entries(isObject(settings) ? settings : {})) {
    const dot = name.indexOf(".");
    put(dot < 0 ? "" : name.slice(0, dot), name.slice(dot + 1), value);
  }
  for (const [name, value] of Object.entries(others)) {
    if (isObject(value)) for (const [inner, one] of Object.entries(value)) put(name, inner, one);
    else put("", name, value);
  }
  return [...sections];
}

/** The frozen configuration and what it ran on. */
export function Configuration({ run }: { readonly run: RunDetail }) {
  const fields = RECIPES.find(({ id }) => id === run.recipe)?.fields;
  const overrides = isObject(run.config["overrides"]) ? run.config["overrides"] : {};
  return (
    <div className={styles["columns"]}>
      <Card title="Configuration" explanation="As the run started: every value that it works with, frozen.">
        {Object.keys(overrides).length > 0 && (
          <p className={styles["overrides"]}>
            Other than the preset:{" "}
            {Object.entries(overrides).map(([name, value]) => (
              <code key={name}>
                {name} = {String(value)}
              </code>
            ))}
          </p>
        )}
        {configurationSections(run.config).map(([section, values]) => (
          <section key={section} className={styles["section"]}>
            {section !== "" && <h3>{SECTION_WORDS[section] ?? section}</h3>}
            <Settings
              values={values}
              explain={(name) => fields?.[section === "" ? name : `${section}.${name}`]?.explanation}
            />
          </section>
        ))}
      </Card>
      <div className={styles["side"]}>
        <Card title="Run">
          <Settings
            values={{
              id: run.id,
              recipe: run.recipe,
              preset: run.preset,
              seed: run.seed,
              attempt: run.attempt,
              folder: run.folder,
              model: run.model?.directory ?? "–",
              parameters: run.model ? formatCount(run.model.parameters) : "–",
            }}
          />
        </Card>
        <Card title="Engine">
          <Settings values={run.engine} />
        </Card>
      </div>
    </div>
  );
}
