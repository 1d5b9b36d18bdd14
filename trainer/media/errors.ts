/** What is wrong with one medium: names the file, the place in it and what to do. Becomes a `data_error` of the journal. */
export class MediaError extends Error {
  readonly file: string;
  readonly place: string;
  readonly reason: string;
  readonly remedy: string;

  constructor(problem: { file: string; place: string; reason: string; remedy: string }) {
    super(`${problem.file} (${problem.place}): ${problem.reason}. ${problem.remedy}`);
    this.name = "MediaError";
    this.file = problem.file;
    this.place = problem.place;
    this.reason = problem.reason;
    this.remedy = problem.remedy;
  }
}
