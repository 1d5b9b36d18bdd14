import { useMemo, useState } from "react";
import type { Recipe, SettingField } from "../../science/recipe.ts";
import { RECIPES } from "../../science/recipes/index.ts";
import { useActions } from "../actions.ts";
import { Button } from "../parts/Button.tsx";
import { EmptyState } from "../parts/EmptyState.tsx";
import { Page } from "../parts/Page.tsx";
import { matchesQuery } from "../parts/Palette.tsx";
import { Segmented } from "../parts/Segmented.tsx";
import { formatRoute } from "../state/address.ts";
import { navigate } from "../state/route.ts";
import { BonusPanel } from "./recipes/BonusPanel.tsx";
import { MeasuredCard } from "./recipes/MeasuredCard.tsx";
import { MethodCard } from "./recipes/MethodCard.tsx";
import { PresetDifferences } from "./recipes/PresetDifferences.tsx";
import styles from "./Recipes.module.css";

function sourceOf({ source, of }: SettingField): string {
  if (source === "ours") return "ours";
  if (of !== undefined) return `${of}'s ${source}`;
  return source === "paper" ? "paper" : "authors' code";
}

/** More presets than this do not fit beside each other. */
const MOST_TABS = 6;

/** The training systems that this program knows, and everything that can be set in each. */
export function Recipes({ recipe: id }: { readonly recipe: string | null }) {
  const recipe = RECIPES.find((candidate) => candidate.id === id);
  if (id !== null && recipe) return <RecipePage recipe={recipe} />;
  return (
    <Page title="Recipes">
      {id !== null && (
        <EmptyState icon="search" title={`There is no recipe called ${id}.`}>
          <Button onClick={() => navigate({ screen: "recipes", recipe: null })}>See all recipes</Button>
        </EmptyState>
      )}
      <p className={styles["lead"]}>
        A recipe is a training system written down as data: stages, rewards, constants from the paper, the claim it
        makes and the panels that show whether the claim holds.
      </p>
      <ul className={styles["list"]}>
        {RECIPES.map((candidate) => (
          <li key={candidate.id}>
            <a href={formatRoute({ screen: "recipes", recipe: candidate.id })}>
              <h2>{candidate.title}</h2>
              <p>{candidate.summary}</p>
              <p className={styles["meta"]}>
                arXiv {candidate.paper.arxiv} · {Object.keys(candidate.presets).length} presets ·{" "}
                {Object.keys(candidate.fields).length} settings
              </p>
            </a>
          </li>
        ))}
      </ul>
    </Page>
  );
}

/** Only where the temporal bonus is on unless somebody turns it off. */
const hasBonus = ({ fields, presets, defaultPreset }: Recipe): boolean =>
  "temporal.apply" in fields &&
  (presets[defaultPreset]!.values["temporal.enabled"] ?? fields["temporal.enabled"]?.default) === true;

function RecipePage({ recipe }: { readonly recipe: Recipe }) {
  const [preset, setPreset] = useState(recipe.defaultPreset);
  const launch = () => navigate({ screen: "launch", recipe: recipe.id, preset });
  useActions([{ id: "launch", label: `Launch ${recipe.title}`, group: "Runs", shortcut: "c", perform: launch }]);
  return (
    <Page
      crumbs={[{ label: "Recipes", href: formatRoute({ screen: "recipes", recipe: null }) }]}
      title={recipe.title}
      actions={
        <Button kind="primary" icon="plus" shortcut="c" hint={`Launch ${recipe.title}`} onClick={launch}>
          New run
        </Button>
      }
    >
      <div className={styles["about"]}>
        <div>
          <p className={styles["summary"]}>{recipe.summary}</p>
          <p className={styles["meta"]}>
            {recipe.paper.title},{" "}
            <a href={`https://arxiv.org/abs/${recipe.paper.arxiv}`} target="_blank" rel="noreferrer">
              arXiv {recipe.paper.arxiv}
            </a>
          </p>
        </div>
        <dl className={styles["claim"]}>
          <dt>What it claims</dt>
          <dd>{recipe.claim.text}</dd>
          <dt>How a run checks it</dt>
          <dd>{recipe.claim.check}</dd>
        </dl>
      </div>
      <div className={styles["cards"]}>
        {recipe.method && <MethodCard method={recipe.method} />}
        <MeasuredCard recipe={recipe.id} />
        <PresetDifferences recipe={recipe} />
        {hasBonus(recipe) && <BonusPanel />}
      </div>
      <h2 className={styles["heading"]}>All settings</h2>
      <SettingsTable recipe={recipe} preset={preset} onPreset={setPreset} />
    </Page>
  );
}

function SettingsTable({
  recipe,
  preset,
  onPreset,
}: {
  readonly recipe: Recipe;
  readonly preset: string;
  readonly onPreset: (preset: string) => void;
}) {
  const [query, setQuery] = useState("");
  const chosen = recipe.presets[preset]!;
  const sections = useMemo(() => {
    const bySection = new Map<string, [string, SettingField][]>();
    for (const [name, field] of Object.entries(recipe.fields)) {
      if (!matchesQuery(`${name} ${field.explanation} ${field.section}`, query)) continue;
      bySection.set(field.section, [...(bySection.get(field.section) ?? []), [name, field]]);
    }
    return [...bySection];
  }, [recipe, query]);
  return (
    <section className={styles["settings"]}>
      <div className={styles["bar"]}>
        {Object.keys(recipe.presets).length > MOST_TABS ? (
          <select aria-label="Preset" value={preset} onChange={(event) => onPreset(event.target.value)}>
            {Object.entries(recipe.presets).map(([name, { title }]) => (
              <option key={name} value={name}>
                {title}
              </option>
            ))}
          </select>
        ) : (
          <Segmented
            label="Preset"
            value={preset}
            onChange={onPreset}
            choices={Object.entries(recipe.presets).map(([name, { title, summary }]) => ({
              value: name,
              label: title,
              hint: summary,
            }))}
          />
        )}
        <input
          placeholder="Filter settings"
          aria-label="Filter settings"
          value={query}
          onChange={(event) => setQuery(event.target.value)}
        />
      </div>
      <p className={styles["preset"]}>{chosen.summary}</p>
      <table className={styles["table"]}>
        <thead>
          <tr>
            <th>Setting</th>
            <th>Value here</th>
            <th>Paper</th>
            <th>Default from</th>
            <th>What it does</th>
          </tr>
        </thead>
        {sections.map(([section, fields]) => (
          <tbody key={section}>
            <tr className={styles["section"]}>
              <th colSpan={5} scope="rowgroup">
                {section}
              </th>
            </tr>
            {fields.map(([name, field]) => {
              const value = chosen.values[name] ?? field.default;
              return (
                <tr key={name}>
                  <td>
                    <code>{name}</code>
                  </td>
                  <td data-changed={field.paper !== null && value !== field.paper} className={styles["value"]}>
                    {String(value) || "–"}
                  </td>
                  <td title={field.of && field.paper !== null ? `${field.of}'s paper` : undefined}>
                    {field.paper === null ? "–" : String(field.paper)}
                  </td>
                  <td>{sourceOf(field)}</td>
                  <td>{field.explanation}</td>
                </tr>
              );
            })}
          </tbody>
        ))}
      </table>
      {sections.length === 0 && <EmptyState icon="search" title={`No setting matches “${query}”.`} />}
    </section>
  );
}
