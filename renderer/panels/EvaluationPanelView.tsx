/**
 * Recipes' panels that can show an evaluation too. A kind has a line here: to which rows it applies, and what shows them.
 * The Evals screen knows none of them.
 */
import type { FunctionComponent } from "react";
import type { EvaluatedItemRow } from "../../contract/methods.ts";
import type { Panel, PanelKind } from "../../contract/panels.ts";
import { RECIPES } from "../../science/recipes/index.ts";
import type { MeasuredViewName } from "../state/address.ts";
import { EvaluatedHallucinations } from "./EvaluatedHallucinations.tsx";

export interface EvaluationPanelProps {
  readonly panel: Panel;
  readonly evaluation: string;
  readonly model: number;
  readonly view: MeasuredViewName;
  readonly rows: readonly EvaluatedItemRow[];
  readonly onOpen: (sampleId: string) => void;
}

interface EvaluationForm {
  applies(rows: readonly EvaluatedItemRow[]): boolean;
  readonly View: FunctionComponent<EvaluationPanelProps>;
}

const FORMS: Readonly<Partial<Record<PanelKind, EvaluationForm>>> = {
  hallucinations: { applies: (rows) => rows.some(({ law }) => law !== null), View: EvaluatedHallucinations },
};

/** The panels that recipes declare and these rows can fill, each kind once. */
export function evaluationPanels(rows: readonly EvaluatedItemRow[]): readonly Panel[] {
  const declared = RECIPES.flatMap(({ panels }) => panels);
  return declared.filter(
    ({ kind }, index) =>
      declared.findIndex((other) => other.kind === kind) === index && (FORMS[kind]?.applies(rows) ?? false),
  );
}

export function EvaluationPanelView(props: EvaluationPanelProps) {
  const form = FORMS[props.panel.kind];
  return form === undefined ? null : <form.View {...props} />;
}
