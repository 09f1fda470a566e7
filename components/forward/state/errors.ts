/** The state folder can't be used safely. */
export class StateFolderError extends Error {
  override readonly name = "StateFolderError";

  constructor(
    readonly folder: string,
    reason: string,
    fix: string,
  ) {
    super(`The state folder ${folder} can't be used: ${reason}. To fix it: ${fix}.`);
  }
}
