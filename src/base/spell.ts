/* Numbers as people read them. */

/** `12345` becomes `12,345`. */
export function spellCount(count: number): string {
  return Math.round(count)
    .toString()
    .replaceAll(/\B(?=(\d{3})+$)/g, ",");
}

/** `1 row`, `12,345 rows`. */
export function spellAmount(count: number, one: string, many = `${one}s`): string {
  return `${spellCount(count)} ${count === 1 ? one : many}`;
}

/** Bytes in decimal units, as disks and clouds are sold: `3.4 MB`. */
export function spellBytes(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB", "PB"];
  let value = bytes;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  if (unit === 0) return spellAmount(bytes, "byte");
  return `${value < 100 ? Number(value.toFixed(1)) : Math.round(value)} ${units[unit]}`;
}

const timeUnits = [
  [86_400, "d"],
  [3600, "h"],
  [60, "min"],
  [1, "s"],
] as const;

/**
 * Seconds in their two largest units: `2 min 5 s`, `3 d 4 h`; below ten seconds with a decimal, `0.4 s`. Days begin at
 * two: an objective of 24 hours is called that by everybody.
 */
export function spellSeconds(seconds: number): string {
  if (seconds < 0.05) return "0 s";
  if (seconds < 9.95) return `${Number(seconds.toFixed(1))} s`;
  let rest = Math.round(seconds);
  const largest = timeUnits.findIndex(([size, unit]) => rest >= (unit === "d" ? 2 * size : size));
  const words: string[] = [];
  for (const [size, unit] of timeUnits.slice(largest, largest + 2)) {
    const amount = Math.floor(rest / size);
    rest -= amount * size;
    if (amount > 0) words.push(`${amount} ${unit}`);
  }
  return words.join(" ");
}

/** An instant in UTC, to the minute: `2026-11-22 02:00 UTC`. */
export function spellInstant(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

/** A clock time in UTC, to the second: `02:00:05`. */
export function spellClock(iso: string): string {
  return iso.slice(11, 19);
}

/** Enough of a digest to tell two apart at a glance: `sha256:4f1c2a9b77d0`. */
export function shortDigest(digest: string): string {
  return `sha256:${digest.replace(/^sha256:/, "").slice(0, 12)}`;
}
