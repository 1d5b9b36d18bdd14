import { useId } from "react";
import { ADVANTAGE_MODES } from "../../../../science/advantages.ts";
import { LOSS_TYPES } from "../../../../science/objectives/grpo.ts";
import type { WhatIfSettings } from "../../../../science/what-if.ts";
import { rewardPartLabel } from "../../../metrics.ts";
import { Export } from "./Export.tsx";
import styles from "./Controls.module.css";

const ADVANTAGE_WORDS: Readonly<Record<string, string>> = {
  group: "group: mean and spread (GRPO)",
  none: "mean only (Dr. GRPO)",
  batch: "group mean, step's spread",
  normalize_then_sum: "each part first (GDPO)",
  rloo: "leave one out (RLOO)",
  rloo_normalized: "RLOO, whitened",
  reward: "the reward itself (REINFORCE)",
};

interface ControlsProps {
  readonly run: string;
  readonly recipe: string;
  readonly preset: string;
  readonly base: WhatIfSettings;
  readonly settings: WhatIfSettings;
  /** Parts that judge one rollout. */
  readonly parts: readonly string[];
  readonly onSettings: (settings: WhatIfSettings) => void;
}

/** The settings that can be asked about; each shows when it differs from the run's own. */
export function Controls({ run, recipe, preset, base, settings, parts, onSettings }: ControlsProps) {
  const set = (change: Partial<WhatIfSettings>) => onSettings({ ...settings, ...change });
  const temporal = (change: Partial<WhatIfSettings["temporal"]>) =>
    set({ temporal: { ...settings.temporal, ...change } });
  const length = (change: Partial<WhatIfSettings["length"]>) => set({ length: { ...settings.length, ...change } });
  return (
    <form className={styles["controls"]} aria-label="What if" onSubmit={(event) => event.preventDefault()}>
      <fieldset>
        <legend>Reward parts</legend>
        {parts.map((part) => (
          <Slider
            key={part}
            label={rewardPartLabel(part)}
            value={settings.weights[part] ?? 1}
            was={base.weights[part] ?? 1}
            max={2}
            step={0.1}
            onChange={(value) => set({ weights: { ...settings.weights, [part]: value } })}
          />
        ))}
      </fieldset>
      <fieldset>
        <legend>
          <Check
            label="Temporal contrast"
            value={settings.temporal.enabled}
            was={base.temporal.enabled}
            onChange={(enabled) => temporal({ enabled })}
          />
        </legend>
        <Slider
          label="Threshold μ"
          value={settings.temporal.mu}
          was={base.temporal.mu}
          max={2}
          step={0.05}
          disabled={!settings.temporal.enabled}
          onChange={(mu) => temporal({ mu })}
        />
        <Slider
          label="Bonus α"
          value={settings.temporal.alpha}
          was={base.temporal.alpha}
          max={1}
          step={0.05}
          disabled={!settings.temporal.enabled}
          onChange={(alpha) => temporal({ alpha })}
        />
        <Choice
          label="p is"
          value={settings.temporal.rule}
          was={base.temporal.rule}
          choices={{ proportion: "share of right answers", mean: "mean accuracy" }}
          disabled={!settings.temporal.enabled}
          onChange={(rule) => temporal({ rule })}
        />
        <Choice
          label="Bonus joins"
          value={settings.temporal.apply}
          was={base.temporal.apply}
          choices={{ reward: "the reward, normalised", advantage: "the advantage, after" }}
          disabled={!settings.temporal.enabled}
          onChange={(apply) => temporal({ apply })}
        />
      </fieldset>
      <fieldset>
        <legend>
          <Check
            label="Length bonus"
            value={settings.length.enabled}
            was={base.length.enabled}
            onChange={(enabled) => length({ enabled })}
          />
        </legend>
        {settings.length.enabled && (
          <>
            <Slider
              label="Bonus ω"
              value={settings.length.omega}
              was={base.length.omega}
              max={1}
              step={0.05}
              onChange={(omega) => length({ omega })}
            />
            <Count
              label="From tokens"
              value={settings.length.minTokens}
              was={base.length.minTokens}
              onChange={(minTokens) => length({ minTokens })}
            />
            <Count
              label="To tokens"
              value={settings.length.maxTokens}
              was={base.length.maxTokens}
              onChange={(maxTokens) => length({ maxTokens })}
            />
            <Check
              label="Only with two right answers"
              value={settings.length.needsTwo}
              was={base.length.needsTwo}
              onChange={(needsTwo) => length({ needsTwo })}
            />
          </>
        )}
      </fieldset>
      <fieldset>
        <legend>Update</legend>
        <Choice
          label="Normalise by"
          value={settings.advantage}
          was={base.advantage}
          choices={namesOf(ADVANTAGE_MODES, ADVANTAGE_WORDS)}
          onChange={(advantage) => set({ advantage })}
        />
        <Choice
          label="Objective"
          value={settings.objective}
          was={base.objective}
          choices={namesOf(LOSS_TYPES, {})}
          onChange={(objective) => set({ objective })}
        />
      </fieldset>
      <Export
        run={run}
        recipe={recipe}
        preset={preset}
        base={base}
        settings={settings}
        onReset={() => onSettings(base)}
      />
    </form>
  );
}

function namesOf<Name extends string>(
  names: readonly Name[],
  words: Readonly<Record<string, string>>,
): Readonly<Record<Name, string>> {
  return Object.fromEntries(names.map((name) => [name, words[name] ?? name])) as Record<Name, string>;
}

interface FieldProps<Value> {
  readonly label: string;
  readonly value: Value;
  /** The run's own. */
  readonly was: Value;
  readonly disabled?: boolean;
  readonly onChange: (value: Value) => void;
}

function Slider({
  label,
  value,
  was,
  max,
  step,
  disabled,
  onChange,
}: FieldProps<number> & { readonly max: number; readonly step: number }) {
  const id = useId();
  return (
    <p className={styles["field"]} data-changed={value !== was}>
      <label htmlFor={id}>{label}</label>
      <output title={value !== was ? `The run has ${was}` : undefined}>{Number(value.toFixed(4))}</output>
      <input
        id={id}
        type="range"
        min={0}
        max={Math.max(max, was)}
        step={step}
        value={value}
        disabled={disabled}
        onChange={(event) => onChange(Number(event.target.value))}
      />
    </p>
  );
}

function Count({ label, value, was, onChange }: FieldProps<number>) {
  const id = useId();
  return (
    <p className={styles["line"]} data-changed={value !== was}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="number"
        min={0}
        max={131072}
        value={value}
        onChange={(event) => onChange(Math.max(0, Math.round(Number(event.target.value))))}
      />
    </p>
  );
}

function Check({ label, value, was, onChange }: FieldProps<boolean>) {
  return (
    <label className={styles["check"]} data-changed={value !== was}>
      <input type="checkbox" checked={value} onChange={(event) => onChange(event.target.checked)} />
      {label}
    </label>
  );
}

function Choice<Value extends string>({
  label,
  value,
  was,
  choices,
  disabled,
  onChange,
}: FieldProps<Value> & { readonly choices: Readonly<Record<Value, string>> }) {
  const id = useId();
  return (
    <p className={styles["line"]} data-changed={value !== was}>
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value} disabled={disabled} onChange={(event) => onChange(event.target.value as Value)}>
        {Object.entries<string>(choices).map(([name, words]) => (
          <option key={name} value={name}>
            {words}
          </option>
        ))}
      </select>
    </p>
  );
}
