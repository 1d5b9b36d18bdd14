/** JSON as Python's `json` writes it: with NaN and Infinity, which JSON does not have, as null. @throws SyntaxError otherwise. */
export function parsePythonJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const plain = text.replace(/([:[,]\s*)(?:NaN|-?Infinity)(?=\s*[,}\]])/g, "$1null");
    if (plain === text) throw error;
    return JSON.parse(plain);
  }
}
