/** Why Video-R1's temporal bonus often cancels, with numbers that can be turned. */
import { useState, type ReactNode } from "react";
import { Card } from "../../parts/Card.tsx";
import { Segmented } from "../../parts/Segmented.tsx";
import { Bars } from "./Bars.tsx";
import { bonusEffect, bonusVerdict, type GroupKind } from "./bonus.ts";
import styles from "./BonusPanel.module.css";

const KINDS: readonly { value: GroupKind; label: string; hint: string }[] = [
  { value: "binary", label: "Right or wrong", hint: "Every answer scores 1 or 0, and every format is right." },
  { value: "format", label: "One format fails", hint: "The first right answer misses the format and loses its point." },
  {
    value: "partial",
    label: "Partial scores",
    hint: "Right answers score between 1/2 and 1, as text and estimates do.",
  },
  {
    value: "length",
    label: "With length bonus",
    hint: "The first right answer has the wanted length and earns 0.2 more.",
  },
];

export function BonusPanel() {
  const [groupSize, setGroupSize] = useState(8);
  const [rate, setRate] = useState(0.25);
  const [alpha, setAlpha] = useState(0.3);
  const [kind, setKind] = useState<GroupKind>("binary");
  const setup = { groupSize, right: Math.round(rate * groupSize), alpha, kind };
  const effect = bonusEffect(setup);
  const cancels = effect.rewardChange < 0.01;
  const scale = Math.max(...[...effect.none, ...effect.reward, ...effect.advantage].map(Math.abs), 0.5);
  const rows = [
    { key: "none", label: "No bonus", note: "plain GRPO", values: effect.none },
    { key: "reward", label: "Bonus in the reward", note: "the paper's way", values: effect.reward },
    { key: "advantage", label: "Bonus in the advantage", note: "advantage mode", values: effect.advantage },
  ] as const;
  return (
    <Card title="Does the temporal bonus act?">
      <div className={styles["panel"]}>
        <div className={styles["words"]}>
          <p>
            T-GRPO adds α to every right answer of a group that does at least as well on ordered frames as its twin on
            shuffled ones. Then the group is normalised: its mean is taken away and its spread is divided out. If
            answers are only right or wrong, adding α to all right ones stretches the gap, and dividing by the spread
            takes the stretch back.
          </p>
          <Slider
            label="Group size G"
            value={groupSize}
            shown={String(groupSize)}
            min={2}
            max={16}
            step={1}
            onChange={setGroupSize}
          />
          <Slider
            label="Share of right answers p"
            value={rate}
            shown={`${setup.right} of ${groupSize}`}
            min={0}
            max={1}
            step={0.05}
            onChange={setRate}
          />
          <Slider
            label="Bonus α"
            value={alpha}
            shown={alpha.toFixed(2)}
            min={0}
            max={1}
            step={0.05}
            onChange={setAlpha}
          />
          <div className={styles["kind"]}>
            <span>Rewards of the group</span>
            <Segmented label="Rewards of the group" value={kind} onChange={setKind} choices={KINDS} />
          </div>
        </div>
        <figure className={styles["figure"]}>
          <div className={styles["head"]}>
            <span>Advantage of each answer</span>
            <span data-kind="right">right</span>
            <span data-kind="wrong">wrong</span>
            <span className={styles["change"]}>largest change</span>
          </div>
          {rows.map(({ key, label, note, values }) => (
            <div key={key} className={styles["row"]}>
              <div className={styles["label"]}>
                {label}
                <small>{note}</small>
              </div>
              <Bars
                values={values}
                kinds={values.map((_, index) => (index < setup.right ? "right" : "wrong"))}
                scale={scale}
                label={label}
              />
              <div className={styles["change"]} data-none={key === "none"}>
                {key === "none" ? "–" : (key === "reward" ? effect.rewardChange : effect.advantageChange).toFixed(4)}
              </div>
            </div>
          ))}
          <figcaption data-cancels={cancels}>{bonusVerdict(setup, effect)}</figcaption>
        </figure>
      </div>
    </Card>
  );
}

function Slider({
  label,
  value,
  shown,
  min,
  max,
  step,
  onChange,
}: {
  readonly label: string;
  readonly value: number;
  readonly shown: string;
  readonly min: number;
  readonly max: number;
  readonly step: number;
  readonly onChange: (value: number) => void;
}): ReactNode {
  return (
    <label className={styles["slider"]}>
      <span>{label}</span>
      <output>{shown}</output>
      <input
        type="range"
        min={min}
        max={max}
        step={step}
        value={value}
        aria-valuetext={shown}
        onChange={(event) => onChange(event.target.valueAsNumber)}
      />
    </label>
  );
}
