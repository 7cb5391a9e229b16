// The log: one line an event, on standard error. Never more than one line, whatever the message holds.

import { escapeText } from "./escape-text.ts";

const LEVELS = ["error", "warn", "info", "debug"] as const;
export type LogLevel = (typeof LEVELS)[number];

export interface Log {
  /** Something does not work, and someone should look after it. */
  error(message: string): void;
  /** Something is not as it should be; service goes on. */
  warn(message: string): void;
  info(message: string): void;
  debug(message: string): void;
}

export interface LogOptions {
  /** The least urgent level that is written. */
  readonly level: LogLevel;
  /** Takes one line with its line feed; standard error when missing. */
  readonly write?: (line: string) => void;
  /** The wall clock, in milliseconds since 1970; Date.now when missing. */
  readonly now?: () => number;
}

export function createLog(options: LogOptions): Log {
  const { write = writeToStandardError, now = Date.now } = options;
  const lastLevel = LEVELS.indexOf(options.level);
  const logger = (level: LogLevel): ((message: string) => void) => {
    if (LEVELS.indexOf(level) > lastLevel) return () => {};
    return (message) => write(`${new Date(now()).toISOString()} ${level} ${escapeText(message)}\n`);
  };
  return {
    error: logger("error"),
    warn: logger("warn"),
    info: logger("info"),
    debug: logger("debug"),
  };
}

function writeToStandardError(line: string): void {
  process.stderr.write(line);
}
