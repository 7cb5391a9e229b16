// Unpredictable message IDs (RFC 5452 §9.2), drawn from the system's generator many at a time.

const BATCH = 512;

export class RandomIds {
  private readonly batch: Uint16Array<ArrayBuffer> = new Uint16Array(BATCH);
  private used: number = BATCH;

  /** 0 to 65,535. */
  take(): number {
    if (this.used === BATCH) {
      crypto.getRandomValues(this.batch);
      this.used = 0;
    }
    return this.batch[this.used++]!;
  }
}
