/** CSV with quotes (RFC 4180) into records by the names of its first line. */
export function* csvRecords(text: string): Generator<Record<string, string>> {
  let names: string[] | null = null;
  for (const fields of csvRows(text)) {
    if (names === null) names = fields.map((name) => name.trim());
    else if (fields.length > 1 || fields[0] !== "") {
      yield Object.fromEntries(names.map((name, place) => [name, fields[place] ?? ""]));
    }
  }
}

function* csvRows(text: string): Generator<string[]> {
  let fields: string[] = [];
  let field = "";
  let quoted = false;
  for (let at = text.startsWith("\ufeff") ? 1 : 0; at < text.length; at++) {
    const sign = text[at]!;
    if (quoted) {
      if (sign !== '"') field += sign;
      else if (text[at + 1] === '"') field += text[++at]!;
      else quoted = false;
    } else if (sign === '"' && field === "") quoted = true;
    else if (sign === ",") {
      fields.push(field);
      field = "";
    } else if (sign === "\n" || sign === "\r") {
      if (sign === "\r" && text[at + 1] === "\n") at++;
      yield [...fields, field];
      [fields, field] = [[], ""];
    } else field += sign;
  }
  if (field !== "" || fields.length > 0) yield [...fields, field];
}
