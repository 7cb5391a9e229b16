// Data plane: no allocation after start.
// Says which question is asked next, as a pick (see query-class).

import { BLOCKED, CLASS_BITS, HIT, MAX_QUESTIONS, MISS } from "./query-class.ts";
import type { RandomSource } from "./random-source.ts";
import type { ZipfSampler } from "./zipf-sampler.ts";

export interface QuestionPicker {
  next(): number;
}

export interface Mix {
  /** Shares of all queries; together 1. */
  readonly hit: number;
  readonly miss: number;
  readonly blocked: number;
}

export interface MixedPickerParts {
  readonly mix: Mix;
  readonly random: RandomSource;
  /** How many questions there are to be hit; 0 only when their share is. */
  readonly hitCount: number;
  readonly blockedCount: number;
  /** Chooses among those to be hit, which otherwise come in turn. */
  readonly popularity: ZipfSampler | undefined;
}

/** Classes by chance, as the mix has them; misses are numbered on, so that none comes twice. */
export class MixedPicker implements QuestionPicker {
  private readonly parts: MixedPickerParts;
  private readonly hitBelow: number;
  private readonly missBelow: number;
  private readonly isOnlyHit: boolean;
  private hits = 0;
  private misses = 0;
  private blocked = 0;

  constructor(parts: MixedPickerParts) {
    this.parts = parts;
    const { blocked, hit } = parts.mix;
    this.hitBelow = hit;
    // Not hit + miss: rounding must not let a class come that is not in the mix.
    this.missBelow = blocked === 0 ? 1 : 1 - blocked;
    this.isOnlyHit = hit === 1;
  }

  next(): number {
    if (this.isOnlyHit) return this.nextHit();
    const where = this.parts.random.fraction();
    if (where < this.hitBelow) return this.nextHit();
    return where < this.missBelow ? this.nextMiss() : this.nextBlocked();
  }

  private nextHit(): number {
    const { hitCount, popularity } = this.parts;
    if (popularity !== undefined) return (popularity.next() << CLASS_BITS) | HIT;
    const number = this.hits;
    this.hits = number + 1 === hitCount ? 0 : number + 1;
    return (number << CLASS_BITS) | HIT;
  }

  private nextMiss(): number {
    this.misses = (this.misses + 1) & (MAX_QUESTIONS - 1);
    return (this.misses << CLASS_BITS) | MISS;
  }

  private nextBlocked(): number {
    const number = this.blocked;
    this.blocked = number + 1 === this.parts.blockedCount ? 0 : number + 1;
    return (number << CLASS_BITS) | BLOCKED;
  }
}

/** Each question that is to be hit, once. */
export class WarmUpPicker implements QuestionPicker {
  private number = 0;

  next(): number {
    return (this.number++ << CLASS_BITS) | HIT;
  }
}
