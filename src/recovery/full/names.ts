import { createHash } from "node:crypto";

/** The most bytes that a name may have. */
const longest = 63;

/**
 * The names beside production: of the restored database before the swap, of the old one after it, and of a restored one
 * that was swapped back. They follow from the incident, so that every run of it finds the same.
 */
export function namesBeside(
  production: string,
  incidentId: string,
): { readonly restored: string; readonly before: string; readonly rejected: string } {
  const key = createHash("sha256").update(incidentId).digest("hex").slice(0, 8);
  const day = /\d{4}-\d{2}-\d{2}/.exec(incidentId)?.[0].replaceAll("-", "") ?? "";
  const name = (word: string) => {
    const end = `_${word}_${day === "" ? "" : `${day}_`}${key}`;
    let head = production;
    while (Buffer.byteLength(head + end) > longest) head = head.slice(0, -1);
    return head + end;
  };
  return { restored: name("restored"), before: name("before"), rejected: name("rejected") };
}
