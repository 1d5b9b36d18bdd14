/** A sentence of the service, in which names stand between backticks. */
export function Sentence({ text }: { readonly text: string }) {
  return text.split("`").map((part, place) => (place % 2 === 1 ? <code key={place}>{part}</code> : part));
}
