import { registerSecret } from "../base/redact.ts";
import { notifyErrors } from "./errors.ts";

/** This machine: what is said to it leaves no wire. */
const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/i;

/**
 * Reads the address of a web service from the environment. Whoever has such an address may post to it: the whole of it
 * and its path are registered as secrets.
 *
 * @throws input: it is no `https:` address (on this machine `http:` will do)
 */
export function webAddress(variable: string, text: string): URL {
  registerSecret(text);
  if (!URL.canParse(text)) throw notifyErrors.web_address({ variable, why: "it is no address" });
  const url = new URL(text);
  registerSecret(url.pathname.slice(1));
  try {
    registerSecret(decodeURIComponent(url.password));
  } catch (cause) {
    const why = "its password holds a % that begins no percent-encoding";
    throw notifyErrors.web_address({ variable, why }, { cause });
  }
  if (url.protocol !== "https:" && !(url.protocol === "http:" && loopback.test(url.hostname))) {
    throw notifyErrors.web_address({ variable, why: "it does not begin with https://" });
  }
  return url;
}
