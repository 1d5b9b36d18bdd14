/** How a recipe's method works: words, formulas, and worked examples computed by the functions that train. */
import type { Method, MethodFigure } from "../../../science/recipe.ts";
import { Card } from "../../parts/Card.tsx";
import { Formula } from "../../parts/Formula.tsx";
import { Bars } from "./Bars.tsx";
import styles from "./MethodCard.module.css";

export function MethodCard({ method }: { readonly method: Method }) {
  return (
    <Card title="How it works">
      <div className={styles["method"]}>
        <div className={styles["words"]}>
          {method.words.map((text) => (
            <p key={text}>{text}</p>
          ))}
          <dl className={styles["formulas"]}>
            {method.formulas.map(({ text, says }) => (
              <div key={text}>
                <dt>
                  <Formula text={text} />
                </dt>
                <dd>{says}</dd>
              </div>
            ))}
          </dl>
        </div>
        <div className={styles["figures"]}>
          {method.figures.map((figure) => (
            <Figure key={figure.title} figure={figure} />
          ))}
        </div>
      </div>
    </Card>
  );
}

function Figure({ figure: { title, places, kinds, rows, caption, signed } }: { readonly figure: MethodFigure }) {
  const scale = Math.max(...rows.flatMap(({ values }) => values.map(Math.abs)), 0.5);
  const tones = kinds ?? places.map(() => "plain" as const);
  return (
    <figure className={styles["figure"]}>
      <h4>{title}</h4>
      {rows.map(({ label, note, values }) => (
        <div key={label} className={styles["row"]}>
          <div className={styles["label"]}>
            {label}
            <small>{note}</small>
          </div>
          <Bars values={values} kinds={tones} places={places} scale={scale} label={label} plain={!signed} />
        </div>
      ))}
      <div className={styles["row"]} data-places="true">
        <span />
        <div className={styles["places"]}>
          {places.map((place, index) => (
            <span key={index} data-kind={tones[index]}>
              {place}
            </span>
          ))}
        </div>
      </div>
      <figcaption>{caption}</figcaption>
    </figure>
  );
}
