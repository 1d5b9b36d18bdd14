import { useState } from "react";
import { launchArguments, shellWord } from "../../../science/launch/command-line.ts";
import type { MemoryCheck } from "../../../contract/methods.ts";
import type { Finding } from "../../../science/launch/checks.ts";
import { differencesFromPaper, paperPreset } from "../../../science/launch/difference.ts";
import { Button } from "../../parts/Button.tsx";
import { Card } from "../../parts/Card.tsx";
import { Icon } from "../../parts/Icon.tsx";
import { formatCount, formatDuration, formatBytes, formatLarge } from "../../parts/format.ts";
import { stageLabel } from "../../explain.ts";
import { changeSetting, recipeOf, requestOf, useDraft } from "./draft.ts";
import { shown } from "./SettingRow.tsx";
import type { LaunchPlan } from "./useLaunchPlan.ts";
import styles from "./SummaryColumn.module.css";

/** Beyond these, a difference is one of many. */
const FIRST = 10;

/** What the run will cost, what is doubtful, how it differs from the paper, and the command that does the same. */
export function SummaryColumn({ plan }: { readonly plan: LaunchPlan }) {
  return (
    <aside className={styles["column"]} aria-label="What this run will be">
      <Size plan={plan} />
      <Time plan={plan} />
      <Findings plan={plan} />
      <FromPaper plan={plan} />
      <Command plan={plan} />
    </aside>
  );
}

function Size({ plan: { visual, stages, model, memory } }: { readonly plan: LaunchPlan }) {
  const context = model?.problems.length === 0 ? model.contextLength : 0;
  const longest = Math.max(0, ...stages.map(({ tokens }) => tokens));
  const share = context > 0 ? longest / context : 0;
  const rl = stages.find(({ kind }) => kind === "rl");
  return (
    <Card title="Size" explanation="Upper bounds: long or narrow clips and short answers cost less.">
      <dl className={styles["facts"]}>
        <dt>Parameters</dt>
        <dd>{model && model.problems.length === 0 ? formatLarge(model.parameters) : "–"}</dd>
        <dt>A clip</dt>
        <dd>{visual ? `${visual.frames} frames, ${formatCount(visual.tokens)} visual tokens` : "–"}</dd>
        <dt>Rollouts a step</dt>
        <dd>{rl ? `${formatCount(rl.sequences)}, of which ${formatCount(rl.trained)} are trained on` : "–"}</dd>
        <dt>Longest sequence</dt>
        <dd>{longest > 0 ? `${formatCount(longest)} tokens` : "–"}</dd>
        <dt>Memory</dt>
        <dd>{memory ? memoryText(memory) : "–"}</dd>
      </dl>
      {context > 0 && (
        <div className={styles["context"]} data-over={share > 1}>
          <span className={styles["bar"]} role="img" aria-label={`${Math.round(share * 100)} % of the context`}>
            <span style={{ width: `${Math.min(1, share) * 100}%` }} />
          </span>
          <small>
            {Math.round(share * 100)} % of the model's context of {formatCount(context)}
          </small>
        </div>
      )}
    </Card>
  );
}

/** "about 81 GB at most on each of 4 GPUs, the smallest has 96 GB" */
function memoryText({ bytes, allBytes, processes, gpus, availableBytes }: MemoryCheck): string {
  if (bytes === null || allBytes === null) return "–";
  const several = gpus
    ? ` on each of ${processes} GPUs`
    : ` in each of ${processes} processes, ${formatBytes(allBytes)} in all`;
  const there = availableBytes === null ? "" : formatBytes(availableBytes);
  const least = processes === 1 ? `the GPU has ${there}` : `the smallest has ${there}`;
  const free = there === "" ? "" : `, ${gpus ? least : `${there} are free`}`;
  return `about ${formatBytes(bytes)} at most${processes === 1 ? "" : several}${free}`;
}

function Time({ plan: { stages, durations } }: { readonly plan: LaunchPlan }) {
  const total = durations.reduce((sum, { seconds }) => sum + seconds, 0);
  const whole = stages.length > 0 && durations.length === stages.length;
  return (
    <Card
      title="Time"
      explanation="From runs on this machine: those of the same shape, else scaled by tokens and parameters. Measuring and saving come on top."
      aside={whole && <span className={styles["total"]}>about {formatDuration(total)}</span>}
    >
      <dl className={styles["facts"]}>
        {stages.map((stage) => {
          const estimate = durations.find((candidate) => candidate.stage === stage.name);
          return [
            <dt key={`${stage.name}-name`}>
              {stageLabel(stage.name)}, {formatCount(stage.steps)} steps
            </dt>,
            <dd key={stage.name}>
              {estimate ? (
                <>
                  {formatDuration(estimate.seconds)}
                  <small>
                    {formatDuration(estimate.secondsPerStep)} a step, {estimate.exact ? "as in" : "scaled from"}{" "}
                    {estimate.runs.length === 1 ? "one run" : `${estimate.runs.length} runs`}
                  </small>
                </>
              ) : (
                <small>No run on this device to go by: try a dry run.</small>
              )}
            </dd>,
          ];
        })}
      </dl>
    </Card>
  );
}

function Findings({ plan: { findings, read } }: { readonly plan: LaunchPlan }) {
  const errors = Object.entries(read.errors).map(([field, message]): Finding => ({ field, level: "error", message }));
  const all = [...errors, ...findings];
  return (
    <Card title="Checks">
      {all.length === 0 ? (
        <p className={styles["fine"]}>
          <Icon name="check" size={14} /> Settings, sizes and lengths fit together.
        </p>
      ) : (
        <ul className={styles["findings"]} aria-live="polite">
          {all.map(({ field, level, message, remedy }) => (
            <li key={`${field}-${message}`} data-level={level}>
              <Icon name="warning" size={14} />
              <span>
                {field && <code>{field}</code>} {message}
                {field && remedy && (
                  <Button onClick={() => changeSetting(field, remedy.value, read.presetValues[field]!)}>
                    {remedy.label}
                  </Button>
                )}
              </span>
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}

function FromPaper({ plan: { read } }: { readonly plan: LaunchPlan }) {
  const [open, setOpen] = useState(false);
  const draft = useDraft((state) => state.draft);
  const recipe = recipeOf(draft.recipe);
  const differences = differencesFromPaper(recipe, read.values);
  const preset = paperPreset(recipe);
  return (
    <Card
      title={preset?.startsWith("upstream") ? "Difference from the code" : "Difference from the paper"}
      explanation={`Against ${preset === null ? "the recipe's defaults" : `the preset ${preset}`}.`}
      aside={<span className={styles["total"]}>{differences.length || "none"}</span>}
    >
      {differences.length > 0 && (
        <table className={styles["differences"]}>
          <thead>
            <tr>
              <th>Setting</th>
              <th>Here</th>
              <th>{preset?.startsWith("upstream") ? "Code" : "Paper"}</th>
            </tr>
          </thead>
          <tbody>
            {(open ? differences : differences.slice(0, FIRST)).map(({ field, here, there }) => (
              <tr key={field}>
                <td>{field}</td>
                <td>{shown(here)}</td>
                <td>{shown(there)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {differences.length > FIRST && (
        <Button kind="quiet" onClick={() => setOpen(!open)}>
          {open ? "Fewer" : `All ${differences.length}`}
        </Button>
      )}
    </Card>
  );
}

function Command({ plan: { read } }: { readonly plan: LaunchPlan }) {
  const draft = useDraft((state) => state.draft);
  const [copied, setCopied] = useState(false);
  const words = ["secondlook", ...launchArguments(requestOf(draft, read))].map(shellWord);
  const copy = () =>
    void navigator.clipboard.writeText(words.join(" ")).then(() => {
      setCopied(true);
      setTimeout(() => setCopied(false), 1500);
    });
  return (
    <Card
      title="The same from a terminal"
      aside={
        <Button icon={copied ? "check" : "copy"} kind="quiet" onClick={copy}>
          {copied ? "Copied" : "Copy"}
        </Button>
      }
    >
      <code className={styles["command"]}>{words.map((word, index) => [" ", <span key={index}>{word}</span>])}</code>
    </Card>
  );
}
