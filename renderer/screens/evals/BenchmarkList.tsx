import type { BenchmarkSummary } from "../../../contract/methods.ts";
import { Card } from "../../parts/Card.tsx";
import { formatCount } from "../../parts/format.ts";
import styles from "./BenchmarkList.module.css";

/** What each benchmark asks, and where its published file is looked for. */
export function BenchmarkList({ benchmarks }: { readonly benchmarks: readonly BenchmarkSummary[] }) {
  return (
    <Card
      title="Benchmarks"
      explanation="Descriptions are files in resources/benchmarks; a published file is enough to evaluate."
    >
      <ul className={styles["list"]}>
        {benchmarks.map((benchmark) => (
          <li key={benchmark.id} data-here={benchmark.file !== null}>
            <div>
              <strong>{benchmark.title}</strong>
              <span>
                {benchmark.items === null ? "" : `${formatCount(benchmark.items)} items · `}
                {benchmark.paper}
              </span>
            </div>
            <p>
              {benchmark.about}
              {benchmark.caveat !== null && <em> {benchmark.caveat}</em>}
            </p>
            <code title={benchmark.wantedAt}>
              {benchmark.file === null ? `not here: ${benchmark.wantedAt}` : benchmark.file}
            </code>
          </li>
        ))}
      </ul>
    </Card>
  );
}
