import { RECIPES } from "../../../science/recipes/index.ts";
import { formatRoute } from "../../state/address.ts";
import { changeDraft, recipeOf, useDraft } from "./draft.ts";
import { QueueList } from "./QueueList.tsx";
import styles from "./RecipeColumn.module.css";

/** Which recipe, which preset, and what waits already. */
export function RecipeColumn() {
  const draft = useDraft((state) => state.draft);
  const recipe = recipeOf(draft.recipe);
  return (
    <aside className={styles["column"]} aria-label="Recipe and preset">
      <fieldset>
        <legend>Recipe</legend>
        {RECIPES.map(({ id, title, paper, defaultPreset }) => (
          <label key={id} className={styles["choice"]} data-chosen={id === recipe.id}>
            <input
              type="radio"
              name="recipe"
              checked={id === recipe.id}
              onChange={() => changeDraft({ recipe: id, preset: defaultPreset, overrides: {} })}
            />
            <span>
              <strong>{title}</strong>
              <small>arXiv {paper.arxiv}</small>
            </span>
          </label>
        ))}
        <a href={formatRoute({ screen: "recipes", recipe: recipe.id })}>About {recipe.title}</a>
      </fieldset>
      <fieldset>
        <legend>Preset</legend>
        {Object.entries(recipe.presets).map(([name, { title, summary }]) => (
          <label key={name} className={styles["choice"]} data-chosen={name === draft.preset}>
            <input
              type="radio"
              name="preset"
              checked={name === draft.preset}
              onChange={() => changeDraft({ preset: name })}
            />
            <span>
              <strong>{title}</strong>
              <small>{summary}</small>
            </span>
          </label>
        ))}
      </fieldset>
      <QueueList />
    </aside>
  );
}
