import { useMemo, useRef, useState } from "react";
import type { Finding } from "../../../science/launch/checks.ts";
import type { SettingField } from "../../../science/recipe.ts";
import { useActions } from "../../actions.ts";
import { Button } from "../../parts/Button.tsx";
import { EmptyState } from "../../parts/EmptyState.tsx";
import { matchesQuery } from "../../parts/Palette.tsx";
import { Segmented } from "../../parts/Segmented.tsx";
import { useService } from "../../state/queries.ts";
import { changeDraft, changeSetting, recipeOf, useDraft, type ReadDraft } from "./draft.ts";
import { SettingRow } from "./SettingRow.tsx";
import styles from "./SettingsForm.module.css";

const NONE: readonly never[] = [];

type Shown = "paper" | "all" | "changed";

/** Every setting of the recipe, made from its schema: in sections, with a search, only the changed ones when asked. */
export function SettingsForm({ read, findings }: { readonly read: ReadDraft; readonly findings: readonly Finding[] }) {
  const draft = useDraft((state) => state.draft);
  const recipe = recipeOf(draft.recipe);
  const [show, setShow] = useState<Shown>("paper");
  const [query, setQuery] = useState("");
  const search = useRef<HTMLInputElement>(null);
  useActions([
    {
      id: "filter",
      label: "Search the settings",
      group: "Runs",
      shortcut: "/",
      perform: () => search.current?.focus(),
    },
  ]);
  const offersCheckpoints = Object.values(recipe.fields).some((field) => field.kind === "text" && field.offers);
  const checkpoints = useService("evaluations.choices", offersCheckpoints ? {} : null).data?.models ?? NONE;
  const changed = Object.keys(draft.overrides).length;
  const sections = useMemo(() => {
    const wanted = ([name, field]: readonly [string, SettingField]): boolean => {
      if (query !== "") return matchesQuery(`${name} ${field.explanation} ${field.section}`, query);
      if (name in draft.overrides || name in read.errors) return true;
      if (field.when !== undefined && !isAsked(field.when, read.values)) return false;
      // What somebody has just asked for by another setting must be in sight, as must what a finding is about.
      if (field.when !== undefined && field.when.setting in draft.overrides) return true;
      return show === "all" || (show === "paper" && (field.source === "paper" || about(findings, name) !== null));
    };
    const bySection = new Map<string, [string, SettingField][]>();
    for (const entry of Object.entries(recipe.fields).filter(wanted)) {
      bySection.set(entry[1].section, [...(bySection.get(entry[1].section) ?? []), entry]);
    }
    return [...bySection];
  }, [recipe, query, show, draft.overrides, read.errors, read.values, findings]);
  return (
    <section className={styles["form"]} aria-label="Settings">
      <div className={styles["bar"]}>
        <h2>Settings</h2>
        <Segmented
          label="Which settings"
          value={show}
          onChange={setShow}
          choices={[
            { value: "paper", label: "Paper", hint: "Those that the paper gives a value for" },
            { value: "all", label: `All ${Object.keys(recipe.fields).length}`, hint: "All settings" },
            { value: "changed", label: `Changed ${changed}`, hint: "Those that differ from the preset" },
          ]}
        />
        <input
          ref={search}
          placeholder="Search settings"
          aria-label="Search settings"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
          onKeyDown={(event) => event.key === "Escape" && event.currentTarget.blur()}
        />
        <Button
          icon="resume"
          kind="quiet"
          hint="Reset all settings to the preset's"
          disabled={changed === 0}
          onClick={() => changeDraft({ overrides: {} })}
        />
      </div>
      {sections.length === 0 && (
        <EmptyState
          compact
          icon={query ? "search" : "check"}
          title={query ? `No setting matches “${query}”.` : "Every setting is as the preset has it."}
        />
      )}
      {sections.map(([section, fields]) => (
        <details key={section} open>
          <summary>
            {section} <span>{fields.length}</span>
          </summary>
          <div className={styles["fields"]}>
            {fields.map(([name, field]) => {
              const preset = read.presetValues[name]!;
              const finding = about(findings, name);
              return (
                <SettingRow
                  key={name}
                  name={name}
                  field={field}
                  value={draft.overrides[name] ?? (typeof preset === "boolean" ? preset : String(preset))}
                  preset={preset}
                  offered={field.kind === "text" && field.offers === "checkpoints" ? checkpoints : NONE}
                  changed={name in draft.overrides}
                  problem={read.errors[name] ?? finding?.message ?? null}
                  isError={name in read.errors || finding?.level === "error"}
                  onChange={(value) => changeSetting(name, value, preset)}
                  onReset={() => changeSetting(name, String(preset), preset)}
                />
              );
            })}
          </div>
        </details>
      ))}
    </section>
  );
}

const isAsked = ({ setting, is }: NonNullable<SettingField["when"]>, values: ReadDraft["values"]): boolean =>
  is.includes(String(values[setting]));

const about = (findings: readonly Finding[], name: string): Finding | null =>
  findings.find(({ field }) => field === name) ?? null;
