// A given value as a message shows it: on one line, quoted, never longer than a glance.

const LONGEST = 60;

export function showValue(value: unknown): string {
  if (value === undefined || value === null) return "nothing";
  const text = JSON.stringify(value) ?? String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}
