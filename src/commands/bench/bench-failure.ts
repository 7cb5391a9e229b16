// The load could not be begun: the server can't be reached, or says nothing at all.

export class BenchFailure extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = "BenchFailure";
  }
}
