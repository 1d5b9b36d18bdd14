import { formatRoute } from "../state/address.ts";
import { dismissNews, useNews } from "../state/news.ts";
import { Button } from "./Button.tsx";
import { Icon } from "./Icon.tsx";
import styles from "./NewsNotes.module.css";

/** News in the corner of the window; trouble stays until somebody closes it. */
export function NewsNotes() {
  const news = useNews((state) => state.news);
  return (
    <ul className={styles["notes"]} aria-live="polite" aria-label="News">
      {news.map(({ id, run, level, title, text }) => (
        <li key={id} data-level={level}>
          <Icon name={level === "good" ? "check" : "warning"} size={16} />
          <a href={formatRoute({ screen: "live", run, tab: level === "warning" ? "alerts" : "overview" })}>
            <strong>{title}</strong>
            <span>{text}</span>
          </a>
          <Button icon="close" kind="quiet" hint="Close" onClick={() => dismissNews(id)} />
        </li>
      ))}
    </ul>
  );
}
