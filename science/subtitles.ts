/** SubRip subtitles as text for a prompt. */

const TIMES = /^\d{1,2}:\d{2}:\d{2}[,.]\d+\s*-->/;

/** The spoken lines in order, numbers, times and markup left out, a line said again at once kept once. */
export function subtitleText(srt: string): string {
  const lines: string[] = [];
  for (const block of srt.replace(/^\ufeff/, "").split(/\r?\n\s*\r?\n/)) {
    const rows = block.split(/\r?\n/).filter((row) => row.trim() !== "");
    const from = rows.findIndex((row) => TIMES.test(row.trim()));
    if (from === -1) continue;
    const text = rows
      .slice(from + 1)
      .map((row) => row.replace(/<[^<>]*>|\{[^{}]*\}/g, "").trim())
      .filter((row) => row !== "")
      .join(" ");
    if (text !== "" && text !== lines.at(-1)) lines.push(text);
  }
  return lines.join("\n");
}

/** The question with what is said in the video before it. */
export function withSubtitles(question: string, srt: string): string {
  const text = subtitleText(srt);
  return text === "" ? question : `What is said in the video:\n${text}\n\n${question}`;
}
