import { useRef } from "react";
import type { StepIndexEntry } from "../../../contract/methods.ts";
import { Button } from "../../parts/Button.tsx";
import { formatCount, formatNumber } from "../../parts/format.ts";
import styles from "./StepScrubber.module.css";

const HEIGHT = 36;
/** With few steps the bars stay narrow and grow to the right. */
const LEAST_SLOTS = 60;

/** All steps that have rollouts, each a bar as high as its mean reward. Drag over it, or use the arrows. */
export function StepScrubber({
  steps,
  step,
  following,
  onStep,
  onFollow,
}: {
  readonly steps: readonly StepIndexEntry[];
  readonly step: number;
  readonly following: boolean;
  readonly onStep: (step: number) => void;
  readonly onFollow: () => void;
}) {
  const strip = useRef<SVGSVGElement>(null);
  const index = steps.findIndex((entry) => entry.step === step);
  const current = steps[index];
  const greatest = Math.max(...steps.map((entry) => entry.rewardMean ?? 0), 1e-6);
  const slots = Math.max(steps.length, LEAST_SLOTS);
  const pick = (clientX: number) => {
    const box = strip.current!.getBoundingClientRect();
    const share = (clientX - box.left) / box.width;
    const entry = steps[Math.max(0, Math.min(steps.length - 1, Math.floor(share * slots)))];
    if (entry && entry.step !== step) onStep(entry.step);
  };
  return (
    <div className={styles["scrubber"]}>
      <div className={styles["now"]}>
        <Button
          icon="left"
          kind="quiet"
          hint="Step before"
          shortcut="P"
          disabled={index <= 0}
          onClick={() => onStep(steps[index - 1]!.step)}
        />
        <p>
          <strong>Step {formatCount(step)}</strong>
          <span>{current ? `reward ${formatNumber(current.rewardMean)} · ${current.groups} groups` : ""}</span>
        </p>
        <Button
          icon="chevron"
          kind="quiet"
          hint="Step after"
          shortcut="N"
          disabled={index >= steps.length - 1}
          onClick={() => onStep(steps[index + 1]!.step)}
        />
      </div>
      <svg
        ref={strip}
        className={styles["strip"]}
        viewBox={`0 0 ${slots} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="slider"
        tabIndex={0}
        aria-label="Step"
        aria-valuemin={steps[0]?.step}
        aria-valuemax={steps.at(-1)?.step}
        aria-valuenow={step}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          pick(event.clientX);
        }}
        onPointerMove={(event) => event.buttons === 1 && pick(event.clientX)}
        onKeyDown={(event) => {
          const by = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
          const next = steps[index + by];
          if (by !== 0 && next) onStep(next.step);
        }}
      >
        {steps.map((entry, position) => {
          const height = Math.max(1, ((entry.rewardMean ?? 0) / greatest) * (HEIGHT - 2));
          return (
            <rect
              key={entry.step}
              x={position + 0.1}
              width={0.8}
              y={HEIGHT - height}
              height={height}
              data-current={position === index}
            >
              <title>
                Step {entry.step}: reward {formatNumber(entry.rewardMean)}
              </title>
            </rect>
          );
        })}
      </svg>
      <span className={styles["range"]} title="Each bar is a step, as high as the mean reward of its answers">
        steps {formatCount(steps[0]?.step)} – {formatCount(steps.at(-1)?.step)}
      </span>
      <Button
        kind={following ? "quiet" : "secondary"}
        disabled={following}
        hint="Always show the newest step"
        onClick={onFollow}
      >
        {following ? "Following" : "Newest"}
      </Button>
    </div>
  );
}
