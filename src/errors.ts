// The one error class of the control plane: a stable code for programs, a sentence for people
// that says what is wrong and what to do about it. The data plane returns codes instead.

export class HermodError extends Error {
  /** Stable, upper-case, never reworded: what programs and tests match on. */
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "HermodError";
    this.code = code;
  }
}

/** What went wrong, in one line, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
