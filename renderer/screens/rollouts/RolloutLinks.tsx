import { useState } from "react";
import type { GroupView, RolloutView } from "../../../contract/methods.ts";
import { useActions } from "../../actions.ts";
import { Button } from "../../parts/Button.tsx";
import { navigate } from "../../state/route.ts";
import { AnswerDifference } from "./AnswerDifference.tsx";
import { ReplayDialog } from "./ReplayDialog.tsx";
import styles from "./RolloutLinks.module.css";

/** What can be done with a logged answer: ask again, see what it stands on, generate it again. */
export function RolloutLinks({
  run,
  group,
  rollout,
}: {
  readonly run: string;
  readonly group: GroupView;
  readonly rollout: RolloutView;
}) {
  const [replaying, setReplaying] = useState(false);
  const [comparing, setComparing] = useState(false);
  const compare = (): void => setComparing(!comparing);
  const ask = (): void => navigate({ screen: "playground", run, rollout: rollout.id });
  const measure = (): void => navigate({ screen: "playground", run, rollout: rollout.id, measure: true });
  const replay = (): void => setReplaying(true);
  const hasFrames = group.media !== null;
  useActions([
    { id: "ask-again", label: "Ask this prompt again", group: "Rollouts", perform: ask },
    { id: "which-frames", label: "Which frames mattered", group: "Rollouts", enabled: hasFrames, perform: measure },
    {
      id: "differences",
      label: "Show or hide how this answer differs",
      group: "Rollouts",
      shortcut: "d",
      perform: compare,
    },
    { id: "replay", label: "Replay this answer", group: "Rollouts", shortcut: "R", perform: replay },
  ]);
  return (
    <div className={styles["links"]} onClick={(event) => event.stopPropagation()}>
      <Button icon="play" hint="The same prompt in the playground, with a checkpoint of this run" onClick={ask}>
        Ask again
      </Button>
      {hasFrames && (
        <Button icon="rollouts" hint="Change each frame in turn: what becomes of this answer?" onClick={measure}>
          Which frames mattered
        </Button>
      )}
      <Button
        icon="resume"
        shortcut="R"
        hint="Generate it again token for token; the cost is shown first"
        onClick={replay}
      >
        Replay
      </Button>
      {group.rollouts.length > 1 && (
        <Button
          icon="compare"
          shortcut="d"
          hint="Word by word against the best answer of the group; the best one against the least"
          onClick={compare}
        >
          {comparing ? "Hide differences" : "Differences"}
        </Button>
      )}
      {comparing && <AnswerDifference group={group} rollout={rollout} />}
      {replaying && (
        <ReplayDialog
          run={run}
          step={group.step}
          group={group.group}
          index={rollout.index}
          onClose={() => setReplaying(false)}
        />
      )}
    </div>
  );
}
